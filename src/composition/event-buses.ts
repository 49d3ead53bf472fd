// The part of the composition root that is about EventBuses: their controller and metrics. Decides nothing itself.

import { eventBus, type EventBus, type EventBusStatus } from "../api/event-bus.ts";
import { ANNOTATION } from "../api/group.ts";
import { forgetBus, reconcileBus, type BusWorld } from "../controllers/event-bus/kind.ts";
import { readBuses } from "../controllers/event-bus/readings.ts";
import { WrittenNumbers } from "../controllers/event-bus/written-numbers.ts";
import type { RolloutPacer } from "../controllers/rollout/rollout-pacer.ts";
import { createController, type Controller } from "../runtime/controller.ts";
import { busMetrics } from "../telemetry/bus-metrics.ts";
import { oursBy, sharedOptions, type Parts } from "./parts.ts";

export function createBusController(parts: Parts, pacer: RolloutPacer): Controller {
  const { caches } = parts;
  const world: BusWorld = {
    ...parts,
    isOurs: oursBy(parts.settings),
    topicsOf: (busName) => caches.topics.byIndex("bus", busName),
    guardedBy: (busName) => caches.topics.byIndex("guard", `EventBus/${busName}`),
    numbers: new WrittenNumbers(() => parts.clock.monotonic()),
    pacer,
  };
  // A standby connects to nothing, which is no outage.
  busMetrics(parts.metrics.registry, () =>
    parts.leadership.isLeaderNow() ? readBuses(caches.buses.list(), world) : [],
  );
  return createController<EventBus, EventBusStatus>({
    ...sharedOptions(parts, "EventBus"),
    name: "event-bus",
    resources: parts.kubernetes.resources<EventBus>(eventBus),
    store: caches.buses,
    reconcile: reconcileBus(world, () => parts.clock.now()),
    onGone: (key) => void forgetBus(key, world),
    annotations: [ANNOTATION.approve],
    maxInFlight: 100,
    // A broken cluster is tried again soon, and never more than once a second.
    retry: { baseMs: 1_000, maxMs: 5_000 },
  });
}
