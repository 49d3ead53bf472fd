// The closed list of what the operator itself wrote on an object and a run may read: status fields, finalizer, own
// annotations. Everything else is derived anew each time. Pure.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { EventTopic, EventTopicStatus } from "../../api/event-topic.ts";
import { ANNOTATION, FINALIZER } from "../../api/group.ts";
import { findCondition } from "../../runtime/conditions.ts";

/** How long our own create is trusted although brokers do not show the topic yet (up to 10 s after a burst). */
export const VISIBILITY_GRACE_MS = 30_000;

/** What Ready says of a topic that we made and that nobody has asked for anything since, or asked in vain. */
const FRESH_REASONS: ReadonlySet<string> = new Set<EventTopicReason>(["Created", "NotYetVisible"]);

export interface TopicMemory {
  readonly busName?: string | undefined;
  readonly clusterId?: string | undefined;
  readonly topicName?: string | undefined;
  /** Present: the object is bound to this topic and no namesake. */
  readonly topicId?: string | undefined;
  readonly isAdopted: boolean;
  /** As it was last seen; undefined where partitions differed. */
  readonly replicationFactor?: number | undefined;
  readonly policyName?: string | undefined;
  /** Keys that we have set and not yet returned to the broker. */
  readonly managedKeys: ReadonlySet<string>;
  /** Values that were both wanted and in Kafka, or wanted while drift was only reported: what tells drift from a wish. */
  readonly lastWanted: ReadonlyMap<string, string>;
  /** The object is being deleted, since then (milliseconds since the epoch). */
  readonly deletedAtMs?: number | undefined;
  /** The finalizer is on the object: its deletion waits for us. */
  readonly hasFinalizer: boolean;
  /** We recorded, before creating it, that a topic of this name on this cluster is ours. */
  readonly recordedCreation?: string | undefined;
  /** Topic id whose protected deletion somebody confirmed. */
  readonly confirmedDeletionOf?: string | undefined;
  /** Our create is too fresh for "unknown topic" to mean that it is gone. */
  readonly isJustCreated: boolean;
}

export function memoryOf(topic: EventTopic, nowMs: number): TopicMemory {
  const { bus, topicName, topicId, adopted, replicationFactor, retentionPolicy, managedKeys, conditions } =
    topic.status ?? {};
  const { annotations, deletionTimestamp, finalizers } = topic.metadata;
  const ready = findCondition(conditions, "Ready");
  const isFresh = ready !== undefined && FRESH_REASONS.has(ready.reason);
  const createdAt = isFresh ? Date.parse(ready.lastTransitionTime) : Number.NaN;
  return {
    busName: bus?.name,
    clusterId: bus?.clusterId,
    topicName,
    topicId,
    isAdopted: adopted ?? false,
    replicationFactor,
    policyName: retentionPolicy?.name,
    managedKeys: new Set(managedKeys),
    lastWanted: lastWanted(topic.status ?? {}),
    deletedAtMs: deletionTimestamp === undefined ? undefined : Date.parse(deletionTimestamp),
    hasFinalizer: finalizers?.includes(FINALIZER) === true,
    recordedCreation: annotations?.[ANNOTATION.creating],
    confirmedDeletionOf: annotations?.[ANNOTATION.confirmDeletion],
    isJustCreated: nowMs - createdAt < VISIBILITY_GRACE_MS,
  };
}

function lastWanted({ effectiveConfig = [], drift = [] }: EventTopicStatus): ReadonlyMap<string, string> {
  return new Map([
    ...effectiveConfig.map(({ key, value }) => [key, value] as const),
    ...drift.map(({ key, wanted }) => [key, wanted] as const),
  ]);
}
