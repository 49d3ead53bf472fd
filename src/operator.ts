// The composition root: builds the operator from its ports and decides nothing itself. Tests build it in the same way.

import type { EventBus } from "./api/event-bus.ts";
import { parseDuration } from "./api/quantity.ts";
import { accessSweepSources, createAccessParts } from "./composition/access.ts";
import { createCaches, type Caches } from "./composition/caches.ts";
import { createGroupParts } from "./composition/consumer-groups.ts";
import { createBusParts } from "./composition/event-buses.ts";
import { createLedgers, createTopicController } from "./composition/event-topics.ts";
import { liveBuses, oursBy, writePermission, type OperatorOptions, type Parts } from "./composition/parts.ts";
import { createPolicyController } from "./composition/retention-policies.ts";
import { holdUntilConnected, recordedBus, type OnBus } from "./controllers/bus-lanes.ts";
import { BusRegistry } from "./controllers/bus-registry.ts";
import type { TopicListeners } from "./controllers/event-topic/kind.ts";
import { TopicSweepSource } from "./controllers/event-topic/sweep-source.ts";
import { claimRecorded } from "./controllers/event-topic/wakes.ts";
import { leftBehindTellers, type LeftBehindTeller } from "./controllers/left-behind-teller.ts";
import { countObjects, ownedTopics } from "./controllers/object-readings.ts";
import { OutageReports } from "./controllers/outage-reports.ts";
import { topicMeasures } from "./controllers/polling/topic-measures.ts";
import { TopicSizes } from "./controllers/polling/topic-sizes.ts";
import { Sweep, type SweepSource } from "./controllers/sweep.ts";
import { Clusters } from "./kafka/clusters.ts";
import type { Controller } from "./runtime/controller.ts";
import { EventLoopCheck, hearingCheck, syncCheck } from "./runtime/health.ts";
import { Manager, type Runnable } from "./runtime/manager.ts";
import type { Settings } from "./settings.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import { objectMetrics } from "./telemetry/object-metrics.ts";
import { TelemetryServer } from "./telemetry/server.ts";
import { topicMetrics } from "./telemetry/topic-metrics.ts";

export interface Operator {
  /** Resolves when everything runs; on a standby, after it has taken over. */
  start(): Promise<void>;
  /** Never rejects. */
  stop(): Promise<void>;
  /** Port of the metrics server; 0 where there is none. */
  readonly metricsPort: number;
}

const DEFAULT_RESYNC_INTERVAL = "2m";
/** Time that runs under way get to end when the operator stops, milliseconds: the successor waits for it. */
const DRAIN_MS = 1_500;

export function createOperator(options: OperatorOptions): Operator {
  const { clock, leadership, metrics, settings } = options;
  const caches = createCaches({
    ...options,
    ...settings,
    resources: (type) => options.kubernetes.resources(type),
    timing: options.reflectorTiming,
  });
  const registry = new BusRegistry();
  const mayWrite = writePermission(options, registry);
  const clusters = new Clusters({
    clock,
    connect: (busName, connection) => options.connect(connection, (clusterId) => mayWrite(busName, clusterId)),
  });
  const eventLoop = new EventLoopCheck(clock);
  const server = createServer(settings.metricsAddress, metrics, caches, eventLoop);
  const manager = new Manager({
    servers: [{ name: "event-loop-check", start: () => eventLoop.start(), stop: () => eventLoop.stop() }, ...server],
    caches: caches.reflectors,
    leadership,
    leaderRunnables: [
      { name: "kafka", start: () => {}, stop: () => clusters.closeAll() },
      ...createControllers({ ...options, caches, registry, clusters, mayWrite, liveBuses: liveBuses(options, caches) }),
    ],
    lastWords: [options.events],
    clock,
    log: options.log,
  });
  return {
    start: () => manager.start(),
    stop: () => manager.stop(),
    get metricsPort() {
      return server[0]?.port ?? 0;
    },
  };
}

