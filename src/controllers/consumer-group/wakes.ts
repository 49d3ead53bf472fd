// What wakes ConsumerGroups besides their own changes: buses, EventTopics, namespaces. Maps changes to keys and decides
// nothing about groups.

import { isDeepStrictEqual } from "node:util";

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { Change } from "../../runtime/change.ts";
import { mapDependency, type Dependency } from "../../runtime/dependency.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { Store } from "../../runtime/store.ts";
import { principalsOf } from "../access/peers.ts";
import { isDeclaredOtherwise, recordedBus } from "../bus-lanes.ts";
import type { BusRegistry } from "../bus-registry.ts";
import type { Claims } from "../claims.ts";
import { memoryOf } from "./memory.ts";
import { groupIdOf } from "./resolve.ts";

/** Index names of the ConsumerGroup store, and the values by which objects are found. */
export const CONSUMER_GROUP_INDEXES = {
  /** The bus that an object is on; empty for one that takes whatever is the default. */
  bus: (group: ConsumerGroup) => [recordedBus(group) ?? ""],
  groupId: (group: ConsumerGroup) => [groupIdOf(group)],
  namespace: (group: ConsumerGroup) => [group.metadata.namespace ?? ""],
  /** Of whom it declares or has recorded rights, as User:<name>. */
  principal: (group: ConsumerGroup) =>
    principalsOf(group.spec.principal === undefined ? [] : [group.spec.principal], group),
  /** EventTopics that it refers to, by their keys. */
  eventTopic: ({ metadata, spec }: ConsumerGroup) => {
    const refs = [...(spec.topics ?? []).map(({ eventTopicRef }) => eventTopicRef), spec.deadLetter?.eventTopicRef];
    const given = refs.filter((ref) => ref !== undefined);
    return given.map(({ name, namespace }) => keyOf({ namespace: namespace ?? metadata.namespace ?? "", name }));
  },
  /** Topics that it names as they are in Kafka. */
  topicName: ({ spec }: ConsumerGroup) => (spec.topics ?? []).flatMap(({ topicName }) => topicName ?? []),
} as const;

interface WakingStores {
  readonly consumerGroups: Store<ConsumerGroup>;
  readonly buses: Store<EventBus>;
  readonly topics: Store<EventTopic>;
  readonly namespaces: Store<{ readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }>;
}

export function wakesGroups(stores: WakingStores, registry: BusRegistry): Dependency[] {
  const { buses, consumerGroups: groups, namespaces, topics } = stores;
  const ofBus = (busName: string): string[] => keys([...groups.byIndex("bus", busName), ...groups.byIndex("bus", "")]);
  return [
    mapDependency(buses, (change) => (isDeclaredOtherwise(change) ? ofBus(change.key) : []), { reason: "bus" }),
    (wake) => registry.subscribe((busName) => wake(ofBus(busName), { priority: "bulk", reason: "bus" })),
    mapDependency(topics, (change) => readersOf(groups, change), { reason: "EventTopic" }),
    mapDependency(namespaces, ({ key }) => keys(groups.byIndex("namespace", key)), { reason: "namespace" }),
  ];
}

/** Enters what objects have recorded as theirs, before anybody new may claim it. */
export function claimRecordedGroups(groups: readonly ConsumerGroup[], claims: Claims): void {
  for (const group of groups) {
    const { clusterId, isHolder } = memoryOf(group);
    if (clusterId === undefined || !isHolder) continue;
    const { creationTimestamp, uid } = group.metadata;
    const owner = { key: keyOf(group.metadata), uid, creationTimestamp };
    claims.put(owner, [{ clusterId, name: groupIdOf(group), boundId: uid }]);
  }
}

/** Groups that refer to the topic, or name it. */
function readersOf(groups: Store<ConsumerGroup>, { key, before, after }: Change<EventTopic>): Iterable<string> {
  if (isDeepStrictEqual(seenByReaders(before), seenByReaders(after))) return [];
  const names = new Set([before, after].flatMap((topic) => namesOf(topic)));
  return new Set([
    ...keys(groups.byIndex("eventTopic", key)),
    ...[...names].flatMap((name) => keys(groups.byIndex("topicName", name))),
  ]);
}

/** Of a topic only what its readers are resolved by. */
function seenByReaders(topic: EventTopic | undefined): unknown {
  if (topic === undefined) return undefined;
  const { bus, deadLetters, partitions, topicId, topicName } = topic.status ?? {};
  const letters = (deadLetters ?? []).map((letter) => [letter.topicName, letter.topicId, letter.groupId]);
  return [topic.spec.consumers, bus?.clusterId, topicId, topicName, partitions, letters];
}

function namesOf(topic: EventTopic | undefined): string[] {
  const { deadLetters, topicName } = topic?.status ?? {};
  return [topicName, ...(deadLetters ?? []).map((letter) => letter.topicName)].filter((name) => name !== undefined);
}

function keys(groups: Iterable<ConsumerGroup>): string[] {
  return Array.from(groups, ({ metadata }) => keyOf(metadata));
}
