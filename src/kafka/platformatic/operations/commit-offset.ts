// OffsetCommit v9 as an administrator commits: no member and no generation, so that the coordinator itself refuses it,
// partition by partition, while the group has members. Of a group that is not there it makes an empty one.

import { offsetCommitV9 } from "@platformatic/kafka";

import type { CommittedOffset } from "../../model/offsets.ts";
import { type Operation, resultOf } from "../operation.ts";
import { byTopic, partitionKey } from "./partition-key.ts";

export interface OffsetCommit extends CommittedOffset {
  readonly groupId: string;
}

const noGeneration = -1;
const noMember = "";
const anyLeaderEpoch = -1;

/** At most 2,000 partitions a request, all of one group. */
export const commitOffset: Operation<OffsetCommit, void> = {
  name: "OffsetCommit",
  access: "write",
  limits: [{ most: 2000, of: () => 1 }],
  keyOf: partitionKey,
  variantOf: ({ groupId }) => groupId,
  async exchange(wire, items) {
    const groupId = items[0]?.groupId ?? "";
    const topics = byTopic(
      items,
      ({ topic }) => topic,
      ({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: anyLeaderEpoch,
        committedMetadata: "",
      }),
    );
    const response = await wire.request(
      [offsetCommitV9.api],
      [groupId, noGeneration, noMember, null, topics],
      items.length,
    );
    const results = response.topics.flatMap(({ name, partitions }) =>
      partitions.map(
        (done) =>
          [partitionKey({ topic: name, partition: done.partitionIndex }), resultOf(done, () => undefined)] as const,
      ),
    );
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
