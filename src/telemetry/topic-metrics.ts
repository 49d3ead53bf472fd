// Managed topics as metrics, dead letters included: how their partitions are, and what they take on disk. Labels are names
// of EventBuses and of topics in Kafka.

import type { Registry } from "prom-client";

import { scrapedGauges, type ScrapedGauge } from "./scraped-gauges.ts";

/** One topic as the last sweep found it. */
export interface TopicMetricReading {
  readonly bus: string;
  readonly topic: string;
  readonly partitions: number;
  readonly offlinePartitions: number;
  readonly underReplicatedPartitions: number;
  /** Absent where it could not be read. */
  readonly logBytes?: number | undefined;
}

const GAUGES: readonly ScrapedGauge<TopicMetricReading>[] = [
  { name: "partitions", help: "Partitions of the topic.", values: ({ partitions }) => [[{}, partitions]] },
  {
    name: "offline_partitions",
    help: "Partitions of the topic without a leader.",
    values: ({ offlinePartitions }) => [[{}, offlinePartitions]],
  },
  {
    name: "under_replicated_partitions",
    help: "Partitions of the topic with replicas out of sync.",
    values: ({ underReplicatedPartitions }) => [[{}, underReplicatedPartitions]],
  },
  {
    name: "log_bytes",
    help: "Bytes on the brokers' disks, all replicas together, about a minute old; remote storage is not in it.",
    values: ({ logBytes }) => [[{}, logBytes]],
  },
];

const SUBJECT = {
  prefix: "eventbus_topic_",
  labels: ["bus", "topic"],
  labelsOf: ({ bus, topic }: TopicMetricReading) => ({ bus, topic }),
};

/** `read` is asked at each scrape; a topic that it no longer names is shown no longer. */
export function topicMetrics(registry: Registry, read: () => readonly TopicMetricReading[]): void {
  scrapedGauges(registry, SUBJECT, GAUGES, read);
}
