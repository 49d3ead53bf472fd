// What one RetentionPolicy or EventBus holds back by its change guard, told from the EventTopics' own statuses, so that the
// platform can approve it as a whole. Pure; the pace of rollouts is not its business.

import type { EventTopic } from "../../api/event-topic.ts";
import type { RetentionPolicyStatus } from "../../api/retention-policy.ts";
import { rolloutId } from "../../domain/change-approval.ts";
import { steadied, VOLATILE } from "../../domain/shown-numbers.ts";
import { keyOf } from "../../runtime/object-key.ts";

export type Rollout = NonNullable<RetentionPolicyStatus["rollout"]>;
type PendingChange = NonNullable<NonNullable<EventTopic["status"]>["pendingChanges"]>[number];

/** As many topics as a status names. */
export const TOPICS_MOST = 20;

/** A RetentionPolicy or an EventBus. */
export interface Holder {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid: string; readonly generation?: number | undefined };
  readonly status?: { readonly rollout?: Rollout | undefined } | undefined;
}

/** Whose change guards hold back something of a topic, as RetentionPolicy/<name> or EventBus/<name>. */
export function guardsOf({ status }: EventTopic): string[] {
  return [...new Set((status?.pendingChanges ?? []).map(({ guard }) => guard))];
}

/** Changes of a topic that wait for this holder's approval; a step that waits for its time does not. */
export function heldBy({ kind, metadata }: Holder, { status }: EventTopic): readonly PendingChange[] {
  const guard = `${kind}/${metadata.name}`;
  return (status?.pendingChanges ?? []).filter((change) => change.guard === guard && change.reason !== "SteppingDown");
}

/** Topics with what their statuses say is held back, and what they do not say yet. */
export interface HeldTopics {
  /** EventTopics of which the holder's change guard holds something back. */
  readonly guarded: readonly EventTopic[];
  /** Since when something may be held back that no status tells, milliseconds since the epoch. */
  readonly untoldSinceMs?: number | undefined;
}

/** Undefined where nothing is held back. `applied`: topics that are under this holder's guard and have nothing held back. */
export function heldRollout(
  holder: Holder,
  { guarded: topics, untoldSinceMs = Infinity }: HeldTopics,
  applied: number,
): Rollout | undefined {
  const held = topics
    .map((topic) => ({ key: keyOf(topic.metadata), changes: heldBy(holder, topic) }))
    .filter(({ changes }) => changes.length > 0);
  if (held.length === 0) return undefined;
  const since = held.flatMap(({ changes }) => changes.map(({ pendingSince }) => Date.parse(pendingSince)));
  const { uid, generation = 0 } = holder.metadata;
  // Changes of one topic may concern the same records.
  const ofTopics = held.map(({ changes }) => Math.max(...changes.map(({ deletableRecords }) => deletableRecords ?? 0)));
  const records = ofTopics.reduce((sum, ofTopic) => sum + ofTopic, 0);
  const names = held.map(({ key }) => key).toSorted();
  const heldUntilMs = Math.max(...since);
  return {
    // It would cover what nobody has been shown.
    id: untoldSinceMs <= heldUntilMs ? undefined : rolloutId({ uid, generation, heldUntilMs }),
    pending: held.length,
    applied,
    deletableRecords: steadied(holder.status?.rollout?.deletableRecords, records, VOLATILE),
    topics: names.slice(0, TOPICS_MOST),
  };
}
