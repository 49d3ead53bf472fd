// Condition types and the reasons of Ready, as closed unions with their explanation for users. Words only: who sets
// them is decided by each kind's summarize. docs/reference/conditions.md is generated from here.

import { CONSUMER_GROUP_REASONS } from "./reasons/consumer-group.ts";
import { EVENT_BUS_REASONS } from "./reasons/event-bus.ts";
import { EVENT_TOPIC_REASONS } from "./reasons/event-topic.ts";
import { RETENTION_POLICY_REASONS } from "./reasons/retention-policy.ts";

export type EventBusReason = keyof typeof EVENT_BUS_REASONS;
export type EventTopicReason = keyof typeof EVENT_TOPIC_REASONS;
export type RetentionPolicyReason = keyof typeof RETENTION_POLICY_REASONS;
export type ConsumerGroupReason = keyof typeof CONSUMER_GROUP_REASONS;

/** Reasons of Ready by kind. */
export const READY_REASONS = {
  EventBus: EVENT_BUS_REASONS,
  EventTopic: EVENT_TOPIC_REASONS,
  RetentionPolicy: RETENTION_POLICY_REASONS,
  ConsumerGroup: CONSUMER_GROUP_REASONS,
} as const;

interface ConditionEntry {
  /** What True says. */
  readonly means: string;
  /** Kinds that have it. */
  readonly kinds: readonly (keyof typeof READY_REASONS)[];
  /** `always`: present on every object; `whileTrue`: absent unless True; `whenKnown`: present once there is an answer. */
  readonly present: "always" | "whileTrue" | "whenKnown";
}

const EVERY_KIND = ["EventBus", "EventTopic", "RetentionPolicy", "ConsumerGroup"] as const;

/** The conditions of our kinds, in the order in which a status lists them. */
export const CONDITION_TYPES = {
  Ready: {
    means: "The object's last generation is in effect; its reason says how, or why not.",
    kinds: EVERY_KIND,
    present: "always",
  },
  Reconciling: {
    means:
      "Work is under way or waits for something that will come by itself; nobody has to act (kstatus: InProgress).",
    kinds: EVERY_KIND,
    present: "whileTrue",
  },
  Stalled: {
    means: "Retrying cannot help: somebody has to change something; the message says what (kstatus: Failed).",
    kinds: EVERY_KIND,
    present: "whileTrue",
  },
  Drifted: {
    means: "Kafka was changed by somebody else and is not corrected; status.drift lists what.",
    kinds: ["EventTopic"],
    present: "whileTrue",
  },
  Conflict: {
    means: "Somebody else holds this name: the message names the object.",
    kinds: ["EventTopic", "ConsumerGroup"],
    present: "whileTrue",
  },
  Recreated: {
    means:
      "A topic with another id stands under the recorded name: the old data is gone, and committed offsets belong " +
      "to the old topic.",
    kinds: ["EventTopic"],
    present: "whileTrue",
  },
  OtherWriter: {
    means:
      "Something has changed a setting back three times within an hour; drift is only reported from now on, until the object " +
      "is edited or asked to run.",
    kinds: ["EventTopic"],
    present: "whileTrue",
  },
  Active: { means: "The group has members.", kinds: ["ConsumerGroup"], present: "whenKnown" },
  WithinSLO: { means: "The group keeps up with spec.slo.", kinds: ["ConsumerGroup"], present: "whenKnown" },
  DataAtRisk: {
    means: "Retention is about to delete records that the group has not read, or already has.",
    kinds: ["ConsumerGroup"],
    present: "whileTrue",
  },
  BindingReady: {
    means: "The Secret with the client settings is written and current.",
    kinds: ["ConsumerGroup"],
    present: "whenKnown",
  },
  AccessGranted: {
    means: "On a bus with accessManagement, the rights in Kafka that the object declares are as declared.",
    kinds: ["EventTopic", "ConsumerGroup"],
    present: "whenKnown",
  },
  TopicsResolved: {
    means: "Every topic of spec.topics was found and may be read.",
    kinds: ["ConsumerGroup"],
    present: "whenKnown",
  },
} as const satisfies Record<string, ConditionEntry>;

export type ConditionType = keyof typeof CONDITION_TYPES;
