// How many bytes the managed topics of each bus take on the disks of its brokers: asked for now and then, beside the sweep,
// for metrics alone. It wakes nothing, and what cannot be read is not told.

import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { BusRegistry } from "../bus-registry.ts";
import type { SweepItem, SweepSource } from "../sweep.ts";

/** Disks fill slowly, and each look asks every broker. */
const INTERVAL_MS = 60_000;

export class TopicSizes implements SweepSource {
  readonly #registry: Pick<BusRegistry, "topicHealth">;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #lookedAt = new Map<string, number>();
  readonly #bytes = new Map<string, ReadonlyMap<string, number>>();

  constructor(registry: Pick<BusRegistry, "topicHealth">, clock: Pick<Clock, "monotonic">) {
    this.#registry = registry;
    this.#clock = clock;
  }

  /** Of all replicas together; undefined where it was not read. */
  of(busName: string, topicName: string): number | undefined {
    return this.#bytes.get(busName)?.get(topicName);
  }

  /** All topics in one item: they share what they are read by. */
  begin(busName: string): readonly SweepItem[] {
    const now = this.#clock.monotonic();
    const topics = [...(this.#registry.topicHealth(busName)?.keys() ?? [])];
    if (topics.length === 0) this.#bytes.delete(busName);
    if (topics.length === 0 || now - (this.#lookedAt.get(busName) ?? -Infinity) < INTERVAL_MS) return [];
    this.#lookedAt.set(busName, now);
    return [{ key: busName, look: (admin, call) => this.#look(busName, topics, admin, call) }];
  }

  end(): void {}

  async #look(busName: string, topics: readonly string[], admin: KafkaAdmin, call: Call): Promise<boolean> {
    const sizes = topics.map(async (topic) => {
      const answer = await admin.describeLogDirs(topic, call);
      if (answer.status !== "ok") return undefined;
      const replicas = [...answer.value.values()].flat();
      return [topic, Number(replicas.reduce((sum, bytes) => sum + bytes, 0n))] as const;
    });
    const known = (await Promise.all(sizes)).filter((size) => size !== undefined);
    this.#bytes.set(busName, new Map(known));
    return true;
  }
}
