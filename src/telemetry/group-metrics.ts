// Declared consumer groups as metrics: how far behind they are, what is acceptable, and how near retention is. Labels are
// names that people gave: bus, namespace and name of the object, group and topic.

import type { Registry } from "prom-client";

import { scrapedGauges, type ScrapedGauge } from "./scraped-gauges.ts";

/** A group on one topic. What is not known is absent, and then there is no series. */
export interface GroupTopicReading {
  readonly topic: string;
  readonly lagRecords?: number | undefined;
  readonly timeLagSeconds?: number | undefined;
  readonly headroomSeconds?: number | undefined;
  readonly partitionsAtRisk?: number | undefined;
  readonly partitionsWithoutCommit?: number | undefined;
  readonly lostRecords?: number | undefined;
  /** By partition, where that is asked for. */
  readonly partitionLags?: readonly (number | undefined)[] | undefined;
}

/** One declared group at the moment of a scrape. */
export interface GroupMetricReading {
  readonly bus: string;
  readonly namespace: string;
  readonly name: string;
  readonly group: string;
  readonly state: string;
  readonly evaluation?: string | undefined;
  /** Absent where the group could not be asked. */
  readonly members?: number | undefined;
  readonly objectives: {
    readonly timeLagSeconds?: number | undefined;
    readonly lagRecords?: number | undefined;
    readonly headroomSeconds?: number | undefined;
  };
  readonly topics: readonly GroupTopicReading[];
}

type GroupGauge = ScrapedGauge<GroupMetricReading>;

/** As many as a ConsumerGroup may declare; one that declares none may have committed on any number. */
const TOPICS_MOST = 64;

function perTopic(name: string, help: string, value: (reading: GroupTopicReading) => number | undefined): GroupGauge {
  const values: GroupGauge["values"] = ({ topics }) =>
    topics.slice(0, TOPICS_MOST).map((reading) => [{ topic: reading.topic }, value(reading)]);
  return { name, help, labels: ["topic"], values };
}

function objective(name: string, help: string, key: keyof GroupMetricReading["objectives"]): GroupGauge {
  return { name: `slo_${name}`, help, values: ({ objectives }) => [[{}, objectives[key]]] };
}

const GAUGES: readonly GroupGauge[] = [
  {
    name: "state",
    help: "1 for the state that the group is in; Unknown while it cannot be asked.",
    labels: ["state"],
    values: ({ state }) => [[{ state }, 1]],
  },
  {
    name: "evaluation",
    help: "1 for how the group keeps up, by Burrow's rules.",
    labels: ["evaluation"],
    values: ({ evaluation }) => (evaluation === undefined ? [] : [[{ evaluation }, 1]]),
  },
  { name: "members", help: "Members of the group.", values: ({ members }) => [[{}, members]] },
  perTopic("lag_records", "Unread records.", ({ lagRecords }) => lagRecords),
  perTopic(
    "time_lag_seconds",
    "Age that the oldest unread record has at least.",
    ({ timeLagSeconds }) => timeLagSeconds,
  ),
  perTopic(
    "retention_headroom_seconds",
    "Least time until retention reaches the oldest unread record.",
    ({ headroomSeconds }) => headroomSeconds,
  ),
  perTopic(
    "partitions_at_risk",
    "Partitions below the objective for headroom, or that lost records.",
    ({ partitionsAtRisk }) => partitionsAtRisk,
  ),
  perTopic(
    "partitions_without_commit",
    "Partitions on which the group never committed.",
    ({ partitionsWithoutCommit }) => partitionsWithoutCommit,
  ),
  perTopic(
    "lost_records",
    "Records that were deleted before the group read them; 0 again once it has gone on.",
    ({ lostRecords }) => lostRecords,
  ),
  {
    name: "partition_lag_records",
    help: "Unread records of one partition; only with EVENTBUS_METRICS_DETAIL=partition.",
    labels: ["topic", "partition"],
    values: ({ topics }) =>
      topics
        .slice(0, TOPICS_MOST)
        .flatMap(({ topic, partitionLags = [] }) =>
          partitionLags.map((lag, partition) => [{ topic, partition: String(partition) }, lag] as const),
        ),
  },
  objective("time_lag_seconds", "Oldest that an unread record may get.", "timeLagSeconds"),
  objective("lag_records", "Most records that may be unread on all topics together.", "lagRecords"),
  objective("retention_headroom_seconds", "Least headroom to retention.", "headroomSeconds"),
];

const SUBJECT = {
  prefix: "eventbus_group_",
  labels: ["bus", "namespace", "name", "group"],
  labelsOf: ({ bus, namespace, name, group }: GroupMetricReading) => ({ bus, namespace, name, group }),
};

/** `read` is asked at each scrape; a group that it no longer names is shown no longer. */
export function groupMetrics(registry: Registry, read: () => readonly GroupMetricReading[]): void {
  scrapedGauges(registry, SUBJECT, GAUGES, read);
}
