// docs/performance.md: what was promised, and what the last kept runs of the benchmarks measured (docs/bench/topics.json,
// docs/bench/groups.json). It judges figures and measures nothing.

import { existsSync, readFileSync } from "node:fs";

import { GROUP_FIGURE } from "../../bench/groups-figures.ts";
import { FIGURE } from "../../bench/topics-figures.ts";
import { table } from "./markdown.ts";

/** More of the machine than this, by the load average at the start, was not ours. */
const BUSY_LOAD = 0.5;

const MISSED = "**missed**";

interface Results {
  readonly conditions: Readonly<Record<string, string | number>>;
  readonly cases: readonly { readonly name: string; readonly figures: Readonly<Record<string, string | number>> }[];
}

type Figure = keyof typeof FIGURE;
type GroupFigure = keyof typeof GROUP_FIGURE;
type Read<F> = (name: string, figure: F) => number | undefined;

interface Budget<F = Figure> {
  readonly what: string;
  readonly strimzi?: string;
  readonly atLeast: string;
  /** By case and figure: what is shown, and the most that it may be (or the least). */
  readonly terms: readonly Term<F>[];
  /** Where a budget cannot be reached: the page that says why, from docs. */
  readonly whyMissed?: string;
}

interface Term<F> {
  readonly name: string;
  readonly figure: F;
  readonly shown: string;
  readonly most?: number | ((read: Read<F>) => number);
  readonly least?: number;
}

const BUDGETS: readonly Budget[] = [
  {
    what: "full-speed load with default settings, all Ready",
    strimzi: "shuts itself down at 1,000",
    atLeast: "1,000, and 10,000 of 1 partition",
    terms: [
      { name: "1k", figure: "lastReady", shown: "1,000 after % s" },
      { name: "10k", figure: "lastReady", shown: "10,000 after % s" },
    ],
  },
  {
    what: "last Ready, real Kafka",
    strimzi: "32–38 s (queue raised)",
    atLeast: "efficiency 0.6",
    terms: [
      { name: "1k", figure: "efficiency", shown: "%", least: 0.6 },
      { name: "1k", figure: "lastReady", shown: "% s" },
    ],
  },
  {
    what: "last Ready, stub in place of Kafka",
    strimzi: "–",
    atLeast: "efficiency 0.8",
    terms: [
      { name: "1k-stub", figure: "efficiency", shown: "%", least: 0.8 },
      { name: "1k-stub", figure: "lastReady", shown: "% s" },
    ],
  },
  {
    what: "API requests a created topic",
    strimzi: "4 reads + 2 writes",
    atLeast: "0 reads + 1 write",
    terms: [
      { name: "1k", figure: "gets", shown: "% reads", most: 0 },
      { name: "1k", figure: "writes", shown: "% writes", most: 1 },
    ],
  },
  {
    what: "one edit to Ready, p50 and p99",
    strimzi: "141 and 240 ms",
    atLeast: "the broker's own cost + 20 and 90 ms",
    terms: [
      { name: "1k", figure: "editP50", shown: "% ms", most: (read) => (read("1k", "brokerP50") ?? 0) + 20 },
      { name: "1k", figure: "brokerP50", shown: "broker % ms" },
      { name: "1k", figure: "editP99", shown: "% ms", most: (read) => (read("1k", "brokerP99") ?? 0) + 90 },
      { name: "1k", figure: "brokerP99", shown: "broker % ms" },
    ],
  },
  {
    what: "one edit during a cold start of 10,000",
    strimzi: "–",
    atLeast: "2 s",
    terms: [{ name: "10k-cold", figure: "liveEditMost", shown: "slowest % ms", most: 2_000 }],
  },
  {
    what: "100 edits at once",
    strimzi: "1.6 s",
    atLeast: "0.5 s",
    terms: [{ name: "1k", figure: "burst", shown: "% s", most: 0.5 }],
    whyMissed: "adr/0017-what-a-hundred-edits-cost.md",
  },
  {
    what: "restart with 1,000 as they should be",
    strimzi: "quiet after 9.7 s, 1,000 reads",
    atLeast: "3 s, no read, no write",
    terms: [
      { name: "1k", figure: "restart", shown: "% s", most: 3 },
      { name: "1k", figure: "restartGets", shown: "% reads", most: 0 },
      { name: "1k", figure: "restartWrites", shown: "% writes", most: 0 },
    ],
  },
  {
    what: "one idle pass over 1,000",
    strimzi: "1,000 reads, 2.4–2.9 CPU s",
    atLeast: "no API request, 1 describe per 100 topics, 0.3 CPU s",
    terms: [
      { name: "1k", figure: "passApi", shown: "% API requests", most: 0 },
      { name: "1k", figure: "passDescribes", shown: "% describes", most: 1 },
      { name: "1k", figure: "passCpu", shown: "% CPU s", most: 0.3 },
    ],
  },
  {
    what: "operator CPU for 1,000 creates",
    strimzi: "20–24 s",
    atLeast: "3 s",
    terms: [{ name: "1k", figure: "cpu", shown: "% s", most: 3 }],
  },
  {
    what: "peak memory with 1,000 and 10,000",
    strimzi: "217 MB and –",
    atLeast: "200 and 280 MB",
    terms: [
      { name: "1k", figure: "peakRss", shown: "% MB", most: 200 },
      { name: "1k", figure: "restartRss", shown: "after a restart % MB", most: 200 },
      { name: "10k", figure: "peakRss", shown: "% MB", most: 280 },
      { name: "10k", figure: "restartRss", shown: "after a restart % MB", most: 280 },
      { name: "1k", figure: "floorRss", shown: "imports alone % MB" },
    ],
  },
];

