// DeleteRecords v2: moves the start of a partition's log, at its leader.

import { deleteRecordsV2 } from "@platformatic/kafka";

import type { TopicPartition } from "../../model/offsets.ts";
import { controllerTimeoutMs } from "../limits.ts";
import { type Operation, resultOf } from "../operation.ts";
import { byTopic, partitionKey } from "./partition-key.ts";

export interface RecordDeletion extends TopicPartition {
  /** Undefined: up to the high watermark. */
  readonly before: bigint | undefined;
}

const upToHighWatermark = -1n;

/** At most 500 partitions a request. */
export const deleteRecords: Operation<RecordDeletion, void> = {
  name: "DeleteRecords",
  access: "write",
  limits: [{ most: 500, of: () => 1 }],
  keyOf: partitionKey,
  async exchange(wire, items) {
    const topics = byTopic(
      items,
      ({ topic }) => topic,
      ({ partition, before }) => ({ partitionIndex: partition, offset: before ?? upToHighWatermark }),
    );
    const response = await wire.request([deleteRecordsV2.api], [topics, controllerTimeoutMs], items.length);
    const results = response.topics.flatMap(({ name, partitions }) =>
      partitions.map(
        (done) =>
          [partitionKey({ topic: name, partition: done.partitionIndex }), resultOf(done, () => undefined)] as const,
      ),
    );
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
