// Each bus as metrics: whether it is connected, to what, how its partitions are, and how many topics it serves. Labels
// are names of EventBuses and words of Kafka.

import type { Registry } from "prom-client";

import { scrapedGauges, type ScrapedGauge } from "./scraped-gauges.ts";

/** One bus at the moment of a scrape. */
export interface BusReading {
  readonly name: string;
  readonly topics: { readonly managed: number; readonly ready: number; readonly conflicting: number };
  /** Absent while nothing is connected: nothing is told of what is not seen. */
  readonly cluster?:
    | {
        readonly id: string;
        readonly version?: string | undefined;
        readonly brokers: readonly unknown[];
        readonly capabilities: readonly string[];
      }
    | undefined;
  /** When what the connection is secured with ends, milliseconds since the epoch. */
  readonly certificates?: { readonly ca?: number | undefined; readonly client?: number | undefined } | undefined;
  /** Absent before the first sweep. */
  readonly health?: { readonly offlinePartitions: number; readonly underReplicatedPartitions: number } | undefined;
}

const GAUGES: readonly ScrapedGauge<BusReading>[] = [
  {
    name: "connected",
    help: "1 while the cluster answers and is the expected one.",
    values: ({ cluster }) => [[{}, cluster === undefined ? 0 : 1]],
  },
  {
    name: "info",
    help: "1; the labels say what is connected.",
    labels: ["cluster_id", "kafka_version"],
    values: ({ cluster }) =>
      cluster === undefined ? [] : [[{ cluster_id: cluster.id, kafka_version: cluster.version ?? "" }, 1]],
  },
  {
    name: "capability",
    help: "1 for what the cluster can do and not every supported one can.",
    labels: ["capability"],
    values: ({ cluster }) => (cluster?.capabilities ?? []).map((capability) => [{ capability }, 1]),
  },
  {
    name: "brokers",
    help: "Brokers that the cluster names.",
    values: ({ cluster }) => (cluster === undefined ? [] : [[{}, cluster.brokers.length]]),
  },
  {
    name: "topics",
    help: "EventTopics that hold a topic (managed), those of them that are ready, those in conflict over a name.",
    labels: ["state"],
    values: ({ topics }) => Object.entries(topics).map(([state, count]) => [{ state }, count]),
  },
  {
    name: "certificate_expiry_timestamp_seconds",
    help: "When the operator's client certificate ends, and the CA certificate that is trusted longest.",
    labels: ["certificate"],
    values: ({ certificates = {} }) =>
      Object.entries(certificates).map(([certificate, ms]) => [{ certificate }, ms === undefined ? ms : ms / 1_000]),
  },
  {
    name: "offline_partitions",
    help: "Partitions of managed topics without a leader, as the last sweep found them.",
    values: ({ health }) => (health === undefined ? [] : [[{}, health.offlinePartitions]]),
  },
  {
    name: "under_replicated_partitions",
    help: "Partitions of managed topics with replicas out of sync, as the last sweep found them.",
    values: ({ health }) => (health === undefined ? [] : [[{}, health.underReplicatedPartitions]]),
  },
];

const SUBJECT = { prefix: "eventbus_bus_", labels: ["bus"], labelsOf: ({ name }: BusReading) => ({ bus: name }) };

/** `read` is asked at each scrape; a bus that it no longer names is shown no longer. */
export function busMetrics(registry: Registry, read: () => readonly BusReading[]): void {
  scrapedGauges(registry, SUBJECT, GAUGES, read);
}
