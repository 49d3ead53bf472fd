// Why an EventTopic is Ready or not. Words for users only.

import { ACCESS_REASONS } from "./access.ts";
import { BUS_REASONS } from "./bus.ts";
import { INPUT, NOTHING_TO_DO, type ReadyReason } from "./ready-reason.ts";
import { SUPERSEDED_REASONS } from "./superseded.ts";

const STALLED = { ready: "False", beside: ["Stalled"], wokenBy: INPUT } as const;
const WAITING = { ready: "False", beside: ["Reconciling"] } as const;

export const EVENT_TOPIC_REASONS = {
  UpToDate: {
    ready: "True",
    beside: [],
    means: "The topic in Kafka is as declared.",
    remedy: NOTHING_TO_DO,
    wokenBy: "the next sweep, and edits",
  },
  Created: {
    ready: "True",
    beside: [],
    means: "The topic has just been created as declared.",
    remedy: NOTHING_TO_DO,
    wokenBy: "the next sweep, and edits",
  },
  Drifted: {
    ready: "True",
    beside: ["Drifted"],
    means:
      "The topic was changed outside of Kubernetes, and drift is only reported (drift: Report, or a read-only bus).",
    remedy: "Undo the change in Kafka, declare it here, or set drift: Correct.",
    wokenBy: "the next sweep",
  },
  SteppingDown: {
    ready: "True",
    beside: [],
    means: "Retention is being lowered in steps, as the change guard asks; status.pendingChanges names the next step.",
    remedy: NOTHING_TO_DO,
    wokenBy: "the clock",
  },
  RolloutPending: {
    ready: "True",
    beside: [],
    means:
      "The object is in effect; what an edit of its policy or bus would change waits for its turn, or for a pause of that " +
      "rollout to end.",
    remedy: "Nothing to do; the message says whose edit it is and what it waits for.",
    wokenBy: "its turn",
  },
  ...BUS_REASONS,
  ...ACCESS_REASONS,
  ...SUPERSEDED_REASONS,
  RetentionPolicyNotFound: {
    ...WAITING,
    means:
      "A RetentionPolicy that is named, or that governed the topic, does not exist; an existing topic keeps the " +
      "retention that it has.",
    remedy: "Create the policy (anew), or name another.",
    wokenBy: "the RetentionPolicy",
  },
  RetentionPolicyInvalid: {
    ...WAITING,
    means:
      "The topic's RetentionPolicy contradicts itself and is applied to nothing; an existing topic keeps the retention that " +
      "it has.",
    remedy: "Have the platform correct the fields that the message names.",
    wokenBy: "the RetentionPolicy",
  },
  NotYetVisible: {
    ...WAITING,
    means: "The topic was created, but the brokers do not show it yet; that takes up to some seconds.",
    remedy: NOTHING_TO_DO,
    wokenBy: "the operator's own attempts",
  },
  AwaitingStrimzi: {
    ...WAITING,
    means:
      "The KafkaTopic says what is wanted, and Strimzi's Topic Operator has not acted on it yet (or not let go of a topic " +
      "that it is to release). The message names the KafkaTopic and says what is missing.",
    remedy:
      "See that the Topic Operator runs and watches that namespace; and that the KafkaTopic is neither paused nor unmanaged.",
    wokenBy: "the KafkaTopic, and each sweep",
  },
  InvalidName: {
    ...STALLED,
    means: "The parts given do not make a name under the bus's template, or topicName is not permitted.",
    remedy:
      "Create the object anew with the parts that the message names, or ask the platform for a legacyNames entry.",
  },
  NameCollision: {
    ...STALLED,
    means:
      'Another topic of the cluster has the same name once "." and "_" are taken for one character; Kafka refuses ' +
      "this.",
    remedy: "Choose another name.",
  },
  PartitionDecreaseUnsupported: {
    ...STALLED,
    means:
      "Fewer partitions are declared than the topic has; Kafka cannot remove partitions. Everything else is applied.",
    remedy: "Set partitions to the number that the topic has, or more; for fewer create another topic.",
  },
  PartitionGrowthNotAcknowledged: {
    ...STALLED,
    means: "More partitions would change which partition a key goes to, and nobody said that this is fine.",
    remedy: "Set spec.acknowledgePartitionGrowth to exactly the new number of partitions.",
  },
  ReplicationFactorInvalid: {
    ...STALLED,
    means: "The replication factor is more than there are brokers, or less than the profile or policy demands.",
    remedy: "Choose a number between the limits that the message names.",
  },
  ReplicationFactorChangeUnsupported: {
    ...STALLED,
    means: "Another replication factor is declared than the topic has; the operator does not move replicas.",
    remedy: "Take the change back, or reassign the replicas with Kafka's own tools first.",
  },
  InvalidConfig: {
    ...STALLED,
    means:
      "A configuration key is unknown to these brokers, or its value is not valid. On a topic that exists the valid ones " +
      "are applied; a topic that is yet to be made is not made.",
    remedy: "Correct the key or value that the message names.",
  },
  PolicyViolation: {
    ...STALLED,
    means:
      "The object asks for what its bus or its RetentionPolicy does not permit, or for what lets Kafka delete records " +
      "where changeGuard.onShorten is Deny.",
    remedy: "Stay within the bounds that the message names, or ask the platform to change them.",
  },
  LimitExceeded: {
    ...STALLED,
    means: "The object asks for more than the bus's spec.limits allow.",
    remedy: "Ask for less, or ask the platform to raise the limit.",
  },
  AlreadyExists: {
    ...STALLED,
    means: "A topic of this name exists and adoption does not permit taking it over.",
    remedy:
      "Declare it as it is (IfIdentical), set adoption: Adopt, or choose another name; the message lists what differs.",
  },
  TopicMissing: {
    ...STALLED,
    means: "The topic was deleted in Kafka, and drift is only reported.",
    remedy: "Set drift: Correct to have it created anew, empty; or delete this object.",
    wokenBy: `${INPUT}, and each sweep`,
  },
  RetentionPolicyAmbiguous: {
    ...STALLED,
    means: "Two RetentionPolicies of the same priority select this topic.",
    remedy: "Name one by retentionPolicyRef, or have the platform give one of them a higher priority.",
  },
  ApprovalRequired: {
    ...STALLED,
    means:
      "A change would make records deletable; status.pendingChanges says how many, who has not read them, and whether it " +
      "waits for an approval or for groups to read.",
    remedy:
      "Approve it by its id with the annotation eventbus.dev/approve where the message says, or take the change back.",
  },
  DeletionBlocked: {
    ...STALLED,
    means: "The object is being deleted with its topic, but the topic holds records or groups use it.",
    remedy: "Confirm with the annotation eventbus.dev/confirm-deletion: <topic id>, or set deletionPolicy: Retain.",
    wokenBy: `${INPUT}, and each sweep`,
  },
  Suspended: {
    ...STALLED,
    means: "spec.suspend (or the bus's) is true while a change of the spec is not in effect.",
    remedy: "Remove suspend to have it applied.",
  },
  ReadOnly: {
    ...STALLED,
    means: "The bus is read-only while a change of the spec is not in effect.",
    remedy: "Have the platform set the bus's spec.access to ReadWrite, or take the change back.",
  },
  ClaimedByAnother: {
    ready: "False",
    beside: ["Stalled", "Conflict"],
    means: "Another EventTopic holds this name; this one changes nothing in Kafka.",
    remedy: "Remove one of the two objects: the other then takes over (by its adoption).",
    wokenBy: "the other object",
  },
  ManagedByStrimzi: {
    ready: "False",
    beside: ["Stalled", "Conflict"],
    means: "A KafkaTopic of Strimzi manages this topic; this object changes nothing in Kafka.",
    remedy: 'Delete the KafkaTopic with its topic retained (strimzi.io/managed: "false"), or delete this object.',
    wokenBy: "the KafkaTopic",
  },
  KafkaTopicConflict: {
    ready: "False",
    beside: ["Stalled", "Conflict"],
    means: "A KafkaTopic that is not this object's stands where this object's would be written; it is left as it is.",
    remedy: "Hand it over or remove it, as the message says.",
    wokenBy: "the KafkaTopic",
  },
  Denied: {
    ready: "False",
    beside: ["Stalled"],
    means: "The operator lacks a right: its user one in Kafka, or itself one on KafkaTopics.",
    remedy: "Have the platform grant what the message names.",
    wokenBy: `${INPUT}, and each sweep`,
  },
  BrokerRejected: {
    ready: "False",
    beside: ["Stalled"],
    means: "Kafka refused a change; the message holds its own words.",
    remedy: "Correct what Kafka objects to.",
    wokenBy: `${INPUT}, and each sweep`,
  },
  DeadLetterFailed: {
    ready: "False",
    beside: "asCause",
    means: "A dead-letter topic cannot be provided; the topic itself is served in full.",
    remedy: "See status.deadLetters for the reason, which is one of this table.",
    wokenBy: "as its cause",
  },
} as const satisfies Record<string, ReadyReason>;
