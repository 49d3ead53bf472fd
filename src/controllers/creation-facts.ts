// What a cluster gives to new topics: which configuration keys they can have, and how many replicas where nobody says it.
// From every topic that is read, else from a creation that is only judged. In memory, one answer for everybody on the
// cluster; it creates nothing and refuses nothing.

import type { KafkaAdmin, WriteCall } from "../kafka/admin.ts";
import type { NewTopic, ValidatedTopic } from "../kafka/model/topic.ts";
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
 * - Costs a request only where a key is not known that a broker may know, at most one a minute and cluster, and once where
 *   the default number of replicas matters; topics that ask at the same time share it.
 */
export class CreationFacts {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #known = new WeakMap<KafkaAdmin, Known>();
  /** A static setting of the brokers, so as good as the connection. */
  readonly #replicas = new WeakMap<KafkaAdmin, number>();
  readonly #asking = new WeakMap<KafkaAdmin, Promise<ValidatedTopic | undefined>>();

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** The keys of a topic that was read. */
  learn(admin: KafkaAdmin, keys: Iterable<string>): void {
    if (!this.#isFresh(admin)) this.#keep(admin, keys);
  }

  /** All keys that a topic can have; undefined where the broker does not tell: then only it can judge. */
  async configKeys(topic: NewTopic, admin: KafkaAdmin, call: WriteCall): Promise<ReadonlySet<string> | undefined> {
    const known = this.#known.get(admin)?.keys;
    const isComplete = known !== undefined && Object.keys(topic.configs).every((key) => known.has(key));
    if (isComplete || this.#isFresh(admin)) return known;
    const { configKeys } = (await this.#judged(topic, admin, call)) ?? {};
    return configKeys === undefined ? undefined : this.#keep(admin, configKeys);
  }

  /** Of a topic that does not say it; undefined where the broker does not tell. */
  async defaultReplicationFactor(topic: NewTopic, admin: KafkaAdmin, call: WriteCall): Promise<number | undefined> {
    const known = this.#replicas.get(admin);
    if (known !== undefined) return known;
    const { replicationFactor } = (await this.#judged(topic, admin, call)) ?? {};
    if (replicationFactor !== undefined) this.#replicas.set(admin, replicationFactor);
    return replicationFactor;
  }

  async #judged(topic: NewTopic, admin: KafkaAdmin, call: WriteCall): Promise<ValidatedTopic | undefined> {
    const asking = this.#asking.get(admin) ?? this.#ask(topic, admin, call);
    this.#asking.set(admin, asking);
    return await asking;
  }

  async #ask({ name, partitions }: NewTopic, admin: KafkaAdmin, call: WriteCall): Promise<ValidatedTopic | undefined> {
    // Shared by others, so the abort of one must not end it.
    const shared = { ...call, signal: new AbortController().signal };
    const answer = await admin.validateTopic({ name, partitions, configs: {} }, shared);
    this.#asking.delete(admin);
    return answer.status === "ok" ? answer.value : undefined;
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
