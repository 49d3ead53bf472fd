// ListGroups v5: the groups that one broker coordinates, with type and state.

import { listGroupsV5 } from "@platformatic/kafka";

import type { GroupListing, GroupType } from "../../model/offsets.ts";
import { type Operation, resultOf } from "../operation.ts";

const types: ReadonlySet<string> = new Set<GroupType>(["classic", "consumer", "share", "streams"]);

export function groupType(word: string): GroupType {
  const type = word.toLowerCase();
  return types.has(type) ? (type as GroupType) : "unknown";
}

function toListing({ groupId, groupType: type, groupState }: listGroupsV5.ListGroupsResponseGroup): GroupListing {
  return { groupId, type: groupType(type), state: groupState };
}

const all = "all";

/** By group id; one answer serves all who describe a group. What the principal may not describe is left out without a word. */
export const listGroups: Operation<null, ReadonlyMap<string, GroupListing>> = {
  name: "ListGroups",
  access: "read",
  limits: [],
  keyOf: () => all,
  async exchange(wire) {
    const response = await wire.request([listGroupsV5.api], [[], []], 0);
    const result = resultOf(response, () => new Map(response.groups.map((group) => [group.groupId, toListing(group)])));
    return { results: new Map([[all, result]]), throttleMs: response.throttleTimeMs };
  },
};
