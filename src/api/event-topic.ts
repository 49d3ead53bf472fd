// EventTopic: one Kafka topic, with its dead-letter topics. Schema, types, rules and columns; no behaviour.

import { z } from "zod";

import { configMap, THROTTLE_CONFIGS, TYPED_TOPIC_CONFIGS } from "./config-keys.ts";
import type { CustomResource } from "./custom-resource.ts";
import { eventTopicStatus } from "./event-topic-status.ts";
import {
  durationOrUnlimited,
  formatted,
  keyedList,
  MAX_PARTITIONS,
  MAX_TOPIC_NAME,
  oneOf,
  size,
  text,
  whole,
} from "./fields.ts";
import { AGE_COLUMN, defineKind, READY_COLUMNS, type Immutable } from "./kind.ts";
import {
  addsRecordedBusRef,
  busRef,
  keepsBusRef,
  namespaceSelection,
  owner,
  retentionPolicyRef,
} from "./references.ts";
import { rule, unchangeable } from "./rule.ts";
import { cleanupPolicy, compressionType, namePart, partitions, replicas, retention } from "./topic-fields.ts";

const topicName = formatted(
  MAX_TOPIC_NAME,
  /^[a-zA-Z0-9._-]+$/,
  'Use a Kafka topic name: letters, digits, ".", "_" and "-"',
).check(
  rule({
    cel: "self != '.' && self != '..' && !self.startsWith('__')",
    message: 'Choose another name: "." and ".." are not topic names, and names that begin with "__" are Kafka\'s own',
    holds: (self) => self !== "." && self !== ".." && !self.startsWith("__"),
  }),
);

const sizing = z
  .object({
    class: oneOf("small", "medium", "large")
      .optional()
      .describe("Range of partitions: small 3 to 5, medium 10 to 20, large 30 or more."),
    throughput: size().optional().describe("Bytes per second that the topic must carry."),
    perPartitionThroughput: size()
      .optional()
      .describe(
        "Bytes per second that one partition is counted on to carry. Default: the bus's when it is computed, else 10Mi.",
      ),
    maxConsumers: whole(1, MAX_PARTITIONS)
      .optional()
      .describe("Consumers that one group runs side by side at most; each needs a partition."),
  })
  .check(
    rule({
      cel: "has(self.class) || has(self.throughput) || has(self.maxConsumers)",
      message: "Give class, throughput or maxConsumers: the number of partitions is computed from them",
      reason: "FieldValueRequired",
      holds: (self) => [self.class, self.throughput, self.maxConsumers].some((given) => given !== undefined),
    }),
  );

const deadLetter = z
  .object({
    enabled: z
      .boolean()
      .optional()
      .describe(
        "Whether there is a dead-letter topic; false releases it, and its data stays. Default: true where " +
          "deadLetter is given.",
      ),
    nameTemplate: formatted(
      MAX_TOPIC_NAME,
      /^([a-zA-Z0-9._-]|[{](topic|group)[}])+$/,
      "Write a template of {topic}, {group} and the characters of topic names, such as {topic}.dlq",
    )
      .optional()
      .describe(
        "Template of the name over {topic} and {group}. Default: {topic}.dlq, with perGroup {topic}.{group}.dlq.",
      ),
    perGroup: z
      .boolean()
      .optional()
      .describe(
        "One dead-letter topic for each ConsumerGroup that names this topic under deadLetter. Default: false, one " +
          "for all.",
      ),
    partitions: partitions().optional().describe("Partitions. Default: as many as the source has, growing before it."),
    retention: durationOrUnlimited()
      .optional()
      .describe(
        "How long dead letters are kept (retention.ms). Default: 14d, or the source's retention where that is longer.",
      ),
  })
  .check(
    rule({
      cel:
        "!has(self.nameTemplate) || " +
        "self.nameTemplate.contains('{group}') == (has(self.perGroup) && self.perGroup)",
      message: "Use {group} in nameTemplate with perGroup: true, and only then",
      fieldPath: ".nameTemplate",
      holds: (self) =>
        self.nameTemplate === undefined || self.nameTemplate.includes("{group}") === (self.perGroup ?? false),
    }),
  );

