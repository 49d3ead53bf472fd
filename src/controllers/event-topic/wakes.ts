// What wakes EventTopics besides their own changes: buses, policies, namespaces, ConsumerGroups (strimzi-wakes.ts has the
// objects of Strimzi). Maps changes to keys and decides nothing about topics.

import { isDeepStrictEqual } from "node:util";

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { ANNOTATION } from "../../api/group.ts";
import type { RetentionPolicy } from "../../api/retention-policy.ts";
import { policyMatches } from "../../domain/policy-selection.ts";
import type { Change } from "../../runtime/change.ts";
import { mapDependency, type Dependency } from "../../runtime/dependency.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { Store } from "../../runtime/store.ts";
import { principalsOf } from "../access/peers.ts";
import { isDeclaredOtherwise, recordedBus } from "../bus-lanes.ts";
import type { BusRegistry } from "../bus-registry.ts";
import type { Claims } from "../claims.ts";
import { guardsOf } from "../rollout/held-rollout.ts";
import { ownerOf } from "./name-obstacles.ts";
import { policySubject } from "./resolve.ts";

/** What the ConsumerGroup store must be indexed by beside their own (`namespace` is among those). */
export const GROUP_INDEXES = {
  /** The EventTopic that a group names under `deadLetter`, by its key. */
  deadLetterTopic: (group: ConsumerGroup) => deadLetterTopicOf(group),
} as const;

/** The only value of the index `unnamed`. */
export const UNNAMED = "unnamed";

/** Index names of the EventTopic store, and the values by which objects are found. */
export const TOPIC_INDEXES = {
  /** The bus that an object is on; empty for one that takes whatever is the default. */
  bus: (topic: EventTopic) => [recordedBus(topic) ?? ""],
  namespace: (topic: EventTopic) => [topic.metadata.namespace ?? ""],
  /** Under one value those that have no name yet. */
  unnamed: ({ status }: EventTopic) => (status?.topicName === undefined ? [UNNAMED] : []),
  /** Of the source and of its dead letters. */
  topicName: ({ status }: EventTopic) =>
    [status?.topicName, ...(status?.deadLetters ?? []).map((letter) => letter.topicName)].filter(isGiven),
  /** The policy that governs an object, and the one that it names. */
  policy: (topic: EventTopic) =>
    [topic.status?.retentionPolicy?.name, topic.spec.retentionPolicyRef?.name].filter(isGiven),
  /** Of whom it declares or has recorded rights, as User:<name>. */
  principal: (topic: EventTopic) =>
    principalsOf(
      (topic.spec.publishers ?? []).map(({ name }) => name),
      topic,
    ),
  /** Whose change guard holds something of it back, as RetentionPolicy/<name> or EventBus/<name>. */
  guard: guardsOf,
} as const;

interface WakingStores {
  readonly topics: Store<EventTopic>;
  readonly buses: Store<EventBus>;
  readonly policies: Store<RetentionPolicy>;
  readonly namespaces: Store<{ readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }>;
  readonly consumerGroups: Store<ConsumerGroup>;
}

export function wakesTopics(stores: WakingStores, registry: BusRegistry): Dependency[] {
  const { topics, buses, policies, namespaces, consumerGroups } = stores;
  const ofBus = (busName: string): string[] => keys([...topics.byIndex("bus", busName), ...topics.byIndex("bus", "")]);
  return [
    mapDependency(buses, (change) => (isDeclaredOtherwise(change) ? ofBus(change.key) : []), { reason: "bus" }),
    ...[buses, policies].map((store) => wakesOnApproval(topics, store)),
    (wake) => registry.subscribe((busName) => wake(ofBus(busName), { priority: "bulk", reason: "bus" })),
    wakesOnUsers(topics, registry),
    mapDependency(policies, (change) => keys(topicsOfPolicy(topics, buses, change)), { reason: "policy" }),
    mapDependency(namespaces, ({ key }) => keys(topics.byIndex("namespace", key)), { reason: "namespace" }),
    // A topic may consent to groups of a namespace by its labels.
    mapDependency(namespaces, ({ key }) => consumerGroups.byIndex("namespace", key).flatMap(deadLetterTopicOf), {
      reason: "namespace of a ConsumerGroup",
    }),
    mapDependency(consumerGroups, (change) => topicsOfGroup(change), { reason: "ConsumerGroup" }),
  ];
}

