// RetentionPolicy: a class of retention, owned by the platform. Schema, types, rules and columns; no behaviour.

import { z } from "zod";

import { changeGuard } from "./change-guard.ts";
import type { CustomResource } from "./custom-resource.ts";
import {
  count,
  duration,
  durationOrUnlimited,
  keyedList,
  objectName,
  oneOf,
  ratio,
  setOf,
  size,
  sizeOrUnlimited,
  text,
  whole,
} from "./fields.ts";
import { AGE_COLUMN, defineKind, READY_COLUMNS, type Immutable } from "./kind.ts";
import { labelSelector, namespaceSelection } from "./references.ts";
import { commonStatus, rollout } from "./status.ts";
import { cleanupPolicy, namePart, replicas, retention } from "./topic-fields.ts";

const segment = z.object({
  time: duration()
    .optional()
    .describe(
      "Age at which a segment is closed (segment.ms). Default: a tenth of the retention time, at least 10m, at most " +
        "7d.",
    ),
  bytes: size().optional().describe("Size at which a segment is closed (segment.bytes). Default: the broker's."),
});

const compaction = z.object({
  minLag: duration().optional().describe("How long a record stays uncompacted at least (min.compaction.lag.ms)."),
  maxLag: durationOrUnlimited()
    .optional()
    .describe("When a record becomes due for compaction at the latest (max.compaction.lag.ms)."),
  tombstoneRetention: duration()
    .optional()
    .describe("How long deletion markers are kept (delete.retention.ms); longer than any consumer's outage."),
  dirtyRatio: ratio()
    .optional()
    .describe("Uncompacted share of the log at which cleaning begins (min.cleanable.dirty.ratio), 0 to 1."),
});

const timestamps = z.object({
  type: oneOf("CreateTime", "LogAppendTime")
    .optional()
    .describe("Whose clock stamps records (message.timestamp.type): the producer's or the broker's."),
  beforeMax: durationOrUnlimited()
    .optional()
    .describe("How far a record's time may lie behind the broker's clock (message.timestamp.before.max.ms)."),
  afterMax: durationOrUnlimited()
    .optional()
    .describe("How far a record's time may lie ahead of the broker's clock (message.timestamp.after.max.ms)."),
});

const tiered = z.object({
  enabled: z.boolean().optional().describe("Whether closed segments move to remote storage (remote.storage.enable)."),
  localTime: durationOrUnlimited()
    .optional()
    .describe("How long segments also stay on the brokers (local.retention.ms). Default: as the whole retention."),
  localBytes: sizeOrUnlimited()
    .optional()
    .describe(
      "How many bytes of each partition also stay on the brokers (local.retention.bytes). Default: as the whole " +
        "retention.",
    ),
});

const durability = z.object({
  minReplicationFactor: replicas().optional().describe("Fewest replicas that a topic of this class may have."),
  minInSyncReplicas: replicas()
    .optional()
    .describe("min.insync.replicas of topics that do not set it; fewer is refused."),
  uncleanLeaderElection: z
    .boolean()
    .optional()
    .describe("Whether a replica out of sync may become leader, losing records (unclean.leader.election.enable)."),
});

const bounds = z.object({
  retentionTime: z
    .object({
      min: durationOrUnlimited().optional().describe("Shortest time. Default: no lower bound."),
      max: durationOrUnlimited().optional().describe("Longest time. Default: no upper bound."),
    })
    .optional()
    .describe("Bounds of EventTopic.spec.retention.time. Absent: not overridable."),
  retentionBytes: z
    .object({
      min: sizeOrUnlimited().optional().describe("Fewest bytes. Default: no lower bound."),
      max: sizeOrUnlimited().optional().describe("Most bytes. Default: no upper bound."),
    })
    .optional()
    .describe("Bounds of EventTopic.spec.retention.bytesPerPartition. Absent: not overridable."),
  cleanupPolicies: setOf(cleanupPolicy, 3, 1)
    .optional()
    .describe("Values that EventTopic.spec.cleanupPolicy may take. Absent: not overridable."),
});

const appliesTo = z.object({
  busNames: setOf(objectName(), 64, 1).optional().describe("Names of EventBuses."),
  domains: setOf(namePart(), 256, 1).optional().describe("Domains of topics."),
  entities: setOf(namePart(), 256, 1).optional().describe("Entities of topics."),
  actions: setOf(namePart(), 256, 1).optional().describe("Actions of topics."),
  topicSelector: labelSelector
    .optional()
    .describe("Selects EventTopics by their labels; an empty selector means every EventTopic."),
});

