// DescribeProducers v0: who wrote to a partition lately, of which only one thing is told: whether by transactions.

import { describeProducersV0 } from "@platformatic/kafka";

import type { TopicPartition } from "../../model/offsets.ts";
import { type Operation, resultOf } from "../operation.ts";
import { byTopic, partitionKey } from "./partition-key.ts";

type Producer = describeProducersV0.DescribeProducersResponsePartitionProducer;

/** Both are -1 where there is none: the start of the open transaction, and who wrote the marker of the last one. */
function isTransactional({ coordinatorEpoch, currentTxnStartOffset }: Producer): boolean {
  return coordinatorEpoch >= 0 || currentTxnStartOffset >= 0n;
}

/** At most 500 partitions a request; each holds the state of every producer of the last day. */
export const describeProducers: Operation<TopicPartition, boolean> = {
  name: "DescribeProducers",
  access: "read",
  limits: [{ most: 500, of: () => 1 }],
  keyOf: partitionKey,
  async exchange(wire, items) {
    const topics = byTopic(
      items,
      ({ topic }) => topic,
      ({ partition }) => partition,
    ).map(({ name, partitions }) => ({ name, partitionIndexes: partitions }));
    const response = await wire.request([describeProducersV0.api], [topics], items.length);
    const results = response.topics.flatMap(({ name, partitions }) =>
      partitions.map(
        (found) =>
          [
            partitionKey({ topic: name, partition: found.partitionIndex }),
            resultOf(found, () => found.activeProducers.some(isTransactional)),
          ] as const,
      ),
    );
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
