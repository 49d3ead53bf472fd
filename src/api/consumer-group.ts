// ConsumerGroup: declared intent, identity and observation of one Kafka consumer group. Schema, types, rules and
// columns; no behaviour.

import { z } from "zod";

import { configMap, TYPED_CLIENT_PROPERTIES } from "./config-keys.ts";
import { consumerGroupStatus } from "./consumer-group-status.ts";
import type { CustomResource } from "./custom-resource.ts";
import { count, duration, formatted, listOf, MAX_TOPIC_NAME, objectName, oneOf, text, whole } from "./fields.ts";
import { AGE_COLUMN, defineKind, READY_COLUMNS, type Immutable, type WholeObject } from "./kind.ts";
import { addsRecordedBusRef, busRef, eventTopicRef, keepsBusRef, owner } from "./references.ts";
import { rule, unchangeable } from "./rule.ts";

// RFC 3339, with bounds on each number: neither the API server nor the schema looks at the calendar.
const DATE = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
const TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?";
const ZONE = "(Z|[-+]([01][0-9]|2[0-3]):[0-5][0-9])";
const INITIAL_OFFSETS = new RegExp(`^(Earliest|Latest|${DATE}T${TIME}${ZONE})$`);

const topic = z
  .object({
    eventTopicRef: eventTopicRef.optional().describe("The EventTopic; follows its name in Kafka."),
    topicName: formatted(
      MAX_TOPIC_NAME,
      /^[a-zA-Z0-9._-]+$/,
      'Use a Kafka topic name: letters, digits, ".", "_" and "-"',
    )
      .optional()
      .describe(
        "Name of the topic in Kafka. One that another namespace's EventTopic holds needs that topic's consent.",
      ),
  })
  .check(
    rule({
      cel: "has(self.eventTopicRef) != has(self.topicName)",
      message: "Name each topic in one way: either by eventTopicRef or by topicName",
      holds: (self) => (self.eventTopicRef !== undefined) !== (self.topicName !== undefined),
    }),
  );

const client = z.object({
  autoOffsetReset: oneOf("earliest", "latest", "none")
    .optional()
    .describe("Where to begin without a committed offset (auto.offset.reset). Default: earliest."),
  maxPollRecords: whole(1, 1_000_000)
    .optional()
    .describe("Records of one poll at most (max.poll.records). Default: 100."),
  pollTimeout: duration()
    .optional()
    .describe("How long one poll() waits for records: a hint for the program, no property of Kafka. Default: 100ms."),
  maxPollInterval: duration()
    .optional()
    .describe(
      "Longest time between two polls before the member is expelled (max.poll.interval.ms). Default: the client's.",
    ),
  commitMode: oneOf("Sync", "Async", "Auto")
    .optional()
    .describe(
      "How offsets are committed; Auto sets enable.auto.commit, the others are up to the program. Default: Sync.",
    ),
  isolationLevel: oneOf("read_uncommitted", "read_committed")
    .optional()
    .describe("Whether records of open or aborted transactions are read (isolation.level). Default: the client's."),
  errorHandling: oneOf("Stop", "LogAndSkip", "DeadLetter")
    .optional()
    .describe("What the program does with a record that it cannot process; a hint."),
  extra: configMap(TYPED_CLIENT_PROPERTIES)
    .optional()
    .describe("Other consumer properties by Kafka's own keys. Keys with a field of their own are refused."),
});

const slo = z.object({
  maxTimeLag: duration().optional().describe("Oldest that an unread record may get."),
  maxRecordLag: count().optional().describe("Most records that may be unread on all topics together."),
  minRetentionHeadroom: duration()
    .optional()
    .describe("Least time that must remain until retention deletes unread records."),
  allowedLag: count()
    .optional()
    .describe("Lag per partition that counts as none. Default: 0, on topics with transactions 1."),
});

const deadLetter = z.object({
  eventTopicRef: eventTopicRef
    .optional()
    .describe(
      "The EventTopic whose dead letters this group writes; with its perGroup the group gets a topic of its own.",
    ),
  maxAttempts: whole(1, 1_000)
    .optional()
    .describe("Attempts before a record becomes a dead letter; rendered into the binding."),
});

const binding = z.object({
  secretName: objectName()
    .optional()
    .describe("Name of the Secret to write the client settings to, in this namespace. Default: no Secret is written."),
  credentialsSecretRef: z
    .object({ name: objectName().describe("Name of a Secret in this namespace.") })
    .optional()
    .describe("The Secret that the workload mounts for its credentials; rendered as a reference, never read."),
});

