// Which topics have transactions: remembered, and asked only where it matters. Reads only.

import { type GroupLook, partitionLags } from "../../domain/lag.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import type { TopicPartition } from "../../kafka/model/offsets.ts";

/**
 * Guarantees
 * - A partition is asked about only where a group seems to be one offset behind, and once as long as its log does not grow.
 *   So topics without transactions cost next to nothing.
 *
 * Caveats
 * - Brokers forget a producer after a day: where nothing was written for longer, a restart of ours forgets it too.
 */
export class TopicTransactions {
  readonly #known = new Set<string>();
  /** End of the log when a partition was found without transactions, by topic id and partition. */
  readonly #without = new Map<string, number>();

  has(topicId: string): boolean {
    return this.#known.has(topicId);
  }

  /** Finds out about the topics on which one of the looks is one offset behind. */
  async learn(
    looks: readonly { readonly topic: string; readonly look: GroupLook }[],
    admin: KafkaAdmin,
    call: Call,
  ): Promise<void> {
    const questions = new Map<string, { partition: TopicPartition; topicId: string; end: number }>();
    for (const { topic, look } of looks) {
      const { topicId, ends } = look.log;
      if (this.has(topicId)) continue;
      partitionLags(look).forEach((lag, partition) => {
        const [key, end] = [`${topicId}/${partition}`, ends[partition] ?? 0];
        if (lag.kind !== "known" || lag.lag !== 1 || this.#without.get(key) === end) return;
        questions.set(key, { partition: { topic, partition }, topicId, end });
      });
    }
    await Promise.all(
      [...questions].map(async ([key, { partition, topicId, end }]) => {
        const answer = await admin.hasTransactions(partition, call);
        if (answer.status === "ok" && answer.value) this.#known.add(topicId);
        // Also where we may not know: it is taken for a topic without, as spec.slo.allowedLag can say otherwise.
        else this.#without.set(key, end);
      }),
    );
  }

  /** Forgets all topics but these. */
  keepOnly(topicIds: ReadonlySet<string>): void {
    for (const id of this.#known) if (!topicIds.has(id)) this.#known.delete(id);
    for (const key of this.#without.keys()) {
      if (!topicIds.has(key.slice(0, key.indexOf("/")))) this.#without.delete(key);
    }
  }
}
