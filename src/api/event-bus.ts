// EventBus: one Kafka cluster and the platform's rules for it. Schema, types, rules and columns; no behaviour.

import { z } from "zod";

import { changeGuard } from "./change-guard.ts";
import type { CustomResource } from "./custom-resource.ts";
import {
  count,
  duration,
  formatted,
  keyedList,
  label,
  listOf,
  objectName,
  oneOf,
  setOf,
  size,
  text,
  whole,
} from "./fields.ts";
import { AGE_COLUMN, defineKind, READY_COLUMNS, type Immutable } from "./kind.ts";
import { naming } from "./naming.ts";
import { groupIdPattern, namePattern, namespaceSelection, retentionPolicyRef } from "./references.ts";
import { rule, transition } from "./rule.ts";
import { security } from "./security.ts";
import { commonStatus, rollout, timestamp } from "./status.ts";
import { compressionType, namePart, partitions, replicas } from "./topic-fields.ts";

const bootstrapServer = formatted(
  261,
  /^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9]([-_.a-zA-Z0-9]*[a-zA-Z0-9])?):[0-9]{1,5}$/,
  "Write host:port, such as kafka-bootstrap.kafka.svc:9092",
);

const kafka = z.object({
  bootstrapServers: setOf(bootstrapServer, 32, 1).describe(
    "Addresses as host:port through which the brokers are found; one that answers is enough.",
  ),
  security: security
    .optional()
    .describe("Encryption and authentication of the connection. Default: neither (PLAINTEXT)."),
});

const strimzi = z.object({
  namespace: label().describe("Namespace of the Kafka object; must be listed in EVENTBUS_STRIMZI_NAMESPACES."),
  name: objectName().describe("Name of Strimzi's Kafka object."),
  listener: text(25, 1)
    .optional()
    .describe(
      "Name of the listener to connect to. Default: the first one that fits the credentials, internal before external.",
    ),
  user: objectName()
    .optional()
    .describe("Name of the KafkaUser whose Secret holds the operator's credentials. Default: none."),
});

const namespaceEntry = z.object({
  ...namespaceSelection,
  domains: setOf(namePart(), 64)
    .optional()
    .describe("Domains of which these namespaces may claim topics. Without domains and topicNames: any topic."),
  topicNames: listOf(namePattern, 32)
    .optional()
    .describe("Topic names that these namespaces may claim, in addition to those of domains."),
  groupIds: listOf(groupIdPattern, 32).optional().describe("Group ids that these namespaces may claim. Default: any."),
  adoption: oneOf("Never", "IfIdentical", "Adopt")
    .optional()
    .describe("The furthest spec.adoption that an EventTopic here may ask for. Default: IfIdentical."),
  deletionPolicies: setOf(oneOf("Retain", "Delete", "DeleteGroup"), 3, 1)
    .optional()
    .describe("The values of spec.deletionPolicy that objects here may ask for. Default: [Retain]."),
});

const topicDefaults = z.object({
  partitions: partitions().optional().describe("Partitions of a new topic."),
  replicationFactor: replicas().optional().describe("Replication factor of a new topic."),
  minInSyncReplicas: replicas().optional().describe("min.insync.replicas."),
  compressionType: compressionType.optional().describe("compression.type."),
  maxMessageBytes: size().optional().describe("max.message.bytes: largest record batch after compression."),
  retentionPolicyRef: retentionPolicyRef
    .optional()
    .describe("The RetentionPolicy of topics that name none and that no policy selects."),
  perPartitionThroughput: size()
    .optional()
    .describe(
      "Bytes per second that one partition is counted on to carry when partitions are computed from spec.sizing: of " +
        "new topics, and of others when their own sizing changes. Default: 10Mi.",
    ),
});

const limits = z.object({
  maxPartitionsPerTopic: partitions().optional().describe("Most partitions that a topic may have. Default: no limit."),
  maxReplicationFactor: replicas()
    .optional()
    .describe("Highest replication factor that a topic may have. Default: no limit."),
});

const rolloutLimits = z.object({
  maxTopicsPerMinute: whole(1, 100_000)
    .optional()
    .describe("Existing topics changed per minute, evenly spread. Default: 200."),
  pauseOnFailures: whole(1, 10_000)
    .optional()
    .describe(
      "Topics in a row on which brokers reject the change, after which the rollout pauses until the edited object is " +
        "edited again, approved or asked to run; also the most topics changed at a time. Default: 5.",
    ),
});

