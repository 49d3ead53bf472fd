// Why a ConsumerGroup is Ready or not. Words for users only. Ready never depends on the group existing.

import { ACCESS_REASONS } from "./access.ts";
import { BUS_REASONS } from "./bus.ts";
import { INPUT, NOTHING_TO_DO, type ReadyReason } from "./ready-reason.ts";
import { SUPERSEDED_REASONS } from "./superseded.ts";

export const CONSUMER_GROUP_REASONS = {
  Observed: {
    ready: "True",
    beside: [],
    means: "What is declared is done and the group is watched, whether or not it exists yet.",
    remedy: NOTHING_TO_DO,
    wokenBy: "the next sweep, and edits",
  },
  Suspended: {
    ready: "True",
    beside: [],
    means: "spec.suspend (or the bus's) is true: the group is watched, but nothing of it is changed.",
    remedy: "Remove spec.suspend to go on.",
    wokenBy: INPUT,
  },
  ReadOnly: {
    ready: "False",
    beside: ["Stalled"],
    means: "The bus is read-only, so what the object declares cannot be done.",
    remedy: "Have the platform set the bus's spec.access to ReadWrite, or take the edit back.",
    wokenBy: INPUT,
  },
  ...BUS_REASONS,
  ...ACCESS_REASONS,
  ...SUPERSEDED_REASONS,
  ClaimedByAnother: {
    ready: "False",
    beside: ["Stalled", "Conflict"],
    means: "An older ConsumerGroup holds this group id; the group is observed, but not changed.",
    remedy: "Remove one of the two objects, or choose another groupId.",
    wokenBy: "the other object",
  },
  PolicyViolation: {
    ready: "False",
    beside: ["Stalled"],
    means: "The bus permits neither this group id nor this deletionPolicy to the namespace.",
    remedy: "Choose what the message says is permitted, or ask the platform.",
    wokenBy: INPUT,
  },
  InvalidGroupId: {
    ready: "False",
    beside: ["Stalled"],
    means: "The group id is not one that a ConsumerGroup may have.",
    remedy: "Create the object anew with another groupId.",
    wokenBy: INPUT,
  },
  UnsupportedGroupType: {
    ready: "False",
    beside: ["Stalled"],
    means: "The group belongs to Kafka Connect or Kafka Streams, which manage their offsets themselves.",
    remedy: "Manage it with their own tools, and delete this object.",
    wokenBy: "the next sweep, and edits",
  },
  TopicNotFound: {
    ready: "False",
    beside: ["Reconciling"],
    means: "A topic of spec.topics does not exist, or its EventTopic has none yet.",
    remedy: "Create it, or correct the name.",
    wokenBy: "that EventTopic, and the next sweep",
  },
  NotGranted: {
    ready: "False",
    beside: ["Stalled"],
    means: "A topic of spec.topics belongs to another namespace, which has not consented.",
    remedy: "Ask its owner to add this namespace to spec.consumers.allowedNamespaces of the EventTopic.",
    wokenBy: "that EventTopic",
  },
  InvalidClientConfig: {
    ready: "False",
    beside: ["Stalled"],
    means: "Client settings contradict each other or the group protocol.",
    remedy: "Correct the settings that the message names.",
    wokenBy: INPUT,
  },
  GroupConfigUnsupported: {
    ready: "False",
    beside: ["Stalled"],
    means: "These brokers know no such group configuration.",
    remedy: "Remove spec.groupConfig, or upgrade Kafka to a release that has it.",
    wokenBy: "an edit, or the bus's capabilities",
  },
  SecretConflict: {
    ready: "False",
    beside: ["Stalled"],
    means: "The Secret that binding.secretName names was not created by the operator for this object.",
    remedy: "Choose another secretName, or delete that Secret if nobody needs it.",
    wokenBy: "an edit, and each sweep",
  },
  InsufficientPermissions: {
    ready: "False",
    beside: ["Stalled"],
    means: "The operator may not do what the object declares: its user in Kafka, or its account in Kubernetes.",
    remedy: "Have the platform grant what the message names.",
    wokenBy: "an edit, and each sweep",
  },
  BrokerRejected: {
    ready: "False",
    beside: ["Stalled"],
    means: "Kafka refused a change; the message holds its own words.",
    remedy: "Correct what Kafka objects to.",
    wokenBy: "an edit, and each sweep",
  },
  Unreachable: {
    ready: "Unknown",
    beside: ["Reconciling"],
    means: "The group's coordinator, or the brokers of its topics, do not answer.",
    remedy: "Wait; if it lasts, look at the brokers.",
    wokenBy: "the operator's own attempts",
  },
  DeletionBlocked: {
    ready: "False",
    beside: ["Stalled"],
    means: "The object is being deleted with DeleteGroup, but the group still has members.",
    remedy: "Stop the consumers, or set deletionPolicy: Retain.",
    wokenBy: "the next sweep, and edits",
  },
} as const satisfies Record<string, ReadyReason>;
