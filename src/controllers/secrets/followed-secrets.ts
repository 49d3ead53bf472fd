// FollowedSecrets: the Secrets that objects use, each watched by its own name for as long as somebody uses it, and kept as
// a digest. Values are read live when they are asked for, and handed out without being kept.

import type { ObjectKey } from "../../api/custom-resource.ts";
import { KubernetesError, type ApiCall, type Resources } from "../../kubernetes/resources.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Dependency } from "../../runtime/dependency.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { Reflector, type ObjectSource, type ReflectorTiming } from "../../runtime/reflector.ts";
import type { StoreFeed } from "../../runtime/store-feed.ts";
import { ObjectStore } from "../../runtime/store.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { ReflectorMetrics } from "../../telemetry/metrics.ts";
import { digested, digestOf, type DigestedSecret } from "./secret-digest.ts";
import type { Secret } from "./secret.ts";

/** A Secret is always read in a namespace. */
export type SecretKey = Required<ObjectKey>;

/** Texts of a Secret by their keys. */
export type SecretContent = ReadonlyMap<string, string>;

export type SecretReading =
  | { readonly kind: "content"; readonly content: SecretContent; readonly digest: string }
  | { readonly kind: "absent" }
  /** `why`: a sentence for people. */
  | { readonly kind: "denied"; readonly why: string };

export interface FollowedSecretsOptions {
  readonly resources: Pick<Resources<Secret>, "type" | "list" | "watch" | "get">;
  /** The only namespaces in which Secrets are read or watched. */
  readonly namespaces: ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ReflectorMetrics;
  readonly timing?: Partial<ReflectorTiming> | undefined;
  /** A listener threw: a bug. */
  readonly onListenerError: (error: unknown) => void;
}

interface Followed {
  readonly feed: StoreFeed<DigestedSecret>;
  readonly stop: AbortController;
  readonly users: Set<string>;
}

/**
 * Guarantees
 * - One watch a Secret, however many use it, restricted to its name; it ends when nobody uses the Secret any longer.
 * - No value is kept, only a digest.
 * - Whoever uses a Secret is woken when its data change, when it goes, and when it comes. What else changes of it wakes
 *   nobody.
 * - Other namespaces than those given are refused before any request.
 */
export class FollowedSecrets {
  readonly #options: FollowedSecretsOptions;
  readonly #source: ObjectSource<DigestedSecret>;
  readonly #store: ObjectStore<DigestedSecret>;
  readonly #followed = new Map<string, Followed>();

  constructor(options: FollowedSecretsOptions) {
    this.#options = options;
    this.#source = digested(options.resources);
    this.#store = new ObjectStore<DigestedSecret>({ onListenerError: options.onListenerError });
  }

  /** Replaces what `user` uses; an empty list for a user that is gone. */
  use(user: string, secrets: readonly SecretKey[]): void {
    const wanted = new Set(secrets.filter(({ namespace }) => this.#options.namespaces.has(namespace)).map(keyOf));
    for (const [key, followed] of this.#followed) {
      if (wanted.has(key) || !followed.users.delete(user) || followed.users.size > 0) continue;
      this.#followed.delete(key);
      followed.stop.abort(new DOMException("Nobody uses the Secret any longer", "AbortError"));
      followed.feed.close();
    }
    for (const secret of secrets) {
      const key = keyOf(secret);
      if (wanted.has(key)) (this.#followed.get(key) ?? this.#follow(key, secret)).users.add(user);
    }
  }

  /** As the watch has it; undefined where there is no Secret, or nothing has been heard yet. */
  digest(secret: SecretKey): string | undefined {
    return this.#store.get(keyOf(secret))?.digest;
  }

  /** Asks the API server. Rejects with a KubernetesError where it does not answer. */
  async read(secret: SecretKey, call: ApiCall): Promise<SecretReading> {
    const { namespaces, resources } = this.#options;
    const { name, namespace } = secret;
    if (!namespaces.has(namespace)) {
      return { kind: "denied", why: `Secrets are not read in namespace "${namespace}"` };
    }
    try {
      const found = await resources.get(secret, call);
      if (found === undefined) return { kind: "absent" };
      return { kind: "content", content: contentOf(found), digest: digestOf(found) };
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.code !== 403) throw error;
      const why = `The operator may not read Secret "${name}" in namespace "${namespace}"; grant it get, list and watch there`;
      return { kind: "denied", why };
    }
  }

  /** Wakes the users of a Secret. */
  readonly wakes: Dependency = (wake) =>
    this.#store.subscribe(({ key, before, after }) => {
      if (before?.digest === after?.digest) return;
      wake(this.#followed.get(key)?.users ?? [], { priority: "live", reason: "secret" });
    });

  /** Ends all watches. */
  stop(): void {
    for (const { stop } of this.#followed.values()) stop.abort(new DOMException("The operator stops", "AbortError"));
    this.#followed.clear();
  }

  #follow(key: string, { namespace, name }: SecretKey): Followed {
    const followed = { feed: this.#store.feed(), stop: new AbortController(), users: new Set<string>() };
    this.#followed.set(key, followed);
    const reflector = new Reflector({
      ...this.#options,
      name: `secrets/${key}`,
      source: this.#source,
      selection: { namespace, fieldSelector: `metadata.name=${name}` },
      feed: followed.feed,
    });
    void reflector.run(followed.stop.signal);
    return followed;
  }
}

function contentOf({ data = {} }: Secret): SecretContent {
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")]));
}
