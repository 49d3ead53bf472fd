// Held-back changes as the status lists them, with their numbers steadied and their sentences written. Pure.

import type { EventTopicStatus } from "../../api/event-topic.ts";
import type { Danger, Held, Hold, RecordedChange } from "../../domain/change-guard.ts";
import type { GoverningGuard } from "../../domain/governing-guard.ts";
import { describeHold, describeLoss, type Approvable, type ShownChange } from "../../domain/guard-sentences.ts";
import { steadied, VOLATILE } from "../../domain/shown-numbers.ts";

export type PendingChange = NonNullable<EventTopicStatus["pendingChanges"]>[number];

/** Held-back changes of one topic, as they are told. */
export interface ToldHold {
  readonly held: Held;
  /** For status.pendingChanges; none where approval cannot help. */
  readonly entries: readonly PendingChange[];
  /** What would be deleted, and what to do, for people. */
  readonly message: string;
}

export interface Telling {
  readonly guard: GoverningGuard;
  readonly topic: Approvable;
  /** As the status lists them now. */
  readonly previous: readonly PendingChange[];
}

/** Most groups that an entry lists, most entries of a status, most characters of a sentence. */
const GROUPS_MOST = 20;
export const PENDING_MOST = 64;
const LONGEST_MESSAGE = 4_096;

/** The word in `reason`; those without one are not listed: approval cannot help. */
const REASONS: Readonly<Partial<Record<Hold, string>>> = {
  approval: "ApprovalRequired",
  unread: "UnreadRecords",
  step: "SteppingDown",
};

export function tellHold(held: Held, topicName: string, telling: Telling): ToldHold {
  const before = telling.previous.filter(({ id }) => id === held.id);
  const shown = held.changes.map((danger) => shownChange(danger, topicName, before));
  const remedy = describeHold(held, telling.guard, telling.topic);
  const message = `${shown.map((change) => describeLoss(change)).join("; ")}. ${remedy}`;
  // What was listed stays as it is while nobody can measure it: it still waits for the same approval.
  if (held.hold === "unmeasured") return { held, entries: before, message };
  return { held, entries: shown.flatMap((change) => entryOf(change, held, remedy, telling)), message };
}

/** What changes make deletable, in one sentence for people. */
export function tellLoss(changes: readonly Danger[], topicName: string): string {
  return changes.map((danger) => describeLoss(shownChange(danger, topicName, []))).join("; ");
}

function entryOf(change: ShownChange, held: Held, remedy: string, { guard }: Telling): PendingChange[] {
  const reason = REASONS[held.hold];
  if (reason === undefined) return [];
  const { key, from, to = "", records, unread } = change;
  const groups = (unread ?? []).slice(0, GROUPS_MOST).toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1));
  const { nextStepAtMs } = held;
  return [
    {
      id: held.id,
      type: "changeConfig",
      key,
      from,
      to,
      reason,
      guard: `${guard.governor.kind}/${guard.governor.name}`,
      pendingSince: held.pendingSince,
      deletableRecords: records?.count,
      groups: groups.length === 0 ? undefined : groups,
      nextStepAt: nextStepAtMs === undefined ? undefined : new Date(nextStepAtMs).toISOString(),
      message: `${describeLoss(change)}. ${remedy}`.slice(0, LONGEST_MESSAGE),
    },
  ];
}

function shownChange(danger: Danger, topicName: string, before: readonly PendingChange[]): ShownChange {
  const { key, from, to, extent } = danger;
  const last = before.find((entry) => entry.key === key);
  const lastOf = (id: string): number | undefined => last?.groups?.find(({ groupId }) => groupId === id)?.unreadRecords;
  const unread = extent?.unread?.map(({ groupId, unreadRecords }) => ({
    groupId,
    unreadRecords: steadied(lastOf(groupId), Number(unreadRecords), VOLATILE),
  }));
  const records =
    extent === undefined
      ? undefined
      : { count: steadied(last?.deletableRecords, Number(extent.records), VOLATILE), isExact: extent.isExact };
  return { topicName, key, from, to, records, unread };
}

/** What the guard wants to know again of the status. */
export function recordedChanges(pending: EventTopicStatus["pendingChanges"]): readonly RecordedChange[] {
  return (pending ?? []).flatMap(({ id, key, from, to, guard, pendingSince, nextStepAt }) => {
    if (key === undefined) return [];
    const time = Date.parse(nextStepAt ?? "");
    const nextStepAtMs = Number.isNaN(time) ? undefined : time;
    return [{ id, key, from, to, guardedBy: guard, pendingSince, nextStepAtMs }];
  });
}
