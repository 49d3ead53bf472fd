// The composition root: builds the operator from its ports and decides nothing itself. Tests build it in the same way.

import { eventBus, type EventBus, type EventBusStatus } from "./api/event-bus.ts";
import { eventTopic, type EventTopic, type EventTopicStatus } from "./api/event-topic.ts";
import { ANNOTATION, FINALIZER } from "./api/group.ts";
import { parseDuration } from "./api/quantity.ts";
import { retentionPolicy, type RetentionPolicy, type RetentionPolicyStatus } from "./api/retention-policy.ts";
import { createCaches, type Caches } from "./caches.ts";
import { createGroupParts } from "./consumer-groups.ts";
import { holdUntilConnected, laneOf } from "./controllers/bus-lanes.ts";
import { BusRegistry } from "./controllers/bus-registry.ts";
import { Claims } from "./controllers/claims.ts";
import { CreationFacts } from "./controllers/creation-facts.ts";
import { forgetBus, reconcileBus, type BusWorld } from "./controllers/event-bus/kind.ts";
import { readBuses } from "./controllers/event-bus/readings.ts";
import { WrittenNumbers } from "./controllers/event-bus/written-numbers.ts";
import { Corrections } from "./controllers/event-topic/corrections.ts";
import { reconcileTopic, type TopicListeners } from "./controllers/event-topic/kind.ts";
import { foldTopicName, type TopicWorld } from "./controllers/event-topic/resolve.ts";
import { TopicSweepSource } from "./controllers/event-topic/sweep-source.ts";
import { claimRecorded, UNNAMED, wakesTopics } from "./controllers/event-topic/wakes.ts";
import { GroupUsage } from "./controllers/group-usage.ts";
import { leftBehindTellers, type LeftBehindTeller } from "./controllers/left-behind-teller.ts";
import { isSameGeneration, isSameVersion, LiveObjects } from "./controllers/live-objects.ts";
import { onTopicChange, reconcilePolicy } from "./controllers/retention-policy/kind.ts";
import { RolloutPacer } from "./controllers/rollout-pacer.ts";
import { StrimziTopics } from "./controllers/strimzi-topics.ts";
import { Sweep, type SweepSource } from "./controllers/sweep.ts";
import { Clusters } from "./kafka/clusters.ts";
import { oursBy, RUN_LIMITS, sharedOptions, type OperatorOptions, type Parts } from "./operator-parts.ts";
import { createController, type Controller } from "./runtime/controller.ts";
import { EventLoopCheck, hearingCheck, syncCheck } from "./runtime/health.ts";
import { Manager, type Runnable } from "./runtime/manager.ts";
import type { Settings } from "./settings.ts";
import { busMetrics } from "./telemetry/bus-metrics.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import { TelemetryServer } from "./telemetry/server.ts";

export interface Operator {
  /** Resolves when everything runs; on a standby, after it has taken over. */
  start(): Promise<void>;
  /** Never rejects. */
  stop(): Promise<void>;
  /** Port of the metrics server; 0 where there is none. */
  readonly metricsPort: number;
}

const DEFAULT_RESYNC_INTERVAL = "2m";
/** Time that runs under way get to end when the operator stops, milliseconds. */
const DRAIN_MS = 5_000;

export function createOperator(options: OperatorOptions): Operator {
  const { clock, leadership, metrics, settings } = options;
  const caches = createCaches({
    ...options,
    ...settings,
    resources: (type) => options.kubernetes.resources(type),
    timing: options.reflectorTiming,
  });
  const registry = new BusRegistry();
  const mayWrite = (busName: string, clusterId: string): boolean => {
    const link = registry.link(busName);
    return leadership.isLeaderNow() && link.kind === "connected" && link.cluster.id === clusterId;
  };
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
      ...createControllers({ ...options, caches, registry, clusters }),
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
  const buses = createBusController(parts, pacer);
  const tellers = leftBehindTellers({ ...parts, buses: caches.buses });
  const onOutage = (busName: string): void => buses.enqueue(busName, { reason: "outage" });
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
  const topics = createTopicController(parts, ledgers, {
    onOutage,
    onSeen: (key, observed) => swept.saw(key, observed),
    onLeftBehind: leaving(tellers.EventTopic),
  });
  const groups = createGroupParts(parts, { onOutage, onLeftBehind: leaving(tellers.ConsumerGroup) });
  for (const { queue } of [topics, groups.controller]) holdUntilConnected(caches.buses, registry, queue);
  const sweep = createSweep(parts, [swept, ...groups.sweepSources]);
  return [
    groups.poller,
    { name: "sweep", start: () => sweep.start(), stop: () => sweep.stop() },
    runnable(buses),
    // Before the first run: what was claimed before a restart is claimed still.
    { name: "claims", start: () => claimRecorded(caches.topics.list(), claims), stop: () => {} },
    { name: "group-claims", start: () => groups.claimRecorded(), stop: () => {} },
    { name: "rollout-pacer", start: () => {}, stop: () => pacer.stop() },
    runnable(topics),
    runnable(groups.controller),
    runnable(createPolicyController(parts, pacer)),
  ];
}

