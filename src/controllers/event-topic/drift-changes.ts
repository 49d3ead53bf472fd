// What somebody changed in Kafka and this run has not changed back, or not all of the way. Pure.

import { isConfigChange } from "./actions.ts";
import type { FinishedStory } from "./story.ts";

export interface DriftChange {
  readonly topicName: string;
  readonly key: string;
  /** Undefined where the key is to be what the broker gives. */
  readonly to: string | undefined;
  readonly wanted: string;
  readonly found: string;
}

/** Reported only, held back by the change guard, or gone one step of the way. */
export function driftChanges({ plan, restricted, results }: FinishedStory): readonly DriftChange[] {
  const withheld = restricted.withheld.flatMap(({ step: { action }, reason }) => {
    if (!isConfigChange(action) || (reason !== "Drifted" && action.cause !== "drift")) return [];
    const { topicName, key, to, effective = "", from: found } = action;
    return [{ topicName, key, to, wanted: to ?? effective, found }];
  });
  const stepped = results.flatMap(({ step: { id, action }, answer }) => {
    const planned = plan.steps.find((step) => step.id === id)?.action;
    if (answer.status !== "ok" || !isConfigChange(action) || action.isPartial !== true) return [];
    if (planned === undefined || !isConfigChange(planned) || planned.cause !== "drift") return [];
    const { topicName, key, to, effective = "" } = planned;
    return [{ topicName, key, to, wanted: to ?? effective, found: action.effective ?? "" }];
  });
  return [...withheld, ...stepped];
}