const publisher = z.object({
  name: text(100, 1).describe(
    "Name of the publishing service: of its Kafka user, without User:, where rights are managed.",
  ),
});

const NAME_PARTS = "domain, entity and action";

const RENAME =
  "Kafka cannot rename a topic. Create a new EventTopic with the name you want, then delete this one " +
  "(deletionPolicy Retain keeps the old topic's data)";

interface NameFields {
  readonly domain?: string | undefined;
  readonly entity?: string | undefined;
  readonly action?: string | undefined;
}

function hasNameParts(self: NameFields): boolean {
  return self.domain !== undefined || self.entity !== undefined || self.action !== undefined;
}

const eventTopicSpec = z
  .object({
    busRef,
    domain: namePart().optional().describe("First part of the name: the business domain, such as billing. Immutable."),
    entity: namePart()
      .optional()
      .describe("Second part of the name: what the events are about, such as usage. Immutable."),
    action: namePart().optional().describe("Last part of the name: what happens to it, such as events. Immutable."),
    topicName: topicName
      .optional()
      .describe("The whole name, instead of its parts, where the bus permits it under legacyNames. Immutable."),
    description: text(2_048).optional().describe("What the events mean; for the catalogue."),
    owner: owner.optional(),
    publishers: keyedList(publisher, ["name"], 64)
      .optional()
      .describe(
        "Services that write to the topic; for the catalogue. On a bus with accessManagement they may: Write and Describe.",
      ),
    partitions: partitions()
      .optional()
      .describe(
        "Number of partitions; can only grow. Default: from sizing, the bus, its profile, else the broker's and " +
          "then not enforced.",
      ),
    sizing: sizing
      .optional()
      .describe(
        "Computes the number of partitions, instead of partitions: the largest of what its parts need. Computed when " +
          "the topic is made and when its own fields change (status.sizedBy), not when the bus' rate does; a topic " +
          "that somebody has grown beyond it is left as it is.",
      ),
    partitionKey: text(253)
      .optional()
      .describe(
        "Field that records are keyed by, such as tenant_id. Growth then changes which partition a key goes to and " +
          "must be acknowledged.",
      ),
    acknowledgePartitionGrowth: partitions()
      .optional()
      .describe("Acknowledges growth of a keyed or compacted topic to exactly this number of partitions."),
    replicationFactor: replicas()
      .optional()
      .describe(
        "Replicas of each partition; fixed at creation. Default: the bus's, its profile's, else the broker's and " +
          "then not enforced.",
      ),
    minInSyncReplicas: replicas()
      .optional()
      .describe(
        "Replicas that must have a record before it is acknowledged (min.insync.replicas); fewer than " +
          "replicationFactor. Default: policy, bus, profile, else the broker's.",
      ),
    retentionPolicyRef: retentionPolicyRef
      .optional()
      .describe(
        "The RetentionPolicy of this topic. Default: the policy that selects it with the highest priority, else the " +
          "bus's.",
      ),
    retention: retention.optional().describe("Overrides the policy's retention, within the policy's bounds."),
    cleanupPolicy: cleanupPolicy
      .optional()
      .describe(
        "Whether old records are deleted, compacted by key, or both (cleanup.policy). Default: policy, else the " +
          "broker's.",
      ),
    compressionType: compressionType
      .optional()
      .describe(
        "How the broker stores records (compression.type); producer keeps what producers send. Default: bus, " +
          "profile, else the broker's.",
      ),
    maxMessageBytes: size()
      .optional()
      .describe(
        "Largest record batch after compression (max.message.bytes). Default: bus, profile, else the broker's.",
      ),
    config: configMap(TYPED_TOPIC_CONFIGS, THROTTLE_CONFIGS)
      .optional()
      .describe(
        "Other topic configuration by Kafka's own keys. Keys with a field of their own, and keys that the policy " +
          "sets, are refused.",
      ),
    deadLetter: deadLetter.optional().describe("Topics for records that consumers could not process. Default: none."),
    consumers: z
      .object({
        allowedNamespaces: z
          .object(namespaceSelection)
          .optional()
          .describe(
            "Namespaces whose ConsumerGroups may refer to this topic; grants no right in Kafka. Default: its own only.",
          ),
      })
      .optional()
      .describe("Who may declare that it reads the topic."),
    adoption: oneOf("Never", "IfIdentical", "Adopt")
      .optional()
      .describe(
        "What happens when the topic already exists. Never: it is not taken over; IfIdentical: only if it is as " +
          "declared; " +
          "Adopt: it is taken over and changed as planned. The bus sets a ceiling. Default: IfIdentical.",
      ),
    drift: oneOf("Correct", "Report")
      .optional()
      .describe("What happens when the topic was changed outside of Kubernetes. Default: the bus's, else Correct."),
    configOwnership: oneOf("Declared", "Full")
      .optional()
      .describe(
        "Declared: configuration that nobody declares is left alone and listed; Full: it is reset, under the change " +
          "guard. Default: Declared.",
      ),
    deletionPolicy: oneOf("Retain", "Delete")
      .optional()
      .describe(
        "What happens to the topic when this object is deleted. Delete needs the bus's permission. Default: Retain.",
      ),
    deletionProtection: z
      .boolean()
      .optional()
      .describe(
        "With deletionPolicy Delete: keep the topic while it holds records or groups use it, until confirmed. " +
          "Default: true.",
      ),
    suspend: z
      .boolean()
      .optional()
      .describe("Stops every change of the topic in Kafka, its deletion included. Default: false."),
  })
  .check(
    rule({
      cel: "has(self.topicName) || has(self.domain) || has(self.entity) || has(self.action)",
      message:
        `Name the topic: set ${NAME_PARTS} as the bus's template uses them, or topicName for a name under ` +
        `the bus's legacyNames`,
      reason: "FieldValueRequired",
      holds: (self) => self.topicName !== undefined || hasNameParts(self),
    }),
    rule({
      cel: "!has(self.topicName) || !(has(self.domain) || has(self.entity) || has(self.action))",
      message: `Name the topic in one way: either by topicName or by ${NAME_PARTS}, not both`,
      fieldPath: ".topicName",
      holds: (self) => self.topicName === undefined || !hasNameParts(self),
    }),
    rule({
      cel: "!(has(self.partitions) && has(self.sizing))",
      message: "Set either partitions or sizing, not both: sizing computes the number of partitions",
      fieldPath: ".sizing",
      holds: (self) => self.partitions === undefined || self.sizing === undefined,
    }),
    unchangeable("domain", RENAME),
    unchangeable("entity", RENAME),
    unchangeable("action", RENAME),
    unchangeable("topicName", RENAME),
    keepsBusRef,
  );

