// The members of a group, by its protocol: classic (DescribeGroups) or KIP-848 (ConsumerGroupDescribe). Asked of the
// group's coordinator; a group of the other protocol is `missing` to each.

import { consumerGroupDescribeV0, describeGroupsV5 } from "@platformatic/kafka";

import type { GroupMember, GroupState } from "../../model/offsets.ts";
import { readAssignment } from "../codecs/consumer-assignment.ts";
import { type DescribedGroup, type DescribeGroupsResponse, describeGroupsV6 } from "../codecs/describe-groups-v6.ts";
import { type ItemResult, type Operation, resultOf } from "../operation.ts";

const groupIdNotFound = 69;
const groupsMost = 500;

function toClassicMember(protocolType: string): (member: DescribedGroup["members"][number]) => GroupMember {
  return ({ memberId, clientId, clientHost, memberAssignment }) => ({
    memberId,
    clientId,
    host: clientHost,
    assignment: protocolType === "consumer" ? readAssignment(memberAssignment) : [],
  });
}

function toClassicGroup(group: DescribedGroup): ItemResult<GroupState> {
  // Below v6 a group that is not there, or of another protocol, is "Dead" without an error.
  if (group.errorCode === 0 && group.groupState === "Dead") return { isOk: false, code: groupIdNotFound };
  return resultOf(group, () => ({
    groupId: group.groupId,
    type: "classic",
    state: group.groupState,
    members: group.members.map(toClassicMember(group.protocolType)),
  }));
}

export const describeClassicGroups: Operation<string, GroupState> = {
  name: "DescribeGroups",
  access: "read",
  limits: [{ most: groupsMost, of: () => 1 }],
  keyOf: (groupId) => groupId,
  async exchange(wire, items) {
    const response: DescribeGroupsResponse = wire.offers(describeGroupsV6)
      ? await wire.request([describeGroupsV6], [[...items], false], items.length)
      : await wire.request([describeGroupsV5.api], [[...items], false], items.length);
    const results = response.groups.map((group) => [group.groupId, toClassicGroup(group)] as const);
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};

function toConsumerMember(member: consumerGroupDescribeV0.ConsumerGroupDescribeResponseMember): GroupMember {
  const { memberId, clientId, clientHost, assignment } = member;
  return {
    memberId,
    clientId,
    host: clientHost,
    assignment: assignment.topicPartitions.flatMap(({ topicName, partitions }) =>
      partitions.map((partition) => ({ topic: topicName, partition })),
    ),
  };
}

export const describeConsumerGroups: Operation<string, GroupState> = {
  name: "ConsumerGroupDescribe",
  access: "read",
  limits: [{ most: groupsMost, of: () => 1 }],
  keyOf: (groupId) => groupId,
  async exchange(wire, items) {
    const response = await wire.request([consumerGroupDescribeV0.api], [[...items], false], items.length);
    const results = response.groups.map(
      (group) =>
        [
          group.groupId,
          resultOf(group, () => ({
            groupId: group.groupId,
            type: "consumer" as const,
            state: group.groupState,
            members: group.members.map(toConsumerMember),
          })),
        ] as const,
    );
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
