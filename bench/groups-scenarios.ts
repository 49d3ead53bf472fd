// What the groups benchmark does to an operator, scenario by scenario, and the figures of each. Every figure is a difference
// between two moments; nothing is asserted here.

import { setTimeout as sleep } from "node:timers/promises";

import { GROUP_FIGURE as FIGURE } from "./groups-figures.ts";
import type { GroupShape, GroupsInKafka } from "./groups-load.ts";
import { growth } from "./metrics-reading.ts";
import { costOf, type Cost, type OperatorWorld } from "./operator-world.ts";
import { percentile } from "./report.ts";
import type { Figures } from "./topics-scenarios.ts";

const INTERVAL_SECONDS = 5;
/** More looks than a group is judged by: from then on nothing of it is new. */
const LOOKS = 11;

export interface GroupScenarioOptions {
  readonly world: OperatorWorld<GroupShape>;
  readonly kafka: GroupsInKafka;
  readonly groups: number;
  /** Polls to watch; default 6. */
  readonly passes?: number;
  /** For which every lag moves; default 2. */
  readonly minutes?: number;
}

/** All ConsumerGroups are created as fast as the API server takes them, with the operator waiting; nothing is polled. */
export async function arrival({ world, groups }: GroupScenarioOptions): Promise<Figures> {
  await world.patchBus({ resyncInterval: "1h" });
  await world.quiet();
  const before = await world.totals();
  const startedAt = performance.now();
  const createSeconds = await world.load.create(0, groups, { bus: world.bus });
  const latencies = await world.load.allReady(0, groups);
  await world.quiet();
  const after = await world.totals();
  const api = growth(before.apiRequests, after.apiRequests);
  const waited = latencies.map(({ askedAt, readyAt }) => (readyAt - askedAt) / 1_000);
  return {
    [FIGURE.creates]: createSeconds,
    [FIGURE.lastReady]: (Math.max(...latencies.map(({ readyAt }) => readyAt)) - startedAt) / 1_000,
    [FIGURE.readyP50]: percentile(waited, 0.5),
    [FIGURE.readyP99]: percentile(waited, 0.99),
    [FIGURE.gets]: (api.get("get") ?? 0) / groups,
    [FIGURE.writes]: writesIn(api) / groups,
    [FIGURE.kafka]: listed(growth(before.kafkaRequests, after.kafkaRequests)),
    [FIGURE.runs]: (after.runs - before.runs) / groups,
    [FIGURE.cpu]: after.operator.cpuSeconds - before.operator.cpuSeconds,
    [FIGURE.peakRss]: after.operator.peakRssMb,
  };
}

/** Nothing changes any more; the poller looks on at a short interval, once it is known what the process costs without it. */
export async function polls({ world, passes = 6 }: GroupScenarioOptions): Promise<Figures> {
  const seconds = passes * INTERVAL_SECONDS;
  await world.patchBus({ resyncInterval: "1h" });
  await world.quiet();
  const base = await costOf(world, seconds / 2);
  await world.patchBus({ resyncInterval: `${INTERVAL_SECONDS}s` });
  await polled(world, LOOKS);
  await world.quiet();
  const cost = await costOf(world, seconds);
  const seen = pollsIn(cost);
  const kafka = growth(cost.before.kafkaRequests, cost.after.kafkaRequests);
  const api = growth(cost.before.apiRequests, cost.after.apiRequests);
  api.delete("watch");
  return {
    [FIGURE.polls]: seen,
    [FIGURE.pollKafka]: sum(kafka.values()) / seen,
    [FIGURE.pollKafkaOf]: listed(new Map([...kafka].map(([name, count]) => [name, rounded(count / seen)]))),
    [FIGURE.pollApi]: sum(api.values()) / seen,
    [FIGURE.pollRuns]: (cost.after.runs - cost.before.runs) / seen,
    [FIGURE.pollCpu]: (cost.cpuSeconds - base.cpuSeconds * 2) / seen,
    [FIGURE.baseCpu]: base.cpuSeconds / (seconds / 2),
  };
}

/** The operator's process ends and comes back, with everything as it was. */
export async function restart({ world, groups }: GroupScenarioOptions): Promise<Figures> {
  await world.patchBus({ resyncInterval: "1h" });
  await world.quiet();
  await world.stopOperator();
  const before = new Map(await world.apiRequests());
  const startedAt = performance.now();
  await world.startOperator();
  const quietAt = await world.quiet(groups);
  const after = await world.totals();
  const api = growth(before, after.apiRequests);
  return {
    [FIGURE.restart]: (quietAt - startedAt) / 1_000,
    [FIGURE.restartGets]: api.get("get") ?? 0,
    [FIGURE.restartWrites]: writesIn(api),
    [FIGURE.restartCpu]: after.operator.cpuSeconds,
  };
}

/** Records come in on every partition and nobody reads: each poll finds every lag greater by more than a tenth at first. */
export async function moving({ world, groups, kafka, minutes = 2 }: GroupScenarioOptions): Promise<Figures> {
  await world.patchBus({ resyncInterval: `${INTERVAL_SECONDS}s` });
  const end = new AbortController();
  const producing = produceUntil(end.signal, kafka);
  try {
    // What changes once, since the group falls behind now, is not counted.
    await polled(world, LOOKS);
    const cost = await costOf(world, minutes * 60);
    const seen = pollsIn(cost);
    const api = growth(cost.before.apiRequests, cost.after.apiRequests);
    return {
      [FIGURE.movingPolls]: seen,
      [FIGURE.movingWrites]: writesIn(api) / groups / minutes,
      [FIGURE.movingKafka]: sum(growth(cost.before.kafkaRequests, cost.after.kafkaRequests).values()) / seen,
      [FIGURE.movingCpu]: cost.cpuSeconds / seen,
      [FIGURE.movingRss]: cost.after.operator.rssMb,
    };
  } finally {
    end.abort();
    await producing;
  }
}

async function produceUntil(signal: AbortSignal, kafka: GroupsInKafka): Promise<void> {
  while (!signal.aborted) {
    await kafka.produce();
    await sleep(INTERVAL_SECONDS * 1_000, undefined, { signal }).catch(() => {});
  }
}

/** So many more polls have begun. */
async function polled(world: OperatorWorld<GroupShape>, count: number): Promise<void> {
  const before = await world.totals();
  for (;;) {
    const { kafkaRequests } = await world.totals();
    if ((growth(before.kafkaRequests, kafkaRequests).get("ListGroups") ?? 0) >= count) return;
    await sleep(1_000);
  }
}

/** The one broker is asked for its groups once a poll. */
function pollsIn({ before, after }: Cost): number {
  return growth(before.kafkaRequests, after.kafkaRequests).get("ListGroups") ?? 0;
}

function writesIn(api: ReadonlyMap<string, number>): number {
  return ["patch", "update", "create", "delete"].reduce((total, verb) => total + (api.get(verb) ?? 0), 0);
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${name} ${count}`).join(", ") || "none";
}

function rounded(value: number): number {
  return Number(value.toFixed(1));
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
