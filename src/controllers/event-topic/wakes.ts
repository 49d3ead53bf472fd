// What wakes EventTopics besides their own changes: buses, policies, namespaces, KafkaTopics; and what holds them back.
// Maps changes to keys and decides nothing about topics.

import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { ANNOTATION } from "../../api/group.ts";
import type { RetentionPolicy } from "../../api/retention-policy.ts";
import { selectBus } from "../../domain/bus-selection.ts";
import { policyMatches } from "../../domain/policy-selection.ts";
import type { Change } from "../../runtime/change.ts";
import { mapDependency, type Dependency } from "../../runtime/dependency.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { Store } from "../../runtime/store.ts";
import type { WorkQueue } from "../../runtime/work-queue.ts";
import type { BusRegistry } from "../bus-registry.ts";
import type { Claims } from "../claims.ts";
import { effectiveName, type KafkaTopic } from "../strimzi-topics.ts";
import { policySubject } from "./resolve.ts";

/** Index names of the EventTopic store, and the values by which objects are found. */
export const TOPIC_INDEXES = {
  /** The bus that an object is on; empty for one that takes whatever is the default. */
  bus: (topic: EventTopic) => [recordedBus(topic) ?? ""],
  namespace: (topic: EventTopic) => [topic.metadata.namespace ?? ""],
  topicName: (topic: EventTopic) => (topic.status?.topicName === undefined ? [] : [topic.status.topicName]),
  /** The policy that governs an object, and the one that it names. */
  policy: (topic: EventTopic) =>
    [topic.status?.retentionPolicy?.name, topic.spec.retentionPolicyRef?.name].filter(isGiven),
} as const;

interface WakingStores {
  readonly topics: Store<EventTopic>;
  readonly buses: Store<EventBus>;
  readonly policies: Store<RetentionPolicy>;
  readonly namespaces: Store<{ readonly metadata: { readonly labels?: Readonly<Record<string, string>> } }>;
  readonly kafkaTopics: readonly Store<KafkaTopic>[];
}

export function wakesTopics(stores: WakingStores, registry: BusRegistry): Dependency[] {
  const { topics, buses, policies, namespaces, kafkaTopics } = stores;
  const ofBus = (busName: string): string[] => keys([...topics.byIndex("bus", busName), ...topics.byIndex("bus", "")]);
  return [
    mapDependency(buses, (change) => (concernsTopics(change) ? ofBus(change.key) : []), { reason: "bus" }),
    (wake) => registry.subscribe((busName) => wake(ofBus(busName), { priority: "bulk", reason: "bus" })),
    mapDependency(policies, (change) => keys(topicsOfPolicy(topics, buses, change)), { reason: "policy" }),
    mapDependency(namespaces, ({ key }) => keys(topics.byIndex("namespace", key)), { reason: "namespace" }),
    ...kafkaTopics.map((store) =>
      mapDependency(store, (change) => keys(namesakes(topics, change)), { reason: "KafkaTopic" }),
    ),
  ];
}

/** The lane of a topic's runs is its bus, so that one broken bus holds up nobody else. */
export function laneOf(topic: EventTopic | undefined, buses: Store<EventBus>): string {
  if (topic === undefined) return "";
  const recorded = recordedBus(topic);
  if (recorded !== undefined) return recorded;
  const chosen = selectBus({}, buses);
  return chosen.kind === "bus" ? chosen.bus.metadata.name : "";
}

/** Keeps topics in line until the first look at their bus has ended: before it there is nothing to say. */
export function holdUntilConnected(
  buses: Store<EventBus>,
  registry: BusRegistry,
  queue: Pick<WorkQueue, "pause" | "resume">,
): void {
  buses.subscribe(({ key, before, after }) => {
    if (after === undefined) queue.resume(key);
    else if (before === undefined && registry.link(key).kind === "connecting") queue.pause(key);
  });
  registry.subscribe((busName) => queue.resume(busName));
}

/** Enters what objects have recorded as theirs, before anybody new may claim it. */
export function claimRecorded(topics: readonly EventTopic[], claims: Claims): void {
  for (const { metadata, status } of topics) {
    if (status?.bus?.clusterId === undefined || status.topicName === undefined) continue;
    const { uid, creationTimestamp } = metadata;
    const claimant = { key: keyOf(metadata), uid, creationTimestamp, boundId: status.topicId };
    claims.put({ clusterId: status.bus.clusterId, name: status.topicName }, claimant);
  }
}

function recordedBus({ spec, status }: EventTopic): string | undefined {
  return status?.bus?.name ?? spec.busRef?.name;
}

/** Of a bus only what is declared matters to topics; its connection is told by the registry. */
function concernsTopics({ before, after }: Change<EventBus>): boolean {
  const [old, current] = [before?.metadata, after?.metadata];
  return (
    old?.generation !== current?.generation ||
    old?.annotations?.[ANNOTATION.isDefault] !== current?.annotations?.[ANNOTATION.isDefault]
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

function namesakes(topics: Store<EventTopic>, { before, after }: Change<KafkaTopic>): EventTopic[] {
  const names = new Set([before, after].filter(isGiven).map((topic) => effectiveName(topic)));
  return [...names].flatMap((name) => topics.byIndex("topicName", name));
}

function keys(topics: Iterable<EventTopic>): string[] {
  return Array.from(topics, ({ metadata }) => keyOf(metadata));
}

function isGiven<T>(value: T | undefined): value is T {
  return value !== undefined;
}