const GROUP_BUDGETS: readonly Budget<GroupFigure>[] = [
  {
    what: "full-speed load of 1,000, all Ready",
    atLeast: "–",
    terms: [{ name: "1k", figure: "lastReady", shown: "after % s" }],
  },
  {
    what: "API requests a created group",
    atLeast: "0 reads + 1 write",
    terms: [
      { name: "1k", figure: "gets", shown: "% reads", most: 0 },
      { name: "1k", figure: "writes", shown: "% writes", most: 1 },
    ],
  },
  {
    what: "one poll of 1,000, half of them behind, nothing new",
    atLeast: "a few dozen requests to Kafka, none to the API",
    terms: [
      { name: "1k", figure: "pollKafka", shown: "% to Kafka", most: 48 },
      { name: "1k", figure: "pollApi", shown: "% to the API", most: 0 },
      { name: "1k", figure: "pollCpu", shown: "% CPU s" },
    ],
  },
  {
    what: "while every lag moves",
    atLeast: "1 write a group and minute",
    terms: [
      { name: "1k", figure: "movingWrites", shown: "% writes", most: 1 },
      { name: "1k", figure: "movingKafka", shown: "% requests to Kafka a poll", most: 48 },
      { name: "1k", figure: "movingCpu", shown: "% CPU s a poll" },
    ],
  },
  {
    what: "restart with 1,000 as they should be",
    atLeast: "no read, no write",
    terms: [
      { name: "1k", figure: "restart", shown: "% s" },
      { name: "1k", figure: "restartGets", shown: "% reads", most: 0 },
      { name: "1k", figure: "restartWrites", shown: "% writes", most: 0 },
    ],
  },
  {
    what: "memory",
    atLeast: "–",
    terms: [
      { name: "1k", figure: "peakRss", shown: "peak % MB" },
      { name: "1k", figure: "movingRss", shown: "while every lag moves % MB" },
    ],
  },
];

export function performancePage(): string {
  const [topics, groups] = [resultsOf("topics"), resultsOf("groups")];
  return [
    HEAD,
    topics === undefined ? NOT_KEPT : topicsMeasured(topics),
    GROUPS_HEAD,
    groups === undefined ? NOT_KEPT : groupsMeasured(groups),
  ].join("\n");
}

function resultsOf(suite: string): Results | undefined {
  const file = new URL(`../../docs/bench/${suite}.json`, import.meta.url);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Results) : undefined;
}

function topicsMeasured(results: Results): string {
  const rows = BUDGETS.map((budget) => {
    const [what = "", ...measured] = rowOf(budget, results, FIGURE);
    return [what, budget.strimzi ?? "", ...measured];
  });
  const head = [
    "1,000 topics × 3 partitions × 3 configurations, unless said",
    "Strimzi 1.2.0",
    "at least",
    "measured",
    "",
  ];
  return sectionOf("topics", results, table(head, rows));
}