const consumerGroupSpec = z
  .object({
    busRef,
    groupId: text(255, 1).optional().describe("Kafka's group.id. Immutable. Default: the object's name."),
    topics: listOf(topic, 64)
      .optional()
      .describe("Topics whose lag counts. Default: every topic on which the group has committed offsets."),
    purpose: oneOf("processor", "analytics", "audit", "backup", "other")
      .optional()
      .describe("What the group reads for; decides presets of slo. Default: other."),
    owner: owner.optional(),
    principal: text(249, 1)
      .optional()
      .describe(
        "Name of the Kafka user that the group's programs run as, without User:. On a bus with accessManagement it " +
          "may read the topics of the group, commit as the group, and write its dead letters. Default: nobody is granted " +
          "anything.",
      ),
    groupProtocol: oneOf("auto", "classic", "consumer")
      .optional()
      .describe(
        "The rebalance protocol (group.protocol): classic, consumer (KIP-848, which forbids client-side session " +
          "time-outs and assignors), or auto: as the group is found. Default: auto.",
      ),
    client: client.optional().describe("Settings of the consumers, rendered into the binding."),
    initialOffsets: formatted(64, INITIAL_OFFSETS, 'Write Earliest, Latest, or a time such as "2026-01-31T08:00:00Z"')
      .optional()
      .describe(
        "Where the group begins on a topic on which it never committed: Earliest, Latest or a time (RFC 3339). Set " +
          "once " +
          "per topic, while the group has no members. Default: left to the consumers (autoOffsetReset).",
      ),
    slo: slo
      .optional()
      .describe("What lag is acceptable; decides WithinSLO and DataAtRisk. Default: the presets of purpose."),
    expectActive: z
      .boolean()
      .optional()
      .describe("Whether a group without members is worth an alarm (condition Active). Default: false."),
    groupConfig: configMap({})
      .optional()
      .describe(
        "Dynamic configuration of the group in Kafka 4 (such as consumer.session.timeout.ms), by Kafka's own keys.",
      ),
    deadLetter: deadLetter.optional().describe("Where records go that the group cannot process."),
    deletionPolicy: oneOf("Retain", "DeleteGroup")
      .optional()
      .describe(
        "What happens to the group's offsets when this object is deleted. DeleteGroup needs the bus's permission " +
          "and a group without members. Default: Retain.",
      ),
    suspend: z
      .boolean()
      .optional()
      .describe("Stops every change of the group in Kafka, its deletion included. Default: false."),
    binding: binding.optional().describe("Hands the client settings to the workload."),
  })
  .check(
    unchangeable("groupId", "offsets belong to the group id. Create a new ConsumerGroup, then delete this one"),
    keepsBusRef,
  );

const refusesConnectGroups = rule<WholeObject<{ readonly groupId?: string | undefined }, unknown>>({
  cel: "!(has(self.spec.groupId) ? self.spec.groupId : self.metadata.name).startsWith('connect-')",
  message:
    'Choose another group id (spec.groupId, by default the name of the object): groups that begin with "connect-" ' +
    "belong to sink connectors and are managed through Kafka Connect",
  fieldPath: ".spec.groupId",
  holds: ({ spec, metadata }) => !(spec.groupId ?? metadata.name ?? metadata.generateName ?? "").startsWith("connect-"),
});

/** The kind, as its CRD, validation and reference page see it. */
export const consumerGroup = defineKind({
  kind: "ConsumerGroup",
  plural: "consumergroups",
  singular: "consumergroup",
  shortNames: ["cg"],
  isNamespaced: true,
  description:
    "ConsumerGroup is one Kafka consumer group: who owns it, which topics it reads, what lag is acceptable, and the " +
    "client settings that its workload mounts. The group itself is made by its consumers.",
  spec: consumerGroupSpec,
  status: consumerGroupStatus,
  rules: [addsRecordedBusRef, refusesConnectGroups],
  columns: [
    ...READY_COLUMNS,
    { name: "State", type: "string", jsonPath: ".status.state", description: "State of the group in Kafka." },
    { name: "Members", type: "integer", jsonPath: ".status.members", description: "Members of the group." },
    { name: "Evaluation", type: "string", jsonPath: ".status.evaluation", description: "How the group keeps up." },
    {
      name: "Within SLO",
      type: "string",
      jsonPath: ".status.conditions[?(@.type=='WithinSLO')].status",
      description: "Whether the group keeps spec.slo.",
    },
    { name: "Bus", type: "string", jsonPath: ".status.bus.name", description: "EventBus that the group lives on." },
    {
      name: "Data at Risk",
      type: "string",
      jsonPath: ".status.conditions[?(@.type=='DataAtRisk')].reason",
      description: "Whether retention is near what is unread, or has passed it.",
      priority: 1,
    },
    {
      name: "Headroom",
      type: "integer",
      jsonPath: ".status.headroom.seconds",
      description: "Seconds until retention reaches what is unread.",
      priority: 1,
    },
    {
      name: "Group",
      type: "string",
      jsonPath: ".spec.groupId",
      description: "Group id, where it is not the object's name.",
      priority: 1,
    },
    AGE_COLUMN,
  ],
  selectableFields: [".spec.busRef.name", ".spec.groupId"],
});

export type ConsumerGroupSpec = Immutable<z.infer<typeof consumerGroupSpec>>;
export type ConsumerGroupStatus = Immutable<z.infer<typeof consumerGroupStatus>>;
export type ConsumerGroup = CustomResource<ConsumerGroupSpec, ConsumerGroupStatus>;