/** Other groups than before use the topic of an object. */
export function wakesOnUsers(topics: Store<EventTopic>, registry: BusRegistry): Dependency {
  return (wake) =>
    registry.subscribeToTopicUsers((busName, names) => {
      const shownOtherwise = ({ status }: EventTopic): boolean =>
        !isDeepStrictEqual(registry.topicUsers(busName, status?.topicName ?? "") ?? [], status?.consumerGroups ?? []);
      const used = names?.flatMap((name) =>
        topics
          .byIndex("topicName", name)
          .filter(({ status }) => status?.bus?.name === busName && status.topicName === name),
      );
      wake(keys(used ?? topics.byIndex("bus", busName).filter(shownOtherwise)), {
        priority: "bulk",
        reason: "consumer groups",
      });
    });
}

/** Enters what objects have recorded as theirs, before anybody new may claim it. */
export function claimRecorded(topics: readonly EventTopic[], claims: Claims): void {
  for (const topic of topics) {
    const { status } = topic;
    if (status?.bus?.clusterId === undefined || status.topicName === undefined) continue;
    const { clusterId } = status.bus;
    const letters = (status.deadLetters ?? []).filter(({ topicId }) => topicId !== undefined);
    const named = letters.map((letter) => ({ clusterId, name: letter.topicName, boundId: letter.topicId }));
    claims.put(ownerOf(topic), [{ clusterId, name: status.topicName, boundId: status.topicId }, ...named]);
  }
}

/** The platform approves on what guards: only those of whom something is held back there look whether it is theirs. */
function wakesOnApproval(topics: Store<EventTopic>, holders: Store<EventBus> | Store<RetentionPolicy>): Dependency {
  return mapDependency<EventBus | RetentionPolicy>(
    holders,
    ({ key, before, after }) => {
      const approved = after?.metadata.annotations?.[ANNOTATION.approve];
      if (after === undefined || approved === before?.metadata.annotations?.[ANNOTATION.approve]) return [];
      return keys(topics.byIndex("guard", `${after.kind}/${key}`));
    },
    { reason: "approval" },
  );
}

/** Topics that a policy matched, matches, is named by, or governs. */
function topicsOfPolicy(
  topics: Store<EventTopic>,
  buses: Store<EventBus>,
  { key, before, after }: Change<RetentionPolicy>,
): Iterable<EventTopic> {
  if (before?.metadata.generation === after?.metadata.generation) return [];
  const concerned = new Set(topics.byIndex("policy", key));
  for (const { metadata, spec } of buses.list()) {
    if (spec.topicDefaults?.retentionPolicyRef?.name !== key) continue;
    for (const topic of topics.byIndex("bus", metadata.name)) concerned.add(topic);
  }
  const selecting = [before, after].filter(isGiven).filter(({ spec }) => spec.appliesTo !== undefined);
  for (const topic of selecting.length === 0 ? [] : topics.list()) {
    const subject = policySubject(topic, recordedBus(topic) ?? "");
    if (selecting.some((policy) => policyMatches(policy, subject))) concerned.add(topic);
  }
  return concerned;
}

/** Topics whose dead letters a group wrote before, and writes now. */
function topicsOfGroup({ before, after }: Change<ConsumerGroup>): Iterable<string> {
  const isAsBefore = before?.metadata.generation === after?.metadata.generation;
  if (isAsBefore && before?.status?.bus?.clusterId === after?.status?.bus?.clusterId) return [];
  return new Set([before, after].filter(isGiven).flatMap((group) => deadLetterTopicOf(group)));
}

function deadLetterTopicOf({ metadata, spec }: ConsumerGroup): string[] {
  const ref = spec.deadLetter?.eventTopicRef;
  return ref === undefined ? [] : [keyOf({ namespace: ref.namespace ?? metadata.namespace ?? "", name: ref.name })];
}

function keys(topics: Iterable<EventTopic>): string[] {
  return Array.from(topics, ({ metadata }) => keyOf(metadata));
}

function isGiven<T>(value: T | undefined): value is T {
  return value !== undefined;
}
