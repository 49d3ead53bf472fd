// Which configuration keys the topics of a cluster can have: from every topic that is read, else from a creation that is
// only judged. In memory, one answer for everybody on the cluster; it creates nothing and refuses nothing.

import type { KafkaAdmin, WriteCall } from "../kafka/admin.ts";
import type { NewTopic } from "../kafka/model/topic.ts";
import type { Clock } from "../runtime/clock.ts";

interface Known {
  readonly keys: ReadonlySet<string>;
  /** Monotonic, milliseconds. */
  readonly learnedAt: number;
}

/** Brokers of another version may know other keys: a key that is missing is looked for again after so long. */
const FRESH_MS = 60_000;

/**
 * Guarantees
 * - Costs a request only where a key is not known that a broker may know, at most one a minute and cluster; topics that
 *   ask at the same time share it.
 */
export class KnownConfigs {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #known = new WeakMap<KafkaAdmin, Known>();
  readonly #asking = new WeakMap<KafkaAdmin, Promise<ReadonlySet<string> | undefined>>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** The keys of a topic that was read. */
  learn(admin: KafkaAdmin, keys: Iterable<string>): void {
    if (!this.#isFresh(admin)) this.#keep(admin, keys);
  }

  /** Undefined where the broker does not tell; then only it can judge. */
  async forCreating(topic: NewTopic, admin: KafkaAdmin, call: WriteCall): Promise<ReadonlySet<string> | undefined> {
    const known = this.#known.get(admin)?.keys;
    const isComplete = known !== undefined && Object.keys(topic.configs).every((key) => known.has(key));
    if (isComplete || this.#isFresh(admin)) return known;
    const asking = this.#asking.get(admin) ?? this.#ask(topic, admin, call);
    this.#asking.set(admin, asking);
    return await asking;
  }

  async #ask(topic: NewTopic, admin: KafkaAdmin, call: WriteCall): Promise<ReadonlySet<string> | undefined> {
    // Shared by others, so the abort of one must not end it.
    const shared = { ...call, signal: new AbortController().signal };
    const answer = await admin.validateTopic({ ...topic, configs: {} }, shared);
    this.#asking.delete(admin);
    const keys = answer.status === "ok" ? answer.value.configKeys : undefined;
    return keys === undefined ? undefined : this.#keep(admin, keys);
  }

  #keep(admin: KafkaAdmin, keys: Iterable<string>): ReadonlySet<string> {
    const known = { keys: new Set(keys), learnedAt: this.#clock.monotonic() };
    this.#known.set(admin, known);
    return known.keys;
  }

  #isFresh(admin: KafkaAdmin): boolean {
    const known = this.#known.get(admin);
    return known !== undefined && this.#clock.monotonic() - known.learnedAt < FRESH_MS;
  }
}
