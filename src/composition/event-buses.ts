// The part of the composition root that is about EventBuses: their controller and metrics. Decides nothing itself.

import { eventBus, type EventBus, type EventBusStatus } from "../api/event-bus.ts";
import { ANNOTATION } from "../api/group.ts";
import { declaredOrigin } from "../controllers/event-bus/declared-origin.ts";
import { forgetBus, reconcileBus, type BusWorld } from "../controllers/event-bus/kind.ts";
import { readBuses } from "../controllers/event-bus/readings.ts";
import { strimziGate, strimziOrigin } from "../controllers/event-bus/strimzi-origin.ts";
import { wakesBusesOnStrimzi } from "../controllers/event-bus/strimzi-wakes.ts";
import { WrittenNumbers } from "../controllers/event-bus/written-numbers.ts";
import { FollowedSecrets } from "../controllers/secrets/followed-secrets.ts";
import { SECRET, type Secret } from "../controllers/secrets/secret.ts";
import { createController, type Controller } from "../runtime/controller.ts";
import type { Runnable } from "../runtime/manager.ts";
import { busMetrics } from "../telemetry/bus-metrics.ts";
import type { TopicLedgers } from "./event-topics.ts";
import { oursBy, sharedOptions, type Parts } from "./parts.ts";

export interface BusParts {
  readonly controller: Controller;
  /** Ends after the controller. */
  readonly secrets: Runnable;
}

export function createBusParts(
  parts: Parts,
  { pacer, unwritten }: Pick<TopicLedgers, "pacer" | "unwritten">,
): BusParts {
  const { caches, ownNamespace, settings } = parts;
  const secretNamespace = settings.secretNamespace ?? ownNamespace;
  const secrets = followedSecrets(parts, [secretNamespace, ...settings.strimziNamespaces]);
  const world: BusWorld = {
    ...parts,
    secrets,
    certificates: new Map(),
    origins: [strimziGate(caches.strimzi), declaredOrigin(secretNamespace), strimziOrigin(caches.strimzi)],
    isOurs: oursBy(settings),
    topicsOf: (busName) => caches.topics.byIndex("bus", busName),
    guardedBy: (busName) => caches.topics.byIndex("guard", `EventBus/${busName}`),
    numbers: new WrittenNumbers(() => parts.clock.monotonic()),
    pacer,
    unwritten,
  };
  // A standby connects to nothing, which is no outage.
  busMetrics(parts.metrics.registry, () =>
    parts.leadership.isLeaderNow() ? readBuses(caches.buses.list(), world) : [],
  );
  const controller = createController<EventBus, EventBusStatus>({
    ...sharedOptions(parts, "EventBus"),
    name: "event-bus",
    resources: parts.kubernetes.resources<EventBus>(eventBus),
    store: caches.buses,
    reconcile: reconcileBus(world, () => parts.clock.now()),
    onGone: (key) => void forgetBus(key, world),
    annotations: [ANNOTATION.approve],
    dependencies: [secrets.wakes, ...wakesBusesOnStrimzi(caches.buses, caches.strimzi)],
    maxInFlight: 100,
    // A broken cluster is tried again soon, and never more than once a second.
    retry: { baseMs: 1_000, maxMs: 5_000 },
  });
  return { controller, secrets: { name: "secrets", start: () => {}, stop: () => secrets.stop() } };
}

function followedSecrets(parts: Parts, namespaces: readonly string[]): FollowedSecrets {
  const { log, metrics } = parts;
  return new FollowedSecrets({
    ...parts,
    resources: parts.kubernetes.resources<Secret>(SECRET),
    namespaces: new Set(namespaces),
    metrics: metrics.reflector("secrets"),
    timing: parts.reflectorTiming,
    onListenerError: (error) => {
      metrics.listenerFailed();
      log.error("A listener of a store threw; this is a bug", { error });
    },
  });
}
