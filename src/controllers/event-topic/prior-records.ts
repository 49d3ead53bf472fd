// What must stand in the status before the effects that it explains, so that no crash leaves them unexplained: keys that are
// about to be ours, since only what is recorded as ours may ever be reset, and approvals that are about to be used. Pure.

import type { EventTopicStatus } from "../../api/event-topic.ts";
import type { Step } from "../plan.ts";
import { isConfigChange, type TopicAction } from "./actions.ts";
import { approvalIds, type GuardedTopic } from "./guarded-changes.ts";

type PriorRecords = Pick<EventTopicStatus, "managedKeys" | "lastApproval">;

/** Undefined where the status says all that already. Keys of dead letters are known without a record. */
export function priorRecords(
  status: EventTopicStatus | undefined,
  steps: readonly Step<TopicAction>[],
  guarded: readonly GuardedTopic[],
  sourceName: string,
): PriorRecords | undefined {
  const known = status?.managedKeys ?? [];
  const managedKeys = [...new Set([...known, ...keysToSet(steps, sourceName)])].toSorted();
  const lastApproval = approvalIds(guarded, (topicName, key) => changes(steps, topicName, key)) ?? status?.lastApproval;
  if (managedKeys.length === known.length && lastApproval === status?.lastApproval) return undefined;
  return { managedKeys, lastApproval };
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
