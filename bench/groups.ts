// The operator with many ConsumerGroups on a real API server and a real Kafka: `groups [cases…] [--cpu-prof folder]`, by
// default all but the smoke test. Nobody is a member of them: what is measured is the operator, not a thousand consumers.

import { parseArgs } from "node:util";

import { GROUP_FIGURE } from "./groups-figures.ts";
import { CONSUMER_GROUPS, GroupsInKafka } from "./groups-load.ts";
import { arrival, moving, polls, restart } from "./groups-scenarios.ts";
import { Bundles } from "./operator-process.ts";
import { chartsOf, chosenCases, measureCases, operatorConditions } from "./operator-suite.ts";
import { OperatorWorld } from "./operator-world.ts";
import type { BenchReport } from "./report.ts";
import type { Figures } from "./topics-scenarios.ts";

const SCENARIOS = { arrival, polls, restart, moving } as const;

interface CaseOptions {
  readonly name: string;
  readonly groups: number;
  /** Of each group's topic. */
  readonly partitions: number;
  readonly scenarios: readonly (keyof typeof SCENARIOS)[];
  readonly passes?: number;
  readonly minutes?: number;
  readonly isExtra?: boolean;
}

const CASES: readonly CaseOptions[] = [
  {
    name: "smoke",
    groups: 20,
    partitions: 3,
    scenarios: ["arrival", "polls", "restart", "moving"],
    passes: 2,
    minutes: 0.25,
    isExtra: true,
  },
  { name: "100", groups: 100, partitions: 10, scenarios: ["arrival", "polls"] },
  { name: "1k", groups: 1_000, partitions: 10, scenarios: ["arrival", "polls", "restart", "moving"] },
];

const CHARTS = [
  { title: "Last Ready after the first create", unit: "s", figure: GROUP_FIGURE.lastReady },
  { title: "Kafka requests a poll", unit: "requests", figure: GROUP_FIGURE.pollKafka },
  { title: "Operator's CPU a poll", unit: "s", figure: GROUP_FIGURE.pollCpu },
];

export async function benchGroups(args: readonly string[]): Promise<BenchReport> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { "cpu-prof": { type: "string" } },
    allowPositionals: true,
  });
  const chosen = chosenCases(CASES, positionals);
  const conditions = operatorConditions();
  await using bundles = await Bundles.open();
  const program = await bundles.bundle("src/main.ts");
  const cases = await measureCases(
    chosen,
    ({ groups, scenarios }) => `${groups} groups, ${scenarios.join(", ")}`,
    (options) => measure(options, program, values["cpu-prof"]),
  );
  return { title: "ConsumerGroups at scale", conditions, cases, charts: chartsOf(cases, CHARTS) };
}

async function measure(options: CaseOptions, program: string, profileFolder?: string): Promise<Figures> {
  const { groups, partitions, scenarios } = options;
  const programs = { operator: program, stub: program };
  await using world = await OperatorWorld.open("Kafka", programs, CONSUMER_GROUPS, profileFolder);
  if (world.kafka === undefined) throw new Error("The groups benchmark needs a real Kafka");
  await using kafka = await GroupsInKafka.open(world.kafka, groups, partitions);
  await world.startOperator();
  await world.operator.ready();
  await world.busReady();
  const figures: Figures = {};
  for (const scenario of scenarios) {
    console.error(`  ${scenario}`);
    Object.assign(figures, await SCENARIOS[scenario]({ ...options, world, kafka }));
  }
  return figures;
}