const retentionPolicySpec = z.object({
  retention: retention
    .optional()
    .describe("How long and how much is kept. What is absent is left to the next source of defaults."),
  cleanupPolicy: cleanupPolicy
    .optional()
    .describe("Whether old records are deleted, compacted by key, or both (cleanup.policy)."),
  segment: segment.optional().describe("When segments are closed; only closed segments are deleted or compacted."),
  compaction: compaction.optional().describe("How compaction works; only with a cleanupPolicy that compacts."),
  timestamps: timestamps.optional().describe("What the time of a record is; retention.time counts from it."),
  tiered: tiered.optional().describe("Remote storage; needs brokers that are set up for it and cleanupPolicy delete."),
  durability: durability.optional().describe("How safely records of this class must be stored."),
  bounds: bounds.optional().describe("What an EventTopic may override, and within which limits. Default: nothing."),
  appliesTo: appliesTo
    .optional()
    .describe(
      "The topics that this policy governs without being named by them: all parts given must match. Absent or " +
        "empty: none.",
    ),
  priority: whole(-1_000_000, 1_000_000)
    .optional()
    .describe("Decides among policies that select the same topic: the highest wins. Default: 0."),
  allowedNamespaces: z
    .object(namespaceSelection)
    .optional()
    .describe("Namespaces whose EventTopics may name this policy by retentionPolicyRef. Default: all."),
  changeGuard: changeGuard
    .optional()
    .describe(
      "What must happen before a change of these topics that makes records deletable. Default: approval by the " +
        "platform.",
    ),
  enforcement: oneOf("Enforce", "Audit")
    .optional()
    .describe(
      "Enforce: values reach the topics; Audit: nothing is changed, what would differ is reported. Default: Enforce.",
    ),
  suspend: z.boolean().optional().describe("Holds back every change that this policy would make. Default: false."),
});

const violation = z.object({
  namespace: text(63, 1).describe("Namespace of the EventTopic."),
  name: text(253, 1).describe("Name of the EventTopic."),
  message: text(2_048).describe("What differs or breaks a bound."),
});

const retentionPolicyStatus = z.object({
  ...commonStatus,
  topics: z
    .object({
      matched: count().optional().describe("EventTopics that this policy governs."),
      compliant: count().optional().describe("Those whose topic is as the policy says."),
      pending: count().optional().describe("Those with a change that waits for approval or its turn."),
    })
    .optional()
    .describe("EventTopics of this policy, counted at most every ten seconds."),
  violations: keyedList(violation, ["namespace", "name"], 20)
    .optional()
    .describe("The first twenty topics that differ from the policy or break its bounds."),
  rollout,
});

/** The kind, as its CRD, validation and reference page see it. */
export const retentionPolicy = defineKind({
  kind: "RetentionPolicy",
  plural: "retentionpolicies",
  singular: "retentionpolicy",
  shortNames: ["rp"],
  isNamespaced: false,
  description:
    "RetentionPolicy is a class of retention, owned by the platform: how long records are kept, how safely, what " +
    "topics " +
    "may override, and what must happen before a change lets Kafka delete records.",
  spec: retentionPolicySpec,
  status: retentionPolicyStatus,
  rules: [],
  columns: [
    ...READY_COLUMNS,
    { name: "Retention", type: "string", jsonPath: ".spec.retention.time", description: "How long records are kept." },
    { name: "Cleanup", type: "string", jsonPath: ".spec.cleanupPolicy", description: "Deleted, compacted, or both." },
    { name: "Topics", type: "integer", jsonPath: ".status.topics.matched", description: "EventTopics governed." },
    {
      name: "Compliant",
      type: "integer",
      jsonPath: ".status.topics.compliant",
      description: "Topics as the policy says.",
    },
    {
      name: "Enforcement",
      type: "string",
      jsonPath: ".spec.enforcement",
      description: "Enforce or Audit.",
      priority: 1,
    },
    { name: "Priority", type: "integer", jsonPath: ".spec.priority", description: "The highest wins.", priority: 1 },
    AGE_COLUMN,
  ],
  selectableFields: [],
});

export type RetentionPolicySpec = Immutable<z.infer<typeof retentionPolicySpec>>;
export type RetentionPolicyStatus = Immutable<z.infer<typeof retentionPolicyStatus>>;
export type RetentionPolicy = CustomResource<RetentionPolicySpec, RetentionPolicyStatus>;
