// Whether an object is still what the store holds: asked of the API server itself, before effects that an old view of the
// API must not have. Reads one object at a time, and decides nothing.

import { setImmediate } from "node:timers/promises";

import type { KubernetesObject } from "../api/custom-resource.ts";
import { KubernetesError, type ApiCall, type Resources } from "../kubernetes/resources.ts";
import type { Clock } from "../runtime/clock.ts";
import { keyOf, parseKey } from "../runtime/object-key.ts";
import type { Store } from "../runtime/store.ts";

/** A read that is about to begin, and those who wait for it. */
interface Waiting<T> {
  priority: ApiCall["priority"];
  readonly read: Promise<T | undefined>;
}

/** So long a read that is under way may keep the next one of its object waiting, milliseconds. */
const PATIENCE_MS = 250;

/**
 * Guarantees
 * - What it tells was read after it was asked. Those who ask within one turn of the event loop share a request, and so
 *   do those who ask about one object while a read of it is under way: theirs is the next.
 * - What it reads enters the store at once if it is newer, so that whoever asks again asks about the truth.
 */
export class LiveObjects<T extends KubernetesObject> {
  readonly #resources: Pick<Resources<T>, "get">;
  readonly #store: Pick<Store<T>, "accept">;
  readonly #isSame: (held: T, live: T) => boolean;
  readonly #clock: Clock;
  readonly #next = new Map<string, Waiting<T>>();
  readonly #underWay = new Map<string, Promise<unknown>>();

  /** `isSame`: for two states of one object, whether the later one makes no difference. */
  constructor(
    resources: Pick<Resources<T>, "get">,
    store: Pick<Store<T>, "accept">,
    isSame: (held: T, live: T) => boolean,
    clock: Clock,
  ) {
    this.#resources = resources;
    this.#store = store;
    this.#isSame = isSame;
    this.#clock = clock;
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
    if (waiting === undefined) {
      const next = { priority, read: this.#whenItsTurn(key) };
      this.#next.set(key, next);
      return next.read;
    }
    // Who stands in line for a bulk run does not hold up a live one.
    if (priority !== "bulk") waiting.priority = priority;
    return waiting.read;
  }

  async #whenItsTurn(key: string): Promise<T | undefined> {
    await setImmediate();
    await this.#endOf(this.#underWay.get(key));
    const priority = this.#next.get(key)?.priority;
    this.#next.delete(key);
    // Shared, so the abort of one caller must not end it.
    const read = this.#resources.get(parseKey(key), { signal: new AbortController().signal, priority });
    const end = read.then(ignore, ignore);
    this.#underWay.set(key, end);
    void end.then(() => this.#underWay.get(key) === end && this.#underWay.delete(key));
    return await read;
  }

  /** One that gets no answer is not waited for: the next may have another connection. */
  async #endOf(read: Promise<unknown> | undefined): Promise<void> {
    if (read === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.after(PATIENCE_MS, resolve);
    await Promise.race([read, promise]);
    timer.cancel();
  }
}

function ignore(): void {}

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
