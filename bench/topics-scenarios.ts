// What the topics benchmark does to an operator, scenario by scenario, and the figures of each. Every figure is a
// difference between two moments; nothing is asserted here.

import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

import { growth } from "./metrics-reading.ts";
import type { Latency } from "./object-load.ts";
import { costOf, type OperatorWorld, type Totals } from "./operator-world.ts";
import { percentile, type Figure } from "./report.ts";
import { BATCH, type ApiCeiling, type KafkaCeiling } from "./topics-ceilings.ts";
import { FIGURE } from "./topics-figures.ts";
import type { TopicShape } from "./topics-load.ts";

export type Figures = Record<string, Figure>;

const EDIT_PAUSE_MS = 50;
const LIVE_EDIT_PAUSE_MS = 250;
/** There before a cold start, to be edited during it. */
const LIVE_TOPICS = 50;
const SHORT_INTERVAL_SECONDS = 5;

export interface ScenarioOptions {
  readonly world: OperatorWorld<TopicShape>;
  readonly topics: number;
  readonly partitions: number;
  readonly api: ApiCeiling;
  /** Undefined for the stub. */
  readonly kafka: KafkaCeiling | undefined;
  /** Default 100. */
  readonly edits?: number;
  /** Idle passes to watch; default 6. */
  readonly passes?: number;
}

/** All topics are created as fast as the API server takes them, with the operator waiting. */
export async function arrival({ world, topics, partitions, api, kafka }: ScenarioOptions): Promise<Figures> {
  const { load } = world;
  const shape = { bus: world.bus, partitions };
  const firstSeconds = await loneCreate(world, topics, partitions);
  await world.quiet();
  const before = await world.totals();
  const startedAt = performance.now();
  const createSeconds = await load.create(0, topics, shape);
  const latencies = await load.allReady(0, topics);
  const seconds = (Math.max(...latencies.map(({ readyAt }) => readyAt)) - startedAt) / 1_000;
  const cpu = growth(before.cpuSeconds, (await world.totals()).cpuSeconds);
  await world.quiet();
  const after = await world.totals();
  const batchSeconds = (await kafka?.batchSeconds(topics, partitions)) ?? 0;
  const parts = {
    api: topics / api.createsPerSecond + topics / api.statusWritesPerSecond,
    cpu: sum(cpu.values()) / availableParallelism(),
    kafka: Math.ceil(topics / BATCH) * batchSeconds,
  };
  const leastSeconds = Math.max(parts.api, parts.cpu, parts.kafka) + firstSeconds;
  const waited = latencies.map(({ askedAt, readyAt }) => (readyAt - askedAt) / 1_000);
  return {
    [FIGURE.creates]: createSeconds,
    [FIGURE.lastReady]: seconds,
    [FIGURE.lastReadyAfterLastCreate]: seconds - createSeconds,
    [FIGURE.readyP50]: percentile(waited, 0.5),
    [FIGURE.readyP99]: percentile(waited, 0.99),
    [FIGURE.efficiency]: leastSeconds / seconds,
    [FIGURE.leastApi]: parts.api,
    [FIGURE.leastCpu]: parts.cpu,
    [FIGURE.cpuOf]: [...cpu].map(([name, seconds]) => `${name} ${seconds.toFixed(1)}`).join(", "),
    [FIGURE.leastKafka]: parts.kafka,
    [FIGURE.first]: firstSeconds,
    [FIGURE.createCeiling]: api.createsPerSecond,
    [FIGURE.writeCeiling]: api.statusWritesPerSecond,
    ...requestFigures(before, after, topics),
    [FIGURE.cpu]: after.operator.cpuSeconds - before.operator.cpuSeconds,
    [FIGURE.rss]: after.operator.rssMb,
    [FIGURE.peakRss]: after.operator.peakRssMb,
  };
}

/** Seconds from the create of one topic, with nothing else to do, to its Ready. */
async function loneCreate(
  { bus, load }: OperatorWorld<TopicShape>,
  index: number,
  partitions: number,
): Promise<number> {
  await load.create(index, index + 1, { bus, partitions });
  const [only] = await load.allReady(index, index + 1);
  return only === undefined ? NaN : (only.readyAt - only.askedAt) / 1_000;
}

function requestFigures(before: Totals, after: Totals, topics: number): Figures {
  const api = growth(before.apiRequests, after.apiRequests);
  const kafka = growth(before.kafkaRequests, after.kafkaRequests);
  const writes = ["patch", "update", "create", "delete"].reduce((sum, verb) => sum + (api.get(verb) ?? 0), 0);
  return {
    [FIGURE.gets]: (api.get("get") ?? 0) / topics,
    [FIGURE.writes]: writes / topics,
    [FIGURE.kafkaPerTopic]: sum(kafka.values()) / topics,
    [FIGURE.kafkaRequests]: [...kafka].map(([api, count]) => `${api} ${count}`).join(", ") || "none",
    [FIGURE.kafkaConnections]: after.kafkaConnections,
    [FIGURE.runs]: (after.runs - before.runs) / topics,
  };
}

/** One edit at a time, each with the broker's own cost of the same change measured beside it; then many at once. */
export async function edits(options: ScenarioOptions): Promise<Figures> {
  const { world, kafka, edits: count = 100 } = options;
  if (kafka === undefined) return {};
  await kafka.createOne();
  const brokers: number[] = [];
  const ours: number[] = [];
  for (let edit = 0; edit < count; edit += 1) {
    brokers.push(await kafka.alter());
    await sleep(EDIT_PAUSE_MS);
    ours.push(elapsed(await world.load.edit(edit, { retention: { time: "8d" } })));
    await sleep(EDIT_PAUSE_MS);
  }
  await world.quiet();
  return {
    [FIGURE.editP50]: percentile(ours, 0.5),
    [FIGURE.editP99]: percentile(ours, 0.99),
    [FIGURE.brokerP50]: percentile(brokers, 0.5),
    [FIGURE.brokerP99]: percentile(brokers, 0.99),
    ...(await editBurst(options, count)),
  };
}

