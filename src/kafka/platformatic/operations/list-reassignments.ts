// ListPartitionReassignments v0, of the whole cluster at once: few partitions move at a time, and many ask.

import { listPartitionReassignmentsV0 } from "@platformatic/kafka";

import { controllerTimeoutMs } from "../limits.ts";
import { type Operation, resultOf } from "../operation.ts";

/** Target replicas by partition, by topic. */
export type Reassignments = ReadonlyMap<string, ReadonlyMap<number, readonly number[]>>;

type Moving = listPartitionReassignmentsV0.ListPartitionReassignmentsResponsePartition;

// While it moves, a partition's replicas are those before and after together.
function targetOf({ replicas, removingReplicas }: Moving): readonly number[] {
  return replicas.filter((broker) => !removingReplicas.includes(broker));
}

const all = "all";

export const listReassignments: Operation<null, Reassignments> = {
  name: "ListPartitionReassignments",
  access: "read",
  limits: [],
  keyOf: () => all,
  async exchange(wire) {
    const response = await wire.request([listPartitionReassignmentsV0.api], [controllerTimeoutMs, null], 0);
    const result = resultOf(
      response,
      () =>
        new Map(
          response.topics.map(({ name, partitions }) => [
            name,
            new Map(partitions.map((moving) => [moving.partitionIndex, targetOf(moving)])),
          ]),
        ),
    );
    return { results: new Map([[all, result]]), throttleMs: response.throttleTimeMs };
  },
};
