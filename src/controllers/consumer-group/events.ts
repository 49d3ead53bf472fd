// What a run did for a ConsumerGroup, as events for people. A plain first binding is told by its condition alone. Pure.

import type { EventNote } from "../../kubernetes/events.ts";
import { describeAction, type GroupAction } from "./actions.ts";
import type { FinishedGroupStory } from "./flow.ts";

export function groupEvents({ results }: FinishedGroupStory): EventNote[] {
  return results.flatMap(({ step: { action }, answer }) => {
    if (answer.status !== "ok" || answer.value === "postponed") return [];
    const event = wordsFor(action);
    return event === undefined ? [] : [{ type: "Normal" as const, ...event, note: describeAction(action) }];
  });
}

function wordsFor(action: GroupAction): { readonly reason: string; readonly action: string } | undefined {
  switch (action.type) {
    case "recordOwnership":
    case "recordIntent":
    case "writeBinding":
      return undefined;
    case "seedOffsets":
      return { reason: "OffsetsInitialized", action: "CommitOffsets" };
    case "changeConfigs":
      return { reason: "ConfigurationChanged", action: "AlterConfigs" };
    case "deleteGroup":
      return { reason: "GroupDeleted", action: "DeleteGroup" };
    case "deleteBinding":
      return { reason: "BindingDeleted", action: "DeleteSecret" };
  }
}