function createSweep({ caches, clock, registry }: Parts, sources: readonly SweepSource[]): Sweep {
  const intervalMs = (busName: string): number | undefined => resyncIntervalOf(caches.buses.get(busName));
  const sweep = new Sweep({ registry, sources, intervalMs, clock });
  caches.buses.subscribe(({ key, before, after }) => {
    if (before?.spec.resyncInterval !== after?.spec.resyncInterval) sweep.schedule(key);
  });
  return sweep;
}

function createBusController(parts: Parts, pacer: RolloutPacer): Controller {
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

/** What all runs of topics have in common beside the caches. */
type TopicLedgers = Pick<TopicWorld, "claims" | "pacer">;

function createLedgers({ clock }: Parts, enqueue: Controller["enqueue"]): TopicLedgers {
  return {
    claims: new Claims(foldTopicName, (keys) => {
      for (const key of keys) enqueue(key, { reason: "claim" });
    }),
    pacer: new RolloutPacer(clock, (key) => enqueue(key, { priority: "bulk", reason: "rollout" })),
  };
}

function createTopicController(parts: Parts, ledgers: TopicLedgers, listeners: TopicListeners): Controller {
  const { caches, registry } = parts;
  const world = createTopicWorld(parts, ledgers);
  return createController<EventTopic, EventTopicStatus>({
    ...sharedOptions(parts, "EventTopic"),
    name: "event-topic",
    resources: parts.kubernetes.resources<EventTopic>(eventTopic),
    store: caches.topics,
    reconcile: reconcileTopic(world, () => parts.clock.now(), listeners),
    onGone: (key) => {
      world.claims.remove(key);
      world.corrections.forget(key);
      world.pacer.conclude(key, "unused");
      listeners.onSeen(key, undefined);
    },
    annotations: [ANNOTATION.approve, ANNOTATION.confirmDeletion, ANNOTATION.creating],
    finalizer: FINALIZER,
    dependencies: wakesTopics(caches, registry),
    laneOf: (key) => laneOf(caches.topics.get(key), caches.buses),
    ...RUN_LIMITS,
  });
}

function createTopicWorld(parts: Parts, ledgers: TopicLedgers): TopicWorld {
  const { caches, clock, registry, settings } = parts;
  return {
    ...ledgers,
    buses: caches.buses,
    policies: caches.policies,
    kafkaTopics: new StrimziTopics(caches.kafkaTopics, settings.strimziNamespaces),
    groupsWithDeadLettersOf: (topicKey) => caches.consumerGroups.byIndex("deadLetterTopic", topicKey),
    link: (busName) => registry.link(busName),
    topicUsers: (busName, topicName) => registry.topicUsers(busName, topicName),
    live: liveObjects(parts),
    groups: new GroupUsage(),
    creationFacts: new CreationFacts(clock),
    corrections: new Corrections(clock),
    namespace: (name) => caches.namespaces.get(name)?.metadata,
    isOurs: oursBy(settings),
    unnamed: () => caches.topics.byIndex("unnamed", UNNAMED),
    isTerminating: (name) => caches.namespaces.get(name)?.metadata.deletionTimestamp !== undefined,
    deletionTimeoutMs: settings.deletionTimeoutMs,
  };
}

function liveObjects({ caches, kubernetes }: Parts): TopicWorld["live"] {
  return {
    topics: new LiveObjects(kubernetes.resources<EventTopic>(eventTopic), caches.topics, isSameVersion),
    buses: new LiveObjects(kubernetes.resources<EventBus>(eventBus), caches.buses, isSameGeneration),
    policies: new LiveObjects(
      kubernetes.resources<RetentionPolicy>(retentionPolicy),
      caches.policies,
      isSameGeneration,
    ),
  };
}

function createPolicyController(parts: Parts, pacer: RolloutPacer): Controller {
  const { caches } = parts;
  return createController<RetentionPolicy, RetentionPolicyStatus>({
    ...sharedOptions(parts, "RetentionPolicy"),
    name: "retention-policy",
    resources: parts.kubernetes.resources<RetentionPolicy>(retentionPolicy),
    store: caches.policies,
    reconcile: reconcilePolicy(caches.topics, pacer, () => parts.clock.now()),
    annotations: [ANNOTATION.approve],
    dependencies: [onTopicChange(caches.topics)],
    maxInFlight: 100,
  });
}

/** Milliseconds; undefined for a bus that is gone. */
function resyncIntervalOf(bus: EventBus | undefined): number | undefined {
  return bus === undefined ? undefined : parseDuration(bus.spec.resyncInterval ?? DEFAULT_RESYNC_INTERVAL);
}

function runnable(controller: Controller): Runnable {
  return { name: controller.name, start: () => controller.start(), stop: () => controller.stop(DRAIN_MS) };
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
