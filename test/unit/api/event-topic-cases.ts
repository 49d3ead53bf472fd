// What an EventTopic may and may not say.

import type { CaseTable } from "./cases.ts";

const RENAME = "cannot be changed, added or removed: Kafka cannot rename a topic. Create a new EventTopic";
const named = { domain: "billing", entity: "usage", action: "events" };

const busRef = { name: "main" };
const oldStatus = { observedGeneration: 1, bus: { name: "main", clusterId: "c" } };

export const EVENT_TOPIC_CASES: CaseTable = {
  names: [
    { why: "the three parts", spec: named },
    { why: "fewer parts, for a template that uses fewer", spec: { domain: "player" } },
    { why: "a whole name", spec: { topicName: "Legacy_topic.V1" } },
    { why: "no name at all", spec: {}, refused: ["spec: Name the topic: set domain, entity and action"] },
    {
      why: "both forms at once",
      spec: { topicName: "x", action: "events" },
      refused: ["spec.topicName: Name the topic in one way"],
    },
    {
      why: "parts that are no labels",
      spec: { domain: "Billing", entity: "usage-", action: "a.b" },
      refused: ["spec.domain: Use lower-case", "spec.entity: Use lower-case", "spec.action: Use lower-case"],
    },
    {
      why: "an empty part",
      spec: { domain: "" },
      refused: ["spec.domain: Use lower-case"],
    },
    { why: "a name of 249 characters", spec: { topicName: "x".repeat(249) } },
    {
      why: "a name of 250 characters",
      spec: { topicName: "x".repeat(250) },
      refused: ["spec.topicName: Must hold at most 249 characters"],
    },
    { why: "the name .", spec: { topicName: "." }, refused: ["spec.topicName: Choose another name"] },
    { why: "the name ..", spec: { topicName: ".." }, refused: ["spec.topicName: Choose another name"] },
    {
      why: "names of Kafka's own topics",
      spec: { topicName: "__consumer_offsets" },
      refused: ["spec.topicName: Choose another name"],
    },
    { why: "a slash in a name", spec: { topicName: "a/b" }, refused: ["spec.topicName: Use a Kafka topic name"] },
  ],
  "what never changes": [
    { why: "an unchanged name", spec: { ...named, partitions: 6 }, old: { ...named, partitions: 3 } },
    {
      why: "fewer partitions: whether Kafka can is known at reconcile, and a typo can be taken back",
      spec: { ...named, partitions: 3 },
      old: { ...named, partitions: 30 },
    },
    { why: "another part", spec: { ...named, action: "x" }, old: named, refused: [`spec.action: action ${RENAME}`] },
    {
      why: "one part less",
      spec: { domain: "a" },
      old: { domain: "a", entity: "b" },
      refused: [`spec.entity: entity`],
    },
    {
      why: "one part more",
      spec: { domain: "a", entity: "b" },
      old: { domain: "a" },
      refused: [`spec.entity: entity`],
    },
    { why: "another name", spec: { topicName: "b" }, old: { topicName: "a" }, refused: ["spec.topicName: topicName"] },
    {
      why: "the other form of name",
      spec: { topicName: "billing" },
      old: { domain: "billing" },
      refused: [`spec.domain: domain ${RENAME}`, `spec.topicName: topicName ${RENAME}`],
    },
  ],
  busRef: [
    { why: "no busRef", spec: named },
    { why: "a busRef that stays", spec: { ...named, busRef }, old: { ...named, busRef } },
    { why: "a busRef added before a bus was recorded", spec: { ...named, busRef }, old: named },
    { why: "a busRef added that equals the record", spec: { ...named, busRef }, old: named, oldStatus },
    {
      why: "a busRef added that names another bus than the recorded one",
      spec: { ...named, busRef: { name: "other" } },
      old: named,
      oldStatus,
      refused: ["spec.busRef: busRef can only be set to the bus that the object already has"],
    },
    {
      why: "another busRef",
      spec: { ...named, busRef: { name: "other" } },
      old: { ...named, busRef },
      refused: ["spec.busRef: busRef cannot be changed or removed"],
    },
    {
      why: "a busRef taken away",
      spec: named,
      old: { ...named, busRef },
      refused: ["spec.busRef: busRef cannot be changed or removed"],
    },
  ],
  settings: [
    {
      why: "partitions beside sizing",
      spec: { ...named, partitions: 3, sizing: { class: "small" } },
      refused: ["spec.sizing: Set either partitions or sizing"],
    },
    {
      why: "sizing that says nothing to compute from",
      spec: { ...named, sizing: { perPartitionThroughput: "10Mi" } },
      refused: ["spec.sizing: Give class, throughput or maxConsumers"],
    },
    { why: "sizing by throughput alone", spec: { ...named, sizing: { throughput: "100Mi" } } },
    { why: "partitions up to what KRaft creates at once", spec: { ...named, partitions: 10_000 } },
    {
      why: "more partitions",
      spec: { ...named, partitions: 10_001 },
      refused: ["spec.partitions: Must be at most 10000"],
    },
    { why: "no partitions", spec: { ...named, partitions: 0 }, refused: ["spec.partitions: Must be at least 1"] },
    {
      why: "half a partition",
      spec: { ...named, partitions: 1.5 },
      refused: ["spec.partitions: Must be a whole number"],
    },
    { why: "config as numbers and text", spec: { ...named, config: { "segment.ms": 60_000, preallocate: "true" } } },
    {
      why: "config as a boolean: YAML's true is not Kafka's text",
      spec: { ...named, config: { preallocate: true } },
      refused: ["spec.config.preallocate: Must be a whole number or text, not true"],
    },
    {
      why: "config keys that have a field",
      spec: {
        ...named,
        config: {
          "retention.ms": 1,
          "retention.bytes": 1,
          "cleanup.policy": "",
          "compression.type": "gzip",
          "max.message.bytes": 1,
          "min.insync.replicas": 1,
        },
      },
      refused: [
        'spec.config: Set spec.retention.time instead of "retention.ms"',
        'spec.config: Set spec.retention.bytesPerPartition instead of "retention.bytes"',
        'spec.config: Set spec.cleanupPolicy instead of "cleanup.policy"',
        'spec.config: Set spec.compressionType instead of "compression.type"',
        'spec.config: Set spec.maxMessageBytes instead of "max.message.bytes"',
        'spec.config: Set spec.minInSyncReplicas instead of "min.insync.replicas"',
      ],
    },
    {
      why: "throttle keys in config",
      spec: {
        ...named,
        config: { "leader.replication.throttled.replicas": "*", "follower.replication.throttled.replicas": "*" },
      },
      refused: ["leader", "follower"].map((role) => `spec.config: Remove "${role}.replication.throttled.replicas"`),
    },
    {
      why: "two publishers of one name",
      spec: { ...named, publishers: [{ name: "a" }, { name: "b" }, { name: "a" }] },
      refused: ['spec.publishers: Must not hold name "a" twice'],
    },
    {
      why: "a template for each group that does not name it",
      spec: { ...named, deadLetter: { perGroup: true, nameTemplate: "{topic}.dlq" } },
      refused: ["spec.deadLetter.nameTemplate: Use {group} in nameTemplate with perGroup: true, and only then"],
    },
    {
      why: "a template that names the group of one dead-letter topic for all",
      spec: { ...named, deadLetter: { nameTemplate: "{topic}.{group}.dlq" } },
      refused: ["spec.deadLetter.nameTemplate: Use {group} in nameTemplate"],
    },
    { why: "an unknown field", spec: { ...named, partition: 3 }, refused: ["spec.partition: Remove this field"] },
    { why: "a field set to null as if it were absent", spec: { ...named, partitions: null, config: { a: null } } },
  ],
  "words that are not well formed": [
    {
      why: "names, templates, sizes, durations and selectors of other spellings",
      spec: {
        ...named,
        retentionPolicyRef: { name: "7_days" },
        retention: { time: "7 days", bytesPerPartition: "unlimited bytes" },
        maxMessageBytes: "unlimited",
        deadLetter: { nameTemplate: "{topic}/{dlq}" },
        consumers: {
          allowedNamespaces: { selector: { matchExpressions: [{ key: "a", operator: "In", values: [] }] } },
        },
      },
      refused: [
        "spec.retentionPolicyRef.name: Use a Kubernetes object name",
        "spec.retention.time: Write a duration such as",
        "spec.retention.bytesPerPartition: Write whole bytes such as",
        "spec.maxMessageBytes: Write whole bytes such as",
        "spec.deadLetter.nameTemplate: Write a template of {topic}, {group}",
        "spec.consumers.allowedNamespaces.selector.matchExpressions[0].values: Give values with the operators",
      ],
    },
  ],
};
