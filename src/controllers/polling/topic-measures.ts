// What the sweep knows of managed topics, as metrics want it.

import type { TopicMetricReading } from "../../telemetry/topic-metrics.ts";
import type { BusRegistry } from "../bus-registry.ts";
import type { TopicSizes } from "./topic-sizes.ts";

/** None of a bus that is not connected: nothing is told of what is not seen. */
export function topicMeasures(
  buses: Iterable<{ readonly metadata: { readonly name: string } }>,
  registry: Pick<BusRegistry, "link" | "topicHealth">,
  sizes: Pick<TopicSizes, "of">,
): readonly TopicMetricReading[] {
  return [...buses].flatMap(({ metadata: { name: bus } }) => {
    if (registry.link(bus).kind !== "connected") return [];
    const topics = [...(registry.topicHealth(bus) ?? [])];
    return topics.map(([topic, health]) => ({ bus, topic, ...health, logBytes: sizes.of(bus, topic) }));
  });
}
