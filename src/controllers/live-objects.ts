// Whether an object is still what the store holds: asked of the API server itself, before effects that an old view of the
// API must not have. Reads one object at a time, and decides nothing.

import { setImmediate } from "node:timers/promises";

import type { KubernetesObject } from "../api/custom-resource.ts";
import { KubernetesError, type ApiCall, type Resources } from "../kubernetes/resources.ts";
import { keyOf, parseKey } from "../runtime/object-key.ts";
import type { Store } from "../runtime/store.ts";

/**
 * Guarantees
 * - What it tells was read after it was asked; those who ask within one turn of the event loop share a request.
 * - What it reads enters the store at once if it is newer, so that whoever asks again asks about the truth.
 */
export class LiveObjects<T extends KubernetesObject> {
  readonly #resources: Pick<Resources<T>, "get">;
  readonly #store: Pick<Store<T>, "accept">;
  readonly #isSame: (held: T, live: T) => boolean;
  readonly #next = new Map<string, Promise<T | undefined>>();

  /** `isSame`: for two states of one object, whether the later one makes a difference. */
  constructor(
    resources: Pick<Resources<T>, "get">,
    store: Pick<Store<T>, "accept">,
    isSame: (held: T, live: T) => boolean,
  ) {
    this.#resources = resources;
    this.#store = store;
    this.#isSame = isSame;
  }

  /** `held` is undefined where the store holds nothing. Rejects with a KubernetesError where it cannot be read. */
  async isCurrent(key: string, held: T | undefined, priority: ApiCall["priority"]): Promise<boolean> {
    const live = await this.#read(key, priority);
    if (live !== undefined) this.#store.accept(live, "watch");
    if (live === undefined || held === undefined) return live === held;
    return live.metadata.uid === held.metadata.uid && this.#isSame(held, live);
  }

  #read(key: string, priority: ApiCall["priority"]): Promise<T | undefined> {
    const waiting = this.#next.get(key);
    if (waiting !== undefined) return waiting;
    const next = this.#get(key, priority);
    this.#next.set(key, next);
    return next;
  }

  async #get(key: string, priority: ApiCall["priority"]): Promise<T | undefined> {
    await setImmediate();
    this.#next.delete(key);
    // Shared, so the abort of one caller must not end it.
    return await this.#resources.get(parseKey(key), { signal: new AbortController().signal, priority });
  }
}

/** The whole object: spec, metadata and status. */
export function isSameVersion(held: KubernetesObject, live: KubernetesObject): boolean {
  return held.metadata.resourceVersion === live.metadata.resourceVersion;
}

/** What is declared, whatever its status says. */
export function isSameGeneration(held: KubernetesObject, live: KubernetesObject): boolean {
  return held.metadata.generation === live.metadata.generation;
}

/** Ends a run that went by what is not so any more; it begins anew at once. `object`: kind and key. */
export function outdated(object: string): KubernetesError {
  return new KubernetesError(409, "Conflict", `What ${object} goes by has changed since it was looked at`);
}

/** Rejects with a conflict where the object has changed, its bus aside, which need not even exist. */
export async function checkLiveObject<T extends KubernetesObject>(
  object: T,
  live: LiveObjects<T>,
  priority: ApiCall["priority"],
): Promise<void> {
  const key = keyOf(object.metadata);
  if (!(await live.isCurrent(key, object, priority))) throw outdated(`${object.kind} "${key}"`);
}