function groupsMeasured(results: Results): string {
  const rows = GROUP_BUDGETS.map((budget) => rowOf(budget, results, GROUP_FIGURE));
  const head = ["1,000 groups, each on a topic of 10 partitions", "at least", "measured", ""];
  return sectionOf("groups", results, table(head, rows));
}

function rowOf<F extends string>(
  { what, atLeast, terms, whyMissed }: Budget<F>,
  { cases }: Results,
  figures: Readonly<Record<F, string>>,
): string[] {
  const read: Read<F> = (name, figure) => {
    const value = cases.find((each) => each.name === name)?.figures[figures[figure]];
    return typeof value === "number" ? value : undefined;
  };
  const shown = terms.map((term) => term.shown.replace("%", show(read(term.name, term.figure))));
  const verdict = verdictOf(terms, read);
  const why = verdict === MISSED && whyMissed !== undefined ? `, [why](${whyMissed})` : "";
  return [what, atLeast, shown.join(", "), verdict + why];
}

function sectionOf(suite: string, { conditions }: Results, budgets: string): string {
  const load = Number(conditions["load average at start"]);
  const warning = load > BUSY_LOAD ? `${BUSY_NOTE.replace("%", String(load)).replace("<suite>", suite)}\n` : "";
  const facts = Object.entries(conditions).map(([name, value]) => `- ${name}: ${value}`);
  return [
    budgets,
    warning,
    `![Charts](bench/${suite}.svg)\n`,
    `All figures: [bench/${suite}.json](bench/${suite}.json). Measured under these conditions:\n\n${facts.join("\n")}\n`,
  ].join("\n");
}

function verdictOf<F>(terms: readonly Term<F>[], read: Read<F>): string {
  const verdicts = terms.map(({ name, figure, most, least }) => {
    const value = read(name, figure);
    if (value === undefined) return undefined;
    const highest = typeof most === "function" ? most(read) : (most ?? Infinity);
    return value <= highest && value >= (least ?? -Infinity);
  });
  if (verdicts.includes(false)) return MISSED;
  return verdicts.includes(undefined) ? "not measured" : "reached";
}

function show(value: number | undefined): string {
  if (value === undefined) return "–";
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}

const BUSY_NOTE =
  "**Other work ran on the machine while these figures were taken** (load average % at the start). Counts and CPU seconds hold " +
  "all the same; times are too long, and so are the bounds measured beside them. `npm run bench -- <suite> --keep` on a quiet " +
  "machine replaces them.\n";

const NOT_KEPT = "No run has been kept yet.\n";

const GROUPS_HEAD = `## Consumer groups

\`npm run bench -- groups\` does the same with ConsumerGroups: each names a topic of its own in Kafka, with records between 50
minutes and 13 hours old; every second group has read nothing of it. The groups have no members, so that a thousand consumers
are not measured along. One poll looks at all of them; here every five seconds, by default every two minutes.
`;

const HEAD = `<!-- Generated from docs/bench by hack/generate.ts; do not edit. -->

# Performance

\`npm run bench -- topics\` measures the operator at scale: as it ships, in a process of its own, with the rights of
\`config/rbac\`, on a real kube-apiserver with etcd and a real Kafka on the same machine; with \`stub\` the tests' Kafka in memory
stands behind its port, so that the API's side is seen alone. Times are what an independent watcher sees. With \`--keep\` the
results come here.

*Efficiency* is the least time over the time taken. The least time is the greatest of what the parts allow, each measured in the
same run, and the time of one lone create: creates and status writes by a client that does nothing else, all CPU seconds
spent by everybody over the number of cores, and Kafka's time for the batches. A lone edit costs what the broker needs for the
same change asked directly, and two trips to the API server.

Strimzi's figures are of its Topic Operator on the same kind of machine (two cores) with the same workload. How a later commit
compares, in turn on one machine, is in [verification](verification.md#the-topics-benchmark-two-commits-in-turn-on-a-slower-machine).
`;