async function editBurst({ world, api }: ScenarioOptions, count: number): Promise<Figures> {
  const before = await world.totals();
  const startedAt = performance.now();
  const burst = await Promise.all(
    Array.from({ length: count }, (_, index) => world.load.edit(index, { retention: { time: "9d" } })),
  );
  const seconds = (Math.max(...burst.map(({ readyAt }) => readyAt)) - startedAt) / 1_000;
  const after = await world.totals();
  const cpu = growth(before.cpuSeconds, after.cpuSeconds);
  const kafka = growth(before.kafkaRequests, after.kafkaRequests);
  const writes = count / api.editsPerSecond + count / api.statusWritesPerSecond;
  return {
    [FIGURE.burst]: seconds,
    [FIGURE.burstLeast]: Math.max(writes, sum(cpu.values()) / availableParallelism()),
    [FIGURE.burstWrites]: writes,
    [FIGURE.burstCpuOf]: [...cpu].map(([name, seconds]) => `${name} ${seconds.toFixed(2)}`).join(", "),
    [FIGURE.burstKafka]: [...kafka].map(([api, requests]) => `${api} ${requests}`).join(", "),
    [FIGURE.editCeiling]: api.editsPerSecond,
  };
}

/** The operator's process ends and comes back, with everything as it should be. */
export async function restart({ world, topics }: ScenarioOptions): Promise<Figures> {
  await world.quiet();
  await world.stopOperator();
  const before = new Map(await world.apiRequests());
  const startedAt = performance.now();
  await world.startOperator();
  const quietAt = await world.quiet(topics);
  const after = await world.totals();
  const api = growth(before, after.apiRequests);
  return {
    [FIGURE.restart]: (quietAt - startedAt) / 1_000,
    [FIGURE.restartGets]: api.get("get") ?? 0,
    [FIGURE.restartWrites]: (api.get("patch") ?? 0) + (api.get("update") ?? 0),
    [FIGURE.restartCpu]: after.operator.cpuSeconds,
    [FIGURE.restartRss]: after.operator.peakRssMb,
  };
}

/** Nothing changes; the sweep looks on at a short interval, once it is known what the process costs without it. */
export async function steadyState({ world, topics, passes = 6 }: ScenarioOptions): Promise<Figures> {
  const seconds = passes * SHORT_INTERVAL_SECONDS;
  await world.patchBus({ resyncInterval: "1h" });
  await world.quiet();
  const base = await costOf(world, seconds / 2);
  await world.patchBus({ resyncInterval: `${SHORT_INTERVAL_SECONDS}s` });
  await world.quiet();
  const swept = await costOf(world, seconds);
  const describes = growth(swept.before.kafkaRequests, swept.after.kafkaRequests);
  const chunks = Math.ceil((topics + 1) / BATCH);
  const seen = (describes.get("Metadata") ?? 0) / chunks;
  const api = growth(swept.before.apiRequests, swept.after.apiRequests);
  api.delete("watch");
  const cpuSeconds = swept.cpuSeconds - base.cpuSeconds * 2;
  return {
    [FIGURE.passes]: seen,
    [FIGURE.passApi]: sum(api.values()) / seen,
    [FIGURE.passRuns]: (swept.after.runs - swept.before.runs) / seen,
    [FIGURE.passDescribes]: (describes.get("DescribeConfigs") ?? 0) / seen / (topics / 100),
    [FIGURE.passCpu]: cpuSeconds / seen,
    [FIGURE.baseCpu]: base.cpuSeconds / (seconds / 2),
  };
}

/** The operator starts and finds all topics to be made, while somebody edits some that were there before. */
export async function coldStart({ world, topics, partitions }: ScenarioOptions): Promise<Figures> {
  const settled = LIVE_TOPICS;
  const shape = { bus: world.bus, partitions };
  await world.load.create(0, settled, shape);
  await world.load.allReady(0, settled);
  await world.stopOperator();
  await world.load.create(settled, settled + topics, shape);
  const startedAt = performance.now();
  await world.startOperator();
  await world.operator.ready();
  const all = world.load.allReady(settled, settled + topics);
  const live = await liveEdits(world, settled, all);
  const latencies = await all;
  return {
    [FIGURE.coldStart]: (Math.max(...latencies.map(({ readyAt }) => readyAt)) - startedAt) / 1_000,
    [FIGURE.liveEdits]: live.length,
    [FIGURE.liveEditP50]: percentile(live, 0.5),
    [FIGURE.liveEditMost]: Math.max(...live),
    [FIGURE.coldRss]: (await world.operator.costs()).peakRssMb,
  };
}

/** Milliseconds of each edit that ended before `all` did. */
async function liveEdits(world: OperatorWorld<TopicShape>, settled: number, all: Promise<unknown>): Promise<number[]> {
  const end = new AbortController();
  void all.finally(() => end.abort());
  const taken: number[] = [];
  for (let edit = 0; !end.signal.aborted; edit += 1) {
    const time = `${8 + Math.floor(edit / settled)}d`;
    taken.push(elapsed(await world.load.edit(edit % settled, { retention: { time } })));
    await sleep(LIVE_EDIT_PAUSE_MS);
  }
  return taken;
}

function elapsed({ askedAt, readyAt }: Latency): number {
  return readyAt - askedAt;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
