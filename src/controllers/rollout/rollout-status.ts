// status.rollout of a RetentionPolicy or EventBus: the topics that its last edit has yet to reach, because they wait for
// their turn, together with those whose change its guard holds back. Pure.

import { ANNOTATION } from "../../api/group.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { heldBy, heldRollout, TOPICS_MOST, type HeldTopics, type Holder, type Rollout } from "./held-rollout.ts";
import type { RolloutProgress } from "./rollout-pacer.ts";

/** Of one edited object. */
export interface RolloutView extends HeldTopics {
  /** Undefined while nobody waits for a turn. */
  readonly progress: RolloutProgress | undefined;
  /** Keys of other topics that the edit has yet to reach. */
  readonly unreached: readonly string[];
  /** Topics that the edit may concern, where they are known; else those are counted that had a turn. */
  readonly concerned?: number | undefined;
}

/** Absent when nothing is under way. */
export function rolloutStatus(holder: Holder, view: RolloutView): Rollout | undefined {
  const { guarded, progress, unreached, concerned } = view;
  const pending = new Set([...unreached, ...(progress?.waiting ?? [])]);
  for (const topic of guarded) if (heldBy(holder, topic).length > 0) pending.add(keyOf(topic.metadata));
  if (pending.size === 0) return undefined;
  const applied = concerned === undefined ? (progress?.applied ?? 0) : Math.max(0, concerned - pending.size);
  const held = heldRollout(holder, view, applied);
  return {
    id: held?.id,
    pending: pending.size,
    applied,
    deletableRecords: held?.deletableRecords,
    topics: [...pending].toSorted().slice(0, TOPICS_MOST),
  };
}

/** Whether somebody must approve: what is approved already only waits for its turn. */
export function waitsForApproval(holder: Holder, { guarded, progress }: RolloutView): boolean {
  const waiting = new Set(progress?.waiting);
  return guarded.some((topic) => heldBy(holder, topic).length > 0 && !waiting.has(keyOf(topic.metadata)));
}

/** Why a rollout goes no further, and what makes it. */
export function describeRolloutPause(rejected: readonly string[]): string {
  const names = rejected.map((key) => `"${key}"`).join(", ");
  return (
    `The rollout of the last edit is paused: the brokers rejected it on topics ${names} in a row. Look at these, correct ` +
    `the edit, or annotate this object with ${ANNOTATION.requestedAt} to go on`
  );
}
