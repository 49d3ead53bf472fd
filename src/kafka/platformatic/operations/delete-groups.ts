// DeleteGroups v2: a group with all its offsets, whatever its protocol. The coordinator refuses one that has members.

import { deleteGroupsV2 } from "@platformatic/kafka";

import { type Operation, resultOf } from "../operation.ts";

/** At most 500 groups a request. */
export const deleteGroups: Operation<string, void> = {
  name: "DeleteGroups",
  access: "write",
  limits: [{ most: 500, of: () => 1 }],
  keyOf: (groupId) => groupId,
  async exchange(wire, items) {
    const response = await wire.request([deleteGroupsV2.api], [[...items]], items.length);
    const results = response.results.map((done) => [done.groupId, resultOf(done, () => undefined)] as const);
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
