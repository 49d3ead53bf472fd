// ListOffsets v9: one position of one partition, asked of its leader. Uncommitted reads: the high watermark is the end.

import { listOffsetsV9 } from "@platformatic/kafka";

import type { ListedOffset, OffsetAt, TopicPartition } from "../../model/offsets.ts";
import { type Operation, resultOf } from "../operation.ts";
import { byTopic, partitionKey } from "./partition-key.ts";

export interface OffsetQuestion extends TopicPartition {
  readonly at: OffsetAt;
}

const noReplica = -1;
const readUncommitted = 0;
const anyLeaderEpoch = -1;

function timestampOf(at: OffsetAt): bigint {
  if (at === "latest") return -1n;
  if (at === "earliest") return -2n;
  return BigInt(Math.trunc(at));
}

/** At most 4,000 partitions a request. */
export const listOffsets: Operation<OffsetQuestion, ListedOffset> = {
  name: "ListOffsets",
  access: "read",
  limits: [{ most: 4000, of: () => 1 }],
  // A broker refuses a partition that a request names twice, so its two ends take two requests.
  keyOf: partitionKey,
  questionOf: (item) => `${partitionKey(item)}@${item.at}`,
  async exchange(wire, items) {
    const topics = byTopic(
      items,
      ({ topic }) => topic,
      ({ partition, at }) => ({
        partitionIndex: partition,
        currentLeaderEpoch: anyLeaderEpoch,
        timestamp: timestampOf(at),
      }),
    );
    const response = await wire.request([listOffsetsV9.api], [noReplica, readUncommitted, topics], items.length);
    const results = response.topics.flatMap(({ name, partitions }) =>
      partitions.map(
        (found) =>
          [
            partitionKey({ topic: name, partition: found.partitionIndex }),
            resultOf(found, () => ({ offset: found.offset < 0n ? undefined : found.offset })),
          ] as const,
      ),
    );
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
