// The operator at scale: many EventTopics on a real API server and a real Kafka, or with a stub in its place, so that the
// API's side is seen alone. `topics [cases…] [--cpu-prof folder]`, by default all but the smoke test.

import { execFile } from "node:child_process";
import { parseArgs, promisify } from "node:util";

import { NODE_FLAGS } from "../hack/shipped-form.ts";
import { Bundles } from "./operator-process.ts";
import { chartsOf, chosenCases, measureCases, operatorConditions } from "./operator-suite.ts";
import { OperatorWorld, type Backend, type Programs } from "./operator-world.ts";
import type { BenchReport } from "./report.ts";
import { KafkaCeiling, measureApiCeiling } from "./topics-ceilings.ts";
import { FIGURE } from "./topics-figures.ts";
import { EVENT_TOPICS } from "./topics-load.ts";
import { arrival, coldStart, edits, restart, steadyState, type Figures } from "./topics-scenarios.ts";

const SCENARIOS = { arrival, edits, restart, steadyState, coldStart } as const;

interface CaseOptions {
  readonly name: string;
  readonly topics: number;
  readonly partitions: number;
  readonly backend: Backend;
  readonly scenarios: readonly (keyof typeof SCENARIOS)[];
  /** Default 100. */
  readonly edits?: number;
  /** Idle passes to watch; default 6. */
  readonly passes?: number;
  /** Only where it is asked for. */
  readonly isExtra?: boolean;
}

const CASES: readonly CaseOptions[] = [
  {
    name: "smoke",
    topics: 20,
    partitions: 3,
    backend: "Kafka",
    scenarios: ["arrival", "edits", "restart", "steadyState"],
    edits: 5,
    passes: 1,
    isExtra: true,
  },
  { name: "100", topics: 100, partitions: 3, backend: "Kafka", scenarios: ["arrival", "restart"] },
  {
    name: "1k",
    topics: 1_000,
    partitions: 3,
    backend: "Kafka",
    scenarios: ["arrival", "edits", "restart", "steadyState"],
  },
  { name: "1k-stub", topics: 1_000, partitions: 3, backend: "stub", scenarios: ["arrival"] },
  { name: "10k", topics: 10_000, partitions: 1, backend: "Kafka", scenarios: ["arrival", "restart", "steadyState"] },
  { name: "10k-stub", topics: 10_000, partitions: 1, backend: "stub", scenarios: ["arrival"] },
  { name: "10k-cold", topics: 10_000, partitions: 1, backend: "Kafka", scenarios: ["coldStart"] },
];

const CHARTS = [
  { title: "Last Ready after the first create", unit: "s", figure: FIGURE.lastReady },
  { title: "Efficiency", unit: "least time / time", figure: FIGURE.efficiency },
  { title: "Operator's peak RSS", unit: "MB", figure: FIGURE.peakRss },
];

const CEILING_OBJECTS = 2_000;

export async function benchTopics(args: readonly string[]): Promise<BenchReport> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { "cpu-prof": { type: "string" } },
    allowPositionals: true,
  });
  const chosen = chosenCases(CASES, positionals);
  const conditions = operatorConditions();
  await using bundles = await Bundles.open();
  const programs = {
    operator: await bundles.bundle("src/main.ts"),
    stub: await bundles.bundle("bench/stub-operator.ts"),
  };
  const floor = await importFloor(await bundles.bundle("bench/import-floor.ts"));
  const cases = await measureCases(
    chosen,
    ({ topics, scenarios }) => `${topics} topics, ${scenarios.join(", ")}`,
    async (options) => ({ ...(await measure(options, programs, values["cpu-prof"])), [FIGURE.floorRss]: floor }),
  );
  return {
    title: "EventTopics at scale",
    conditions,
    cases,
    charts: chartsOf(cases, CHARTS),
  };
}

async function measure(options: CaseOptions, programs: Programs, profileFolder?: string): Promise<Figures> {
  const { topics, backend, scenarios } = options;
  await using world = await OperatorWorld.open(backend, programs, EVENT_TOPICS, profileFolder);
  await using kafka = world.kafka && new KafkaCeiling(world.kafka.bootstrapServers, world.kafka.clusterId);
  const api = await measureApiCeiling(world.controlPlane, Math.min(CEILING_OBJECTS, topics * 2));
  await world.startOperator();
  await world.operator.ready();
  await world.busReady();
  const figures: Figures = {};
  for (const scenario of scenarios) {
    console.error(`  ${scenario}`);
    Object.assign(figures, await SCENARIOS[scenario]({ ...options, world, api, kafka }));
  }
  return figures;
}

/** Megabytes. */
async function importFloor(program: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [...NODE_FLAGS, program]);
  return Number(stdout) / 1024 ** 2;
}