/** In the order in which they start. */
function createControllers(parts: Parts): Runnable[] {
  const { caches, registry } = parts;
  const ledgers = createLedgers(parts, (key, options) => topics.enqueue(key, options));
  const { claims, pacer } = ledgers;
  const { controller: buses, secrets } = createBusParts(parts, ledgers);
  const tellers = leftBehindTellers({ ...parts, buses: caches.buses });
  const onOutage = outageReports(parts, buses);
  const leaving =
    (tell: LeftBehindTeller): LeftBehindTeller =>
    (object, left) => {
      const mayGo = tell(object, left);
      // The EventBus takes it up at its next run.
      if (!mayGo) buses.enqueue(object.status?.bus?.name ?? "", { reason: "left behind" });
      return mayGo;
    };
  const swept = new TopicSweepSource(caches.topics, registry, (key) =>
    topics.enqueue(key, { priority: "bulk", reason: "sweep" }),
  );
  const access = createAccessParts(parts);
  const onSeen: TopicListeners["onSeen"] = (key, topics) => swept.saw(key, topics);
  const ofTopics = { onOutage, onSeen, onLeftBehind: leaving(tellers.EventTopic) };
  const topics = createTopicController(parts, ledgers, ofTopics, access);
  const groups = createGroupParts(parts, { onOutage, onLeftBehind: leaving(tellers.ConsumerGroup) }, access);
  for (const { queue } of [topics, groups.controller]) holdUntilConnected(caches.buses, registry, queue);
  const rights = accessSweepSources(parts, access, { topics, groups: groups.controller });
  const sweep = createSweep(parts, [swept, ...groups.sweepSources, ...rights, createTopicSizes(parts)]);
  tellOfObjects(parts);
  return [
    groups.poller,
    { name: "sweep", start: () => sweep.start(), stop: () => sweep.stop() },
    secrets,
    // Before the first run: what was claimed before a restart is claimed still.
    { name: "claims", start: () => claimRecorded(caches.topics.list(), claims), stop: () => {} },
    { name: "group-claims", start: () => groups.claimRecorded(), stop: () => {} },
    { name: "rollout-pacer", start: () => {}, stop: () => pacer.stop() },
    runnable([buses, topics, groups.controller, createPolicyController(parts, ledgers)]),
  ];
}

/** Told by metrics, with what the sweep knows of each topic. */
function createTopicSizes({ caches, clock, metrics, registry }: Parts): TopicSizes {
  const sizes = new TopicSizes(registry, clock);
  topicMetrics(metrics.registry, () => topicMeasures(caches.buses.list(), registry, sizes));
  return sizes;
}

/** A standby tells nothing: what it holds is the leader's to tell. */
function tellOfObjects({ caches, leadership, metrics, settings }: Parts): void {
  const { buses, consumerGroups, policies, topics } = caches;
  const whileLeading = <T>(read: () => readonly T[]) => (leadership.isLeaderNow() ? read() : []);
  const isOurs = (object: OnBus): boolean => {
    const bus = buses.get(recordedBus(object) ?? "");
    return bus === undefined || oursBy(settings)(bus);
  };
  const all = () => [
    ...countObjects(buses.list().filter(oursBy(settings))),
    ...countObjects(policies.list()),
    ...[topics, consumerGroups].flatMap((store) => countObjects(store.list().filter(isOurs))),
  ];
  objectMetrics(
    metrics.registry,
    () => whileLeading(all),
    () => whileLeading(() => ownedTopics(topics.list().filter(isOurs))),
  );
}

function outageReports({ clock }: Parts, buses: Controller): (busName: string) => void {
  const reports = new OutageReports(clock, (name, afterMs) => buses.enqueue(name, { afterMs, reason: "outage" }));
  return (busName) => reports.report(busName);
}

function createSweep({ caches, clock, registry }: Parts, sources: readonly SweepSource[]): Sweep {
  const intervalMs = (busName: string): number | undefined => resyncIntervalOf(caches.buses.get(busName));
  const sweep = new Sweep({ registry, sources, intervalMs, clock });
  caches.buses.subscribe(({ key, before, after }) => {
    if (before?.spec.resyncInterval !== after?.spec.resyncInterval) sweep.schedule(key);
  });
  return sweep;
}

/** Milliseconds; undefined for a bus that is gone. */
function resyncIntervalOf(bus: EventBus | undefined): number | undefined {
  return bus === undefined ? undefined : parseDuration(bus.spec.resyncInterval ?? DEFAULT_RESYNC_INTERVAL);
}

/** Started in this order; drained together, since they have one time for it. */
function runnable(controllers: readonly Controller[]): Runnable {
  return {
    name: "controllers",
    start: () => controllers.forEach((controller) => controller.start()),
    stop: async () => void (await Promise.all(controllers.map((controller) => controller.stop(DRAIN_MS)))),
  };
}

/** None where no address is set. */
function createServer(
  address: Settings["metricsAddress"],
  { registry }: Metrics,
  { reflectors }: Caches,
  eventLoop: EventLoopCheck,
): TelemetryServer[] {
  if (address === undefined) return [];
  const server = new TelemetryServer({
    address,
    registry,
    liveness: [eventLoop, hearingCheck(reflectors)],
    readiness: [syncCheck(reflectors)],
  });
  return [server];
}
