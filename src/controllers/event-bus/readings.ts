// What the metrics tell of each bus, read from memory when somebody asks.

import type { EventBus } from "../../api/event-bus.ts";
import type { BusReading } from "../../telemetry/bus-metrics.ts";
import type { BusWorld } from "./kind.ts";
import { countTopics } from "./topic-counts.ts";

export function readBuses(buses: readonly EventBus[], world: BusWorld): BusReading[] {
  return buses
    .filter((bus) => world.isOurs(bus))
    .map(({ metadata: { name } }) => {
      const link = world.registry.link(name);
      const topics = countTopics(world.topicsOf(name));
      const certificates = world.certificates.get(name);
      if (link.kind !== "connected") return { name, topics, certificates };
      return { name, topics, certificates, cluster: link.cluster, health: world.registry.health(name) };
    });
}
