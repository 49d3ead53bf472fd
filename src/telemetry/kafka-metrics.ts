// What the Kafka adapter tells of its traffic, as metrics. Labels come from closed sets: Kafka's names of requests.

import type { Registry } from "prom-client";

import { MetricFactory } from "./metric-factory.ts";

const DURATION_BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface KafkaMetrics {
  onRequest(event: { readonly api: string; readonly durationMs: number; readonly outcome: string }): void;
  onConnection(event: { readonly outcome: string }): void;
}

/** Requests on the wire by Kafka's name of the request and how they ended, and connections opened, failed and closed. */
export function kafkaMetrics(registry: Registry): KafkaMetrics {
  const make = new MetricFactory(registry);
  const requests = make.counter("eventbus_kafka_requests_total", "Requests to Kafka brokers.", "api", "outcome");
  const seconds = make.histogram(
    DURATION_BUCKETS,
    "eventbus_kafka_request_duration_seconds",
    "Time from writing a request to its answer, or to the loss of its connection.",
    "api",
  );
  const connections = make.counter("eventbus_kafka_connections_total", "Connections to Kafka brokers.", "outcome");
  for (const outcome of ["opened", "failed", "closed"]) connections.inc({ outcome }, 0);
  return {
    onRequest: ({ api, durationMs, outcome }) => {
      requests.inc({ api, outcome });
      seconds.observe({ api }, durationMs / 1_000);
    },
    onConnection: ({ outcome }) => connections.inc({ outcome }),
  };
}
