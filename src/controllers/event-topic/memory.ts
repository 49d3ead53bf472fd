// The closed list of what the operator itself wrote on an object and a run may read: status fields, finalizer, own
// annotations. Everything else is derived anew each time. Pure.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { EventTopic, EventTopicStatus } from "../../api/event-topic.ts";
import { ANNOTATION, hasFinalizer } from "../../api/group.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { parseCreations } from "./creation-records.ts";

/** How long our own create is trusted although brokers do not show the topic yet (up to 10 s after a burst). */
export const VISIBILITY_GRACE_MS = 30_000;

/** Reasons that may tell of Kafka's own no. */
const REJECTIONS: ReadonlySet<string> = new Set<EventTopicReason>([
  "BrokerRejected",
  "Denied",
  "InvalidConfig",
  "NameCollision",
  "ReplicationFactorInvalid",
]);

/** What is recorded of one dead-letter topic. */
export interface DeadLetterMemory {
  readonly topicId?: string | undefined;
  readonly groupId?: string | undefined;
  /** As of the topic itself. */
  readonly lastWanted: ReadonlyMap<string, string>;
  readonly isJustCreated: boolean;
}

export interface TopicMemory {
  readonly busName?: string | undefined;
  readonly clusterId?: string | undefined;
  readonly topicName?: string | undefined;
  /** Present: the object is bound to this topic and no namesake. */
  readonly topicId?: string | undefined;
  readonly isAdopted: boolean;
  /** Not all that an adoption brings is done yet. */
  readonly isAdopting: boolean;
  /** What its sizing came to when it was computed, and by which fields. */
  readonly sizedBy?: EventTopicStatus["sizedBy"];
  /** As it was last seen; undefined where partitions differed. */
  readonly replicationFactor?: number | undefined;
  readonly policyName?: string | undefined;
  /** Keys that we have set and not yet returned to the broker. */
  readonly managedKeys: ReadonlySet<string>;
  /** Keys that the topic had and nobody declares. */
  readonly undeclared: ReadonlySet<string>;
  /** Values that were both wanted and in Kafka, or wanted while drift was only reported: what tells drift from a wish. */
  readonly lastWanted: ReadonlyMap<string, string>;
  /** Changes that the guard holds back, as the status lists them. */
  readonly pendingChanges: NonNullable<EventTopicStatus["pendingChanges"]>;
  /** The object is being deleted, since then (milliseconds since the epoch). */
  readonly deletedAtMs?: number | undefined;
  /** The finalizer is on the object: its deletion waits for us. */
  readonly hasFinalizer: boolean;
  /** Dead-letter topics by name. */
  readonly deadLetters: ReadonlyMap<string, DeadLetterMemory>;
  /** Topics that we recorded as ours before creating them: `<uid>/<cluster id>/<name>` each, with `@<id>` of a lost one. */
  readonly recordedCreations: ReadonlySet<string>;
  /** Ids of topics whose protected deletion somebody confirmed. */
  readonly confirmedDeletions: ReadonlySet<string>;
  /** Kafka may have refused what was wanted last. */
  readonly wasRejected: boolean;
  /** Our create is too fresh for "unknown topic" to mean that it is gone. */
  readonly isJustCreated: boolean;
}

export function memoryOf(topic: EventTopic, nowMs: number): TopicMemory {
  const { bus, topicName, topicId, sizedBy, replicationFactor, ...status } = topic.status ?? {};
  const { annotations, deletionTimestamp } = topic.metadata;
  return {
    busName: bus?.name,
    clusterId: bus?.clusterId,
    topicName,
    topicId,
    isAdopted: status.adopted ?? false,
    isAdopting: status.adopting ?? false,
    sizedBy,
    replicationFactor,
    policyName: status.retentionPolicy?.name,
    managedKeys: new Set(status.managedKeys),
    undeclared: new Set(status.undeclared),
    lastWanted: lastWanted(status),
    pendingChanges: status.pendingChanges ?? [],
    deletedAtMs: deletionTimestamp === undefined ? undefined : Date.parse(deletionTimestamp),
    hasFinalizer: hasFinalizer(topic.metadata),
    deadLetters: deadLetters(topic, nowMs),
    recordedCreations: new Set(parseCreations(status.creating)),
    confirmedDeletions: new Set(listed(annotations?.[ANNOTATION.confirmDeletion])),
    wasRejected: REJECTIONS.has(findCondition(status.conditions, "Ready")?.reason ?? ""),
    isJustCreated: isFresh(topic, status.createdAt, nowMs),
  };
}

/** While the object is being deleted only what was said before counts: after it, absence tells of the end of the topic. */
function isFresh({ metadata, status }: EventTopic, createdAt: string | undefined, nowMs: number): boolean {
  if (createdAt === undefined) return false;
  const ready = findCondition(status?.conditions, "Ready");
  if (metadata.deletionTimestamp !== undefined && ready?.observedGeneration === metadata.generation) return false;
  return nowMs - Date.parse(createdAt) < VISIBILITY_GRACE_MS;
}

function lastWanted({ effectiveConfig = [], drift = [] }: EventTopicStatus): ReadonlyMap<string, string> {
  return new Map([
    ...effectiveConfig.map(({ key, value }) => [key, value] as const),
    ...drift.map(({ key, wanted }) => [key, wanted] as const),
  ]);
}

function deadLetters(topic: EventTopic, nowMs: number): ReadonlyMap<string, DeadLetterMemory> {
  const entries = (topic.status?.deadLetters ?? []).map(({ topicName, topicId, groupId, createdAt, config = [] }) => {
    const wanted = new Map(config.map(({ key, value }) => [key, value]));
    const isNew = isFresh(topic, createdAt, nowMs);
    return [topicName, { topicId, groupId, lastWanted: wanted, isJustCreated: isNew }] as const;
  });
  return new Map(entries);
}

function listed(text = ""): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
