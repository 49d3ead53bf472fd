// OffsetFetch v9: all that a group has committed, many groups of one coordinator in one request.

import { offsetFetchV9 } from "@platformatic/kafka";

import type { CommittedOffset } from "../../model/offsets.ts";
import { type ItemResult, type Operation, okResult } from "../operation.ts";

type Group = offsetFetchV9.OffsetFetchResponseGroup;

const none = -1n;

function toCommits(group: Group): ItemResult<readonly CommittedOffset[]> {
  const partitions = group.topics.flatMap(({ name, partitions }) =>
    partitions.map((found) => ({ topic: name, ...found })),
  );
  // A partition that cannot be read must not pass for one without a commit.
  const code = group.errorCode || partitions.find(({ errorCode }) => errorCode !== 0)?.errorCode;
  if (code) return { isOk: false, code };
  return okResult(
    partitions
      .filter(({ committedOffset }) => committedOffset > none)
      .map(({ topic, partitionIndex, committedOffset }) => ({
        topic,
        partition: partitionIndex,
        offset: committedOffset,
      })),
  );
}

/** At most 200 groups a request. */
export const fetchOffsets: Operation<string, readonly CommittedOffset[]> = {
  name: "OffsetFetch",
  access: "read",
  limits: [{ most: 200, of: () => 1 }],
  keyOf: (groupId) => groupId,
  async exchange(wire, items) {
    const groups = items.map((groupId) => ({ groupId, memberId: null, memberEpoch: -1, topics: null }));
    const response = await wire.request([offsetFetchV9.api], [groups, false], items.length);
    const results = response.groups.map((group) => [group.groupId, toCommits(group)] as const);
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
