// KafkaTopics that are for an EventTopic: how they are named, whose they are, and what of them is to be given up. Pure.

import { createHash } from "node:crypto";

import type { ObjectKey } from "../../api/custom-resource.ts";
import { ANNOTATION, FIELD_MANAGER, LABEL } from "../../api/group.ts";
import { CLUSTER_LABEL, MANAGED_ANNOTATION, UNMANAGED, type KafkaTopic } from "./strimzi-kinds.ts";

/** Where a Topic Operator looks, and by which label. */
export interface KafkaTopicPlace {
  readonly namespace: string;
  /** Value of `strimzi.io/cluster`. */
  readonly cluster: string;
}

/** What the topics of one EventTopic have to do with KafkaTopics. */
export interface Delegation {
  /** Key of the EventTopic. */
  readonly owner: string;
  /** Topics are written as KafkaTopics there. Undefined: directly, once what there is has been given up. */
  readonly place?: KafkaTopicPlace | undefined;
  /** By topic name: the KafkaTopic that stands for it. */
  readonly own: ReadonlyMap<string, KafkaTopic>;
  /** KafkaTopics of the EventTopic that stand for no topic of it any more. */
  readonly strays: readonly KafkaTopic[];
}

const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DIGEST_LENGTH = 20;

/** What the KafkaTopic of a topic is called: as the topic is, where Kubernetes allows that. */
export function kafkaTopicName(topicName: string): string {
  if (DNS_SUBDOMAIN.test(topicName)) return topicName;
  return `event-topic-${createHash("sha256").update(topicName).digest("hex").slice(0, DIGEST_LENGTH)}`;
}

/** The topic that a KafkaTopic asks for. */
export function wantedTopicName({ metadata, spec }: KafkaTopic): string {
  return spec?.topicName ?? metadata.name;
}

/** Key of the EventTopic that it is for. */
export function ownerOfKafkaTopic({ metadata }: KafkaTopic): string | undefined {
  return metadata.annotations?.[ANNOTATION.eventTopic];
}

export function isManaged({ metadata }: KafkaTopic): boolean {
  return metadata.annotations?.[MANAGED_ANNOTATION] !== UNMANAGED;
}

/** Strimzi says that it has let go of the topic. */
export function isReleased(topic: KafkaTopic): boolean {
  const conditions = topic.status?.conditions ?? [];
  return !isManaged(topic) && conditions.some(({ type, status }) => type === "Unmanaged" && status === "True");
}

/** Released, and about to be gone: nothing is left to be done with it. */
export function isGivenUp(topic: KafkaTopic): boolean {
  return isReleased(topic) && topic.metadata.deletionTimestamp !== undefined;
}

/** We were about to give it up; what was unmanaged by others stays so. */
export function isBeingGivenUp({ metadata }: KafkaTopic): boolean {
  return metadata.annotations?.[ANNOTATION.givenUp] !== undefined;
}

/**
 * Sorts an EventTopic's KafkaTopics out. What only names the EventTopic, and stands for no topic that it has or had, is left
 * alone: somebody has mistaken one for another.
 */
export function delegationOf(
  owner: string,
  place: KafkaTopicPlace | undefined,
  owned: readonly KafkaTopic[],
  names: { readonly wanted: readonly string[]; readonly recorded: readonly string[] },
): Delegation | undefined {
  if (place === undefined && owned.length === 0) return undefined;
  const own = new Map<string, KafkaTopic>();
  for (const name of place === undefined ? [] : names.wanted) {
    const candidates = owned.filter((topic) => wantedTopicName(topic) === name && isAt(topic, place));
    const chosen = candidates.find(({ metadata }) => metadata.name === kafkaTopicName(name)) ?? oldest(candidates);
    if (chosen !== undefined) own.set(name, chosen);
  }
  const known = new Set([...names.wanted, ...names.recorded]);
  const chosen = new Set(own.values());
  const strays = owned.filter(
    (topic) =>
      !chosen.has(topic) &&
      !isGivenUp(topic) &&
      (known.has(wantedTopicName(topic)) || topic.metadata.labels?.[LABEL.managedBy] === FIELD_MANAGER),
  );
  return { owner, place, own, strays };
}

/** Where the KafkaTopic of a topic is, or will be. */
export function kafkaTopicKey(topicName: string, { own, place }: Delegation): ObjectKey | undefined {
  const { namespace, name } = own.get(topicName)?.metadata ?? {};
  if (name !== undefined) return { namespace: namespace ?? "", name };
  return place === undefined ? undefined : { namespace: place.namespace, name: kafkaTopicName(topicName) };
}

/** A value of `spec.config` as the Topic Operator gives it to Kafka. */
export function configText(value: unknown): string {
  return Array.isArray(value) ? value.map((item) => configText(item)).join(",") : String(value);
}

function isAt({ metadata }: KafkaTopic, place: KafkaTopicPlace | undefined): boolean {
  return metadata.namespace === place?.namespace && metadata.labels?.[CLUSTER_LABEL] === place?.cluster;
}

function oldest(topics: readonly KafkaTopic[]): KafkaTopic | undefined {
  return topics.toSorted((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))[0];
}
