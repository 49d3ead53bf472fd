// What the controllers of the composition root are built from, and what they have in common. Part of the composition
// root; decides nothing.

import { CONDITION_TYPES, type READY_REASONS } from "../api/conditions.ts";
import type { KubernetesObject } from "../api/custom-resource.ts";
import { eventBus, type EventBus } from "../api/event-bus.ts";
import { REQUEST_ANNOTATIONS } from "../api/group.ts";
import type { BusBoundWorld } from "../controllers/bus-bound.ts";
import type { BusRegistry } from "../controllers/bus-registry.ts";
import { isSameGeneration, LiveObjects } from "../controllers/live-objects.ts";
import { matchesLabels } from "../domain/label-selector.ts";
import type { KafkaAdmin } from "../kafka/admin.ts";
import type { Clusters } from "../kafka/clusters.ts";
import type { ConnectionSettings } from "../kafka/model/connection.ts";
import type { EventRecorder } from "../kubernetes/events.ts";
import type { Resources, ResourceType } from "../kubernetes/resources.ts";
import type { Clock } from "../runtime/clock.ts";
import type { ControllerOptions } from "../runtime/controller.ts";
import type { Leadership } from "../runtime/leader-election.ts";
import type { Runnable } from "../runtime/manager.ts";
import type { ReflectorTiming } from "../runtime/reflector.ts";
import type { Settings } from "../settings.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Caches } from "./caches.ts";

export interface OperatorOptions {
  readonly kubernetes: { resources<T extends KubernetesObject>(type: ResourceType): Resources<T> };
  readonly events: EventRecorder & Runnable;
  readonly leadership: Leadership;
  /** Connects to the cluster of a bus; `mayWrite` is asked whenever a write is put on the wire. */
  connect(settings: ConnectionSettings, mayWrite: (clusterId: string) => boolean): KafkaAdmin;
  readonly settings: Settings;
  /** Where the operator itself lives. */
  readonly ownNamespace: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly reflectorTiming?: Partial<ReflectorTiming> | undefined;
  /** Applied to every object before it is kept; tests freeze here. */
  readonly onKeep?: ((object: KubernetesObject) => void) | undefined;
}

export interface Parts extends OperatorOptions {
  readonly caches: Caches;
  readonly registry: BusRegistry;
  readonly clusters: Clusters;
  /** Shared, so that runs that ask for one bus at a time share a request. */
  readonly liveBuses: LiveObjects<EventBus>;
  /** This process leads, and the bus still leads to this cluster. */
  readonly mayWrite: (busName: string, clusterId: string) => boolean;
}

export function liveBuses({ clock, kubernetes }: OperatorOptions, { buses }: Caches): LiveObjects<EventBus> {
  return new LiveObjects(kubernetes.resources<EventBus>(eventBus), buses, isSameGeneration, clock);
}

/** Where objects that live on a bus are resolved. */
export function busBoundWorld({ caches, registry, settings }: Parts): BusBoundWorld {
  const { buses, namespaces } = caches;
  return {
    buses,
    link: (busName) => registry.link(busName),
    isOurs: oursBy(settings),
    namespace: (name) => namespaces.get(name)?.metadata,
    isTerminating: (name) => namespaces.get(name)?.metadata.deletionTimestamp !== undefined,
    deletionTimeoutMs: settings.deletionTimeoutMs,
  };
}

/** Runs at once over all buses and a bus; a run is a promise, so the narrow places are the requests, not these. */
const MAX_RUNS = 2_000;
const MAX_RUNS_PER_BUS = 1_000;
/** What starts together asks Kafka together: one by one, as each status is written, would be a request for each topic. */
const BULK_RUNS_PER_BUS = { most: 750, againAt: 375 };
const RUN_DEADLINE_MS = 60_000;

/** Limits of controllers whose objects live on buses. */
export const RUN_LIMITS = {
  maxInFlight: MAX_RUNS,
  laneLimit: (): number => MAX_RUNS_PER_BUS,
  bulkLimit: BULK_RUNS_PER_BUS,
};

/** What the controllers of all kinds have in common. */
export function sharedOptions(
  { clock, events, leadership, log, metrics }: OperatorOptions,
  kind: keyof typeof READY_REASONS,
): Pick<
  ControllerOptions<never, never>,
  "clock" | "events" | "leadership" | "log" | "metrics" | "conditionTypes" | "requestAnnotations" | "deadlineMs"
> {
  const owned = Object.entries(CONDITION_TYPES).filter(([, { kinds }]) => (kinds as readonly string[]).includes(kind));
  return {
    clock,
    events,
    log,
    metrics,
    leadership,
    conditionTypes: owned.map(([type]) => type),
    requestAnnotations: REQUEST_ANNOTATIONS,
    deadlineMs: RUN_DEADLINE_MS,
  };
}

/** Whether what belongs to a cluster may be changed for a bus, at this very moment. */
export function writePermission(
  { leadership }: Pick<OperatorOptions, "leadership">,
  registry: BusRegistry,
): (busName: string, clusterId: string) => boolean {
  return (busName, clusterId) => {
    const link = registry.link(busName);
    return leadership.isLeaderNow() && link.kind === "connected" && link.cluster.id === clusterId;
  };
}

export function oursBy({ busSelector }: Settings): (bus: EventBus) => boolean {
  return (bus) => matchesLabels(busSelector, bus.metadata.labels);
}
