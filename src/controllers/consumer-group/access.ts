// Which rights a ConsumerGroup declares: its principal's to read the topics that it may read, and to commit as its group.
// From memory only.

import type { ConsumerGroup, ConsumerGroupStatus } from "../../api/consumer-group.ts";
import type { EventBus } from "../../api/event-bus.ts";
import {
  isOnePrincipal,
  isOneResource,
  principalOf,
  publisherRights,
  readerRights,
} from "../../domain/access-rights.ts";
import { consentsTo } from "../../domain/topic-consent.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { AccessKind, AccessWish } from "../access/access-world.ts";
import { namespaceOf } from "../bus-bound.ts";
import type { GroupWorld, ResolvedGroup } from "./group-world.ts";
import { consultedTopics, deadLetterSource, resolveDeadLetters, resolveTopics } from "./resolve-topics.ts";
import { grantTo, groupIdOf } from "./resolve.ts";

/** The group id is not the object's, or nothing is known of it. */
const UNENTITLED: ReadonlySet<string> = new Set([
  "BusNotReady",
  "ClaimedByAnother",
  "ClusterIdMismatch",
  "InvalidGroupId",
  "UnsupportedGroupType",
]);

export function groupAccess(world: GroupWorld): AccessKind<ConsumerGroup> {
  return {
    wish: (group, status) => wishOf(group, status, world),
    isRetained: ({ spec }) => spec.deletionPolicy !== "DeleteGroup",
  };
}

function wishOf(
  group: ConsumerGroup,
  status: ConsumerGroupStatus | undefined,
  world: GroupWorld,
): AccessWish | undefined {
  const { bus: place, conditions } = status ?? {};
  const bus = world.buses.get(place?.name ?? "");
  const groupId = groupIdOf(group);
  if (bus === undefined || place?.clusterId === undefined) return undefined;
  const identity = { busName: bus.metadata.name, clusterId: place.clusterId, groupId };
  if (!isEntitled(group, conditions, bus, identity, world)) return undefined;
  const { principal } = group.spec;
  if (principal === undefined || !isOnePrincipal(principal)) {
    return { bindings: [], mayWant: () => false, remarks: [withoutPrincipal(principal)], consents: [] };
  }
  const topics = resolveTopics(group, identity, world);
  const found = topics.filter((topic) => topic.kind === "found");
  const consenting = found.filter(({ isManaged }) => isManaged).map(({ topicName }) => topicName);
  const nobodys = found.filter(({ isManaged }) => !isManaged).map(({ topicName }) => topicName);
  const letters = deadLettersOf(group, identity, world);
  const areKnown = topics.every((topic) => topic.kind === "found" || topic.reason === "NotGranted");
  return {
    bindings: [
      ...readerRights(principal, { groupId, topics: consenting }),
      ...letters.names.flatMap((name) => publisherRights(name, [principal])),
    ],
    mayWant: ({ principal: holder, resourceName, resourceType }) =>
      !(areKnown && letters.isKnown) &&
      resourceType === "topic" &&
      holder === principalOf(principal) &&
      !isRefused(resourceName, group, identity.clusterId, world),
    remarks: [
      ...(isOneResource(groupId) ? [] : ['Group id "*" is every group in an ACL, so nobody is granted it']),
      ...nobodys.map((name) => `Topic "${name}" has no EventTopic that could consent, so nobody is granted it`),
    ],
    consents: consultedTopics(group, world),
  };
}

/** By the claim itself too: in the reason of Ready, something else that is wrong may stand in the place of it. */
function isEntitled(
  group: ConsumerGroup,
  conditions: ConsumerGroupStatus["conditions"],
  bus: EventBus,
  { clusterId, groupId }: ResolvedGroup["identity"],
  world: GroupWorld,
): boolean {
  if (UNENTITLED.has(findCondition(conditions, "Ready")?.reason ?? "")) return false;
  const holder = world.claims.holder({ clusterId, name: groupId });
  return holder?.key === keyOf(group.metadata) && grantTo(group, bus, groupId, world).kind === "granted";
}

/** The name has come to an EventTopic that does not consent. */
function isRefused(topicName: string, group: ConsumerGroup, clusterId: string, world: GroupWorld): boolean {
  const holders = world.topics.named(topicName).filter(({ status }) => status?.bus?.clusterId === clusterId);
  return holders.some((topic) => !consentsTo(topic, namespaceOf(group.metadata, world)));
}

interface DeadLetters {
  readonly names: readonly string[];
  readonly isKnown: boolean;
}

/** Where the group writes what it cannot process; as for reading, the EventTopic must consent. */
function deadLettersOf(group: ConsumerGroup, identity: ResolvedGroup["identity"], world: GroupWorld): DeadLetters {
  const none = { names: [], isKnown: true };
  if (group.spec.deadLetter?.eventTopicRef === undefined) return none;
  const topic = deadLetterSource(group, world);
  if (topic === undefined) return { ...none, isKnown: false };
  if (!consentsTo(topic, namespaceOf(group.metadata, world))) return none;
  const name = resolveDeadLetters(group, identity, world);
  // Others are listed as well, under names that are perhaps another's: only what the EventTopic is bound to is its own.
  const isBound = topic.status?.deadLetters?.some(
    ({ topicId, topicName }) => topicName === name && topicId !== undefined,
  );
  return name === undefined || isBound !== true ? { ...none, isKnown: false } : { names: [name], isKnown: true };
}

function withoutPrincipal(principal: string | undefined): string {
  if (principal !== undefined) return "spec.principal is everybody, who is granted nothing";
  return "spec.principal is not set, so nobody is granted the right to read";
}
