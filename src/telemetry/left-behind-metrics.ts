// What stayed in Kafka, as a metric.

import type { Registry } from "prom-client";

import { MetricFactory } from "./metric-factory.ts";

/** Counts one; every kind is there from the start. */
export function leftBehindCounter<Kind extends string>(
  registry: Registry,
  kinds: readonly Kind[],
): (kind: Kind) => void {
  const counter = new MetricFactory(registry).counter(
    "eventbus_left_behind_total",
    "Topics and groups that stayed in Kafka when their object was deleted with deletionPolicy Delete.",
    "kind",
  );
  for (const kind of kinds) counter.inc({ kind }, 0);
  return (kind) => counter.inc({ kind });
}