const eventBusSpec = z
  .object({
    kafka: kafka.optional().describe("How to connect to the cluster. Needed unless strimzi tells it."),
    strimzi: strimzi
      .optional()
      .describe(
        "The Kafka object of Strimzi that runs this cluster: its KafkaTopics are respected and, where kafka is " +
          "absent, " +
          "address, CA and credentials are taken from it and followed as they change.",
      ),
    expectedClusterId: formatted(
      64,
      /^[-_.a-zA-Z0-9]+$/,
      'Write the cluster id as Kafka prints it: letters, digits, "-", "_" and "."',
    )
      .optional()
      .describe(
        "Id of the only Kafka cluster that may answer; after a deliberate move to another cluster set the new id " +
          "here. " +
          "Default: the first id seen, pinned in status.clusterId.",
      ),
    naming: naming
      .optional()
      .describe("How topics get their names from domain, entity and action. Immutable once set."),
    legacyNames: listOf(namePattern, 256)
      .optional()
      .describe("Names outside of the template that EventTopics may ask for with spec.topicName. Default: none."),
    namespaces: listOf(namespaceEntry, 128)
      .optional()
      .describe(
        "Which namespaces may use the bus and claim what; entries add up. Checked before every change; losing an " +
          "entry " +
          "stops changes, it deletes nothing. Default: every namespace may claim any name, with the default ceilings.",
      ),
    profile: oneOf("Development", "Production")
      .optional()
      .describe(
        "A set of topic defaults: Development (replication factor 1, min ISR 1, 7d) or Production (3, 2, 30d; " +
          "refuses " +
          "less than two replicas); both snappy and 1 MB records. Default: none, the broker's own defaults apply.",
      ),
    topicDefaults: topicDefaults
      .optional()
      .describe("Defaults of this bus's topics; they come before those of profile."),
    limits: limits
      .optional()
      .describe("Ceilings for topics of this bus; existing topics above them stay and are reported."),
    ignoredConfigs: listOf(namePattern, 64)
      .optional()
      .describe(
        "Topic configuration keys that are never read as drift, reported, set or reset (the two throttle keys never " +
          "are).",
      ),
    changeGuard: changeGuard
      .optional()
      .describe("What must happen before a change that makes records deletable, for topics without a RetentionPolicy."),
    rollout: rolloutLimits
      .optional()
      .describe("Pace at which edits of this bus, its profile or a policy reach existing topics."),
    access: oneOf("ReadWrite", "ReadOnly")
      .optional()
      .describe("ReadOnly: observe and report only, never change anything in this cluster. Default: ReadWrite."),
    drift: oneOf("Correct", "Report")
      .optional()
      .describe(
        "What happens to topics that were changed outside of Kubernetes; an EventTopic may say otherwise. Default: " +
          "Correct.",
      ),
    resyncInterval: duration()
      .optional()
      .describe("How often all topics are compared with Kafka to find drift. Default: 2m."),
    suspend: z
      .boolean()
      .optional()
      .describe("Stops every change in this cluster, deletions included, for all objects of this bus. Default: false."),
    topicManagement: oneOf("Direct", "KafkaTopic")
      .optional()
      .describe(
        "Direct: topics are made and changed by Kafka's admin protocol; KafkaTopic: by KafkaTopics that the operator writes " +
          "and Strimzi's Topic Operator (of the Kafka object that strimzi names) acts on. Both ways can be left for the " +
          "other. Default: Direct.",
      ),
    accessManagement: oneOf("None", "KafkaUser", "Acl")
      .optional()
      .describe(
        "Whether the rights of publishers and readers are managed, and by which means: None, Acl (ACLs in Kafka), or " +
          "KafkaUser (Strimzi's objects, beside its User Operator; needs strimzi). Only what the operator made is ever taken " +
          "away. Default: None.",
      ),
  })
  .check(
    rule({
      cel: "has(self.kafka) || has(self.strimzi)",
      message: "Say where Kafka is: set kafka.bootstrapServers, or strimzi to follow a Kafka object",
      reason: "FieldValueRequired",
      holds: (self) => self.kafka !== undefined || self.strimzi !== undefined,
    }),
    rule({
      cel: "!has(self.topicManagement) || self.topicManagement != 'KafkaTopic' || has(self.strimzi)",
      message: "Say by strimzi which Kafka object the KafkaTopics are for, or set topicManagement to Direct",
      reason: "FieldValueRequired",
      fieldPath: ".strimzi",
      holds: (self) => self.topicManagement !== "KafkaTopic" || self.strimzi !== undefined,
    }),
    rule({
      cel: "!has(self.accessManagement) || self.accessManagement != 'KafkaUser' || has(self.strimzi)",
      message:
        "accessManagement KafkaUser needs strimzi: it names the Kafka object whose User Operator applies the rights",
      fieldPath: ".accessManagement",
      holds: (self) => self.accessManagement !== "KafkaUser" || self.strimzi !== undefined,
    }),
    transition({
      cel: "!has(oldSelf.naming) || (has(self.naming) && self.naming == oldSelf.naming)",
      message:
        "naming cannot be changed or removed once set: topics keep the names they have. Create another EventBus for " +
        "the " +
        "same cluster with the new naming",
      reason: "FieldValueForbidden",
      fieldPath: ".naming",
      holds: (self, old) =>
        old.naming === undefined ||
        (self.naming !== undefined &&
          self.naming.template === old.naming.template &&
          self.naming.prefix === old.naming.prefix),
    }),
  );

