// Status of a ConsumerGroup: what Kafka says of the group, and how it keeps up. Bounds only.

import { z } from "zod";

import { accessRecord } from "./access-record.ts";
import { count, keyedList, setOf, text } from "./fields.ts";
import { busRecord, commonStatus, timestamp } from "./status.ts";

const topic = z.object({
  topic: text(249, 1).describe("Name of the topic in Kafka."),
  lag: count().optional().describe("Unread records, rounded to two digits."),
  timeLag: text(32).optional().describe("Age of the oldest unread record, rounded."),
  partitionsWithoutCommit: count().optional().describe("Partitions on which the group never committed."),
  initialized: z
    .boolean()
    .optional()
    .describe(
      "Where initialOffsets is set: the group has a beginning on the topic, given by it or found there; never again then.",
    ),
  initializing: timestamp()
    .optional()
    .describe("Since when initialOffsets is being applied: recorded before the first commit, gone after the last."),
  initializedPartitions: count()
    .optional()
    .describe("Partitions that have a beginning; those that appear later are begun at their first record."),
});

const headroom = z.object({
  seconds: count().optional().describe("Time until retention reaches unread records, on the partition nearest to it."),
  partitionsAtRisk: count().optional().describe("Partitions below slo.minRetentionHeadroom."),
  lostRecords: count()
    .optional()
    .describe("Records that retention deleted before the group read them, rounded to two digits."),
});

export const consumerGroupStatus = z.object({
  ...commonStatus,
  bus: busRecord,
  state: text(64)
    .optional()
    .describe(
      "State of the group: Absent, Empty, PreparingRebalance, CompletingRebalance, Assigning, Reconciling, Stable, " +
        "Dead, " +
        "NotReady or Unknown.",
    ),
  type: text(64).optional().describe("Protocol of the group: classic, consumer, share, streams or unknown."),
  members: count().optional().describe("Members of the group."),
  topics: keyedList(topic, ["topic"], 64).optional().describe("Lag on each topic."),
  evaluation: text(64)
    .optional()
    .describe("How the group keeps up, by Burrow's rules: OK, Slow, Stalled, Stopped, Rewound, NoCommits or Unknown."),
  headroom: headroom.optional().describe("Distance between what is unread and what retention deletes."),
  access: accessRecord,
  managedKeys: setOf(text(249, 1), 64)
    .optional()
    .describe("Keys of the group's configuration in Kafka that were set by spec.groupConfig."),
  binding: z
    .object({ name: text(253, 1).describe("Name of the Secret.") })
    .optional()
    .describe("The Secret with the client settings (Service Binding's provisioned-service contract)."),
});
