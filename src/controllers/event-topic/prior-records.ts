// What must stand in the status before the effects that it explains, so that no crash leaves them unexplained: keys that are
// about to be ours, since only what is recorded as ours may ever be reset, approvals that are about to be used, and that
// what was held back is no longer wanted, so that its approval cannot serve again; and topics that are about to be made. Pure.

import type { EventTopicStatus } from "../../api/event-topic.ts";
import type { Step } from "../plan.ts";
import { isConfigChange, type TopicAction } from "./actions.ts";
import { approvalIds, type GuardedTopic } from "./guarded-changes.ts";

type PriorRecords = Pick<EventTopicStatus, "managedKeys" | "lastApproval" | "pendingChanges" | "creating">;

/** Undefined where the status says all that already. Keys of dead letters are known without a record. */
export function priorRecords(
  status: EventTopicStatus = {},
  steps: readonly Step<TopicAction>[],
  guarded: readonly GuardedTopic[],
  sourceName: string,
): PriorRecords | undefined {
  const { managedKeys: known = [], pendingChanges: pending = [] } = status;
  const managedKeys = [...new Set([...known, ...keysToSet(steps, sourceName)])].toSorted();
  const lastApproval = approvalIds(guarded, (topicName, key) => changes(steps, topicName, key)) ?? status.lastApproval;
  const pendingChanges = pending.filter((change) => !isOver(change, steps, guarded));
  const creating = recordedCreation(steps) ?? status.creating;
  const isSaid = managedKeys.length === known.length && pendingChanges.length === pending.length;
  if (isSaid && lastApproval === status.lastApproval && creating === status.creating) return undefined;
  return {
    creating,
    managedKeys,
    lastApproval,
    pendingChanges: pendingChanges.length === 0 ? undefined : pendingChanges,
  };
}

/** Undefined where nothing is created that is not on record. */
export function recordedCreation(steps: readonly Step<TopicAction>[]): string | undefined {
  return steps.map(({ action }) => (action.type === "recordOwnership" ? action.creation : undefined)).find(isString);
}

function isString(value: string | undefined): value is string {
  return value !== undefined;
}

/** The key is about to change, and not by what was held back: without this a crash would leave that on record. */
function isOver(
  { id, key }: NonNullable<EventTopicStatus["pendingChanges"]>[number],
  steps: readonly Step<TopicAction>[],
  guarded: readonly GuardedTopic[],
): boolean {
  const isKnown = guarded.some(
    ({ held, released }) =>
      held.some((hold) => hold.held.id === id) || released.some(({ unlessMade }) => unlessMade?.held.id === id),
  );
  return !isKnown && steps.some(({ action }) => isConfigChange(action) && action.key === key);
}

/** Keys of a topic that its steps give a value of its own. */
export function keysToSet(steps: readonly Step<TopicAction>[], topicName: string): string[] {
  return steps.flatMap(({ action }) =>
    isConfigChange(action) && action.topicName === topicName && action.to !== undefined ? [action.key] : [],
  );
}

function changes(steps: readonly Step<TopicAction>[], topicName: string, key: string): boolean {
  return steps.some(({ action }) => isConfigChange(action) && action.topicName === topicName && action.key === key);
}
