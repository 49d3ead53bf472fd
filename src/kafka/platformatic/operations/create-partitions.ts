// CreatePartitions v3: growth only; the broker refuses anything else.

import { createPartitionsV3 } from "@platformatic/kafka";

import { controllerTimeoutMs, recordsMost } from "../limits.ts";
import { type Operation, resultOf } from "../operation.ts";

export interface PartitionGrowth {
  readonly name: string;
  readonly count: number;
  readonly currentCount: number;
}

/**
 * New partitions of one request and so of one growth. Kafka 4.3 commits a part of a request that makes more than 10,000
 * records, and answers -1.
 */
export const newPartitionsMost = recordsMost;

/** At most 500 topics and 5,000 new partitions a request. */
export const createPartitions: Operation<PartitionGrowth, void> = {
  name: "CreatePartitions",
  access: "write",
  limits: [
    { most: 500, of: () => 1 },
    { most: newPartitionsMost, of: ({ count, currentCount }) => Math.max(1, count - currentCount) },
  ],
  keyOf: ({ name }) => name,
  async exchange(wire, items) {
    const topics = items.map(({ name, count }) => ({ name, count, assignments: null }));
    const response = await wire.request([createPartitionsV3.api], [topics, controllerTimeoutMs, false], items.length);
    const results = response.results.map((result) => [result.name, resultOf(result, () => undefined)] as const);
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
