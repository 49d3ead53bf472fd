// What a run did to a topic, as events for people. A plain creation is told by its condition alone. Pure.

import type { EventNote } from "../../kubernetes/events.ts";
import type { Story } from "../pipeline.ts";
import { describeAction, type TopicAction } from "./actions.ts";
import type { TopicFlow } from "./flow.ts";
import type { ToldRelease } from "./guarded-changes.ts";
import type { TopicPlan } from "./plan.ts";

export function topicEvents({ plan, results }: Extract<Story<TopicFlow>, { stage: "finished" }>): EventNote[] {
  const done = results.filter(({ answer }) => answer.status === "ok").map(({ step }) => step.action);
  const configs = done.filter((action) => action.type === "changeConfig");
  return [
    ...[plan.source, ...plan.deadLetters.values()].flatMap((ofTopic) => rebindingEvent(ofTopic)),
    ...done.flatMap((action) => singleEvent(action)),
    ...eventOfConfigs(
      "DriftCorrected",
      "Warning",
      configs.filter(({ cause }) => cause === "drift"),
    ),
    ...eventOfConfigs(
      "ConfigurationChanged",
      "Normal",
      configs.filter(({ cause }) => cause !== "drift"),
    ),
  ];
}

/** Bound to a namesake of the topic that it was bound to: made by somebody else, or by us without a record of the end. */
function rebindingEvent({ binding, recreation }: TopicPlan): EventNote[] {
  if (binding === undefined || recreation === undefined) return [];
  const note =
    `Topic "${recreation.name}" has another id than ${recreation.before}: it was deleted and created anew; ` +
    `bound to it as it is now (id ${binding.topicId}): the data is gone`;
  return [{ type: "Warning", reason: "Recreated", action: "BindTopic", note }];
}

/** Dead-letter topics that are no longer part of the object; `before` and `after` are the names released so far. */
export function releaseEvents(before: readonly string[] = [], after: readonly string[] = []): EventNote[] {
  const released = after.filter((name) => !before.includes(name)).map((name) => `"${name}"`);
  if (released.length === 0) return [];
  const note = `Dead-letter topic ${released.join(", ")} is no longer part of this object; it stays in Kafka with its data`;
  return [{ type: "Normal", reason: "DeadLetterReleased", action: "Reconcile", note }];
}

/** Destructive changes that were made, by whose leave, and what became deletable. */
export function guardEvents(releases: readonly ToldRelease[]): EventNote[] {
  return releases.map(({ released, loss }) => {
    switch (released.by) {
      case "rules":
        return {
          type: "Normal",
          reason: "RecordsDeletable",
          action: "AlterConfigs",
          note: `The change guard allows it: ${loss}`,
        };
      case "approval":
        return {
          type: "Normal",
          reason: "ApprovalUsed",
          action: "AlterConfigs",
          note: `Approved by ${released.approvalId}: ${loss}`,
        };
      case "step":
        return { type: "Normal", reason: "SteppedDown", action: "AlterConfigs", note: `One step: ${loss}` };
    }
  });
}

function singleEvent(action: TopicAction): EventNote[] {
  switch (action.type) {
    case "recordOwnership":
    case "correctKafkaTopic":
      return [];
    case "declareKafkaTopic":
      return [{ type: "Normal", reason: "KafkaTopicDeclared", action: "Declare", note: describeAction(action) }];
    case "releaseKafkaTopic":
      return [{ type: "Normal", reason: "KafkaTopicReleased", action: "Release", note: describeAction(action) }];
    case "deleteTopic":
      return [{ type: "Normal", reason: "TopicDeleted", action: "DeleteTopic", note: describeAction(action) }];
    case "createTopic":
      if (action.cause === "declared") return [];
      return [
        {
          type: "Warning",
          reason: "Recreated",
          action: "CreateTopic",
          note: `Topic "${action.topic.name}" was gone from Kafka and has been created anew, empty: the data is gone`,
        },
      ];
    case "growPartitions":
      return [{ type: "Normal", reason: "PartitionsGrown", action: "CreatePartitions", note: describeAction(action) }];
    case "changeConfig":
      return [];
  }
}

// A topic's configuration changes in one request, so it is told in one event.
function eventOfConfigs(reason: string, type: EventNote["type"], actions: readonly TopicAction[]): EventNote[] {
  if (actions.length === 0) return [];
  const note = actions.map((action) => describeAction(action)).join("; ");
  return [{ type, reason, action: "AlterConfigs", note }];
}