/** The kind, as its CRD, validation and reference page see it. */
export const eventTopic = defineKind({
  kind: "EventTopic",
  plural: "eventtopics",
  singular: "eventtopic",
  shortNames: ["et"],
  isNamespaced: true,
  description:
    "EventTopic is one Kafka topic with its dead-letter topics: named by the bus's template, sized, configured and " +
    "kept " +
    "as declared, under the retention class that the platform sets.",
  spec: eventTopicSpec,
  status: eventTopicStatus,
  rules: [addsRecordedBusRef],
  columns: [
    ...READY_COLUMNS,
    { name: "Topic", type: "string", jsonPath: ".status.topicName", description: "Name of the topic in Kafka." },
    {
      name: "Partitions",
      type: "integer",
      jsonPath: ".status.partitions",
      description: "Partitions that the topic has.",
    },
    { name: "Bus", type: "string", jsonPath: ".status.bus.name", description: "EventBus that the topic lives on." },
    AGE_COLUMN,
  ],
  selectableFields: [".spec.busRef.name", ".spec.topicName"],
});

export type EventTopicSpec = Immutable<z.infer<typeof eventTopicSpec>>;
export type EventTopicStatus = Immutable<z.infer<typeof eventTopicStatus>>;
export type EventTopic = CustomResource<EventTopicSpec, EventTopicStatus>;