const broker = z.object({
  id: whole(0, 0x7fffffff).describe("Broker id."),
  rack: text(249).optional().describe("Rack or zone of the broker, where configured."),
});

const leftBehind = z.object({
  kind: text(63, 1).describe("EventTopic or ConsumerGroup."),
  namespace: text(63, 1).describe("Namespace of the deleted object."),
  name: text(253, 1).describe("Name of the deleted object."),
  kafkaName: text(255).describe("Name of the topic or group that still is in Kafka; empty where there never was one."),
  topicId: text(64).optional().describe("Id of the topic."),
  reason: text(253).describe("Why it was left."),
  time: timestamp().describe("When."),
});

const eventBusStatus = z.object({
  ...commonStatus,
  clusterId: text(64).optional().describe("Id of the Kafka cluster that this bus is pinned to."),
  kafkaVersion: text(32)
    .optional()
    .describe("Release that the cluster's metadata.version belongs to, where brokers tell it."),
  brokers: keyedList(broker, ["id"], 1_024).optional().describe("The brokers of the cluster."),
  capabilities: setOf(text(64, 1), 64)
    .optional()
    .describe("What this cluster can do that not every supported one can."),
  topics: z
    .object({
      managed: count().optional().describe("EventTopics that hold a topic."),
      ready: count().optional().describe("Those of them that are Ready."),
      conflicting: count().optional().describe("EventTopics whose name another object holds."),
    })
    .optional()
    .describe("EventTopics of this bus, counted at most every ten seconds."),
  consumerGroups: count().optional().describe("ConsumerGroups of this bus."),
  offlinePartitions: count().optional().describe("Partitions without a leader, among managed topics."),
  underReplicatedPartitions: count().optional().describe("Partitions with replicas out of sync, among managed topics."),
  rollout,
  leftBehind: keyedList(leftBehind, ["kind", "namespace", "name", "kafkaName"], 20)
    .optional()
    .describe("The last topics and groups whose object was deleted while they had to stay in Kafka."),
});

/** The kind, as its CRD, validation and reference page see it. */
export const eventBus = defineKind({
  kind: "EventBus",
  plural: "eventbuses",
  singular: "eventbus",
  shortNames: ["eb"],
  isNamespaced: false,
  description:
    "EventBus is one Kafka cluster and the platform's rules for it: how to connect, how topics are named, who may " +
    "claim " +
    "what, and which defaults and limits apply. Removing it changes nothing in Kafka.",
  spec: eventBusSpec,
  status: eventBusStatus,
  rules: [],
  columns: [
    ...READY_COLUMNS,
    { name: "Cluster", type: "string", jsonPath: ".status.clusterId", description: "Id of the Kafka cluster." },
    { name: "Kafka", type: "string", jsonPath: ".status.kafkaVersion", description: "Release of Kafka." },
    {
      name: "Topics",
      type: "integer",
      jsonPath: ".status.topics.managed",
      description: "EventTopics that hold a topic.",
    },
    { name: "Access", type: "string", jsonPath: ".spec.access", description: "ReadWrite or ReadOnly.", priority: 1 },
    { name: "Profile", type: "string", jsonPath: ".spec.profile", description: "Set of topic defaults.", priority: 1 },
    AGE_COLUMN,
  ],
  selectableFields: [],
});

export type EventBusSpec = Immutable<z.infer<typeof eventBusSpec>>;
export type EventBusStatus = Immutable<z.infer<typeof eventBusStatus>>;
export type EventBus = CustomResource<EventBusSpec, EventBusStatus>;
