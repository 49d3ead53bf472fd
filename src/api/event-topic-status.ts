// Status of an EventTopic: its identity in Kafka, what is effective there, and what waits. Bounds only.

import { z } from "zod";

import { accessRecord } from "./access-record.ts";
import { count, keyedList, listOf, MAX_PARTITIONS, MAX_REPLICATION_FACTOR, setOf, text, whole } from "./fields.ts";
import { busRecord, commonStatus, timestamp } from "./status.ts";

/** Most configuration keys that a status lists; Kafka 4.3 knows 37. */
const MAX_KEYS = 256;

/** Every dead letter that a status can list, and the topic itself. */
const MAX_RECORD = 80_000;

const configKey = (): z.ZodString => text(249, 1);
const configText = (): z.ZodString => text(4_096);

const effectiveConfig = z.object({
  key: configKey().describe("Kafka's configuration key."),
  value: configText().describe("Its value in Kafka, in canonical units (milliseconds, bytes)."),
  source: text(253).describe(
    "Where the value comes from: spec, RetentionPolicy/<name>, EventBus/<name>, profile, broker.",
  ),
});

const drift = z.object({
  key: configKey().describe("Configuration key, or partitions or replicationFactor."),
  wanted: configText().describe("Value as declared."),
  found: configText().describe("Value found in Kafka."),
});

const unreadGroup = z.object({
  groupId: text(255, 1).describe("Consumer group."),
  unreadRecords: count().describe("Records that would become deletable and that the group has not read."),
});

const pendingChange = z.object({
  id: text(64, 1).describe("Approve with the annotation eventbus.dev/approve: <id>; used once."),
  type: text(64, 1).describe("What kind of change it is."),
  key: configKey().optional().describe("Configuration key, where it is a change of one."),
  from: configText().describe("Value in Kafka now."),
  to: configText().describe("Value that the change would make effective."),
  reason: text(1_024, 1).describe(
    "Why it waits: ApprovalRequired, UnreadRecords (approved or allowed, but groups have not read the records), " +
      "SteppingDown.",
  ),
  guard: text(320, 1).describe(
    "Whose spec.changeGuard governs, RetentionPolicy/<name> or EventBus/<name>: there the platform approves.",
  ),
  pendingSince: timestamp().describe("When it was first held back; part of the id."),
  deletableRecords: count().optional().describe("Records that the change makes deletable, rounded to two digits."),
  groups: keyedList(unreadGroup, ["groupId"], 20)
    .optional()
    .describe("Groups that have not read all of these records."),
  nextStepAt: timestamp().optional().describe("When the next step of a step-down is due."),
  message: text(4_096).optional().describe("What to do, for people."),
});

const deadLetterConfig = z.object({
  key: configKey().describe("Kafka's configuration key."),
  value: text(64).describe("Its value, in canonical units (milliseconds, bytes)."),
});

const deadLetter = z.object({
  topicName: text(249, 1).describe("Name of the dead-letter topic."),
  topicId: text(64).optional().describe("Its id in Kafka."),
  groupId: text(255).optional().describe("Group that it belongs to, with perGroup."),
  partitions: whole(0, MAX_PARTITIONS * 10)
    .optional()
    .describe("Partitions that it has."),
  createdAt: timestamp().optional().describe("When the operator made it; absent where it was there before."),
  config: keyedList(deadLetterConfig, ["key"], 16)
    .optional()
    .describe("Configuration that it was given; what differs from it in Kafka is drift."),
  state: text(64).describe("Ready, or the reason why not."),
});

const retentionPolicyRecord = z.object({
  name: text(253, 1).describe("Name of the RetentionPolicy."),
  uid: text(64).optional().describe("Its UID."),
  generation: count().optional().describe("Its generation, as applied."),
});

const sizedBy = z.object({
  class: text(64).optional().describe("spec.sizing.class."),
  throughput: count().optional().describe("spec.sizing.throughput, bytes per second."),
  perPartitionThroughput: count().optional().describe("spec.sizing.perPartitionThroughput, bytes per second."),
  maxConsumers: count().optional().describe("spec.sizing.maxConsumers."),
  partitions: count().describe("What they came to, with what the bus said then."),
});

export const eventTopicStatus = z.object({
  ...commonStatus,
  bus: busRecord,
  topicName: text(249).optional().describe("Name of the topic in Kafka; rendered once and kept."),
  topicId: text(64).optional().describe("Id of the topic in Kafka; the object is bound to this topic and no namesake."),
  kafkaTopic: text(317)
    .optional()
    .describe("Namespace and name of the KafkaTopic by which Strimzi makes the topic, where topics are made so."),
  createdAt: timestamp().optional().describe("When the operator made the topic, until a later edit found it in Kafka."),
  creating: text(MAX_RECORD)
    .optional()
    .describe(
      "Topics that are about to be created, written before they are (adoption Never, deletionPolicy Delete) and removed " +
        "once it is known what came of it: <uid>/<clusterId>/<topicName>[,<topicName>…], a name with @<topicId> where it " +
        "replaces a topic that was lost.",
    ),
  adopted: z.boolean().optional().describe("Whether the topic existed before this object."),
  adopting: z
    .boolean()
    .optional()
    .describe(
      "True from an adoption until the topic's retention is as declared: until then the change guard asks the platform " +
        "at least, since it is not known what guarded the topic before.",
    ),
  partitions: whole(0, MAX_PARTITIONS * 10)
    .optional()
    .describe("Partitions that the topic has."),
  sizedBy: sizedBy
    .optional()
    .describe("The fields of spec.sizing that the topic was sized by; it is sized anew when they change."),
  replicationFactor: whole(0, MAX_REPLICATION_FACTOR)
    .optional()
    .describe("Replicas that each partition has; absent where partitions differ."),
  retentionPolicy: retentionPolicyRecord.optional().describe("The RetentionPolicy that applies."),
  effectiveConfig: keyedList(effectiveConfig, ["key"], MAX_KEYS)
    .optional()
    .describe("Configuration that this object, its policy and its bus decide, as it is in Kafka."),
  managedKeys: setOf(configKey(), MAX_KEYS)
    .optional()
    .describe("Configuration keys that this object has set; only these are ever reset."),
  undeclared: setOf(configKey(), MAX_KEYS)
    .optional()
    .describe("Configuration keys set on the topic that nobody declares."),
  drift: keyedList(drift, ["key"], MAX_KEYS)
    .optional()
    .describe("What was changed outside of Kubernetes and is not corrected."),
  // Changes of one topic share an id when they must be approved together, so no field of theirs is a key.
  pendingChanges: listOf(pendingChange, 64)
    .optional()
    .describe("Changes that are held back, with what each would cost."),
  deadLetters: keyedList(deadLetter, ["topicName"], 256).optional().describe("The dead-letter topics."),
  released: setOf(text(249, 1), 256)
    .optional()
    .describe("Names of former dead-letter topics; their data is still in Kafka."),
  consumerGroups: setOf(text(255, 1), 20)
    .optional()
    .describe("Groups that read the topic, declared or not; the first twenty."),
  access: accessRecord,
  lastApproval: text(1_024).optional().describe("The approved ids that were acted upon last."),
});
