// The benchmark: npm run bench [-- suite [arguments]] [--keep]. Without a suite all of them, in the order of the table; with
// --keep the results go into docs/bench, and the pages that show them are renewed.

import { writeFiles } from "../hack/generated-files.ts";
import { publish, type BenchReport } from "./report.ts";

interface Suite {
  readonly does: string;
  /** Loaded only when it runs. Gets the arguments behind its name. */
  readonly load: () => Promise<(args: readonly string[]) => Promise<BenchReport>>;
}

const SUITES: Readonly<Record<string, Suite>> = {
  runtime: {
    does: "the controller runtime alone: N objects (default 1000 10000) through a reconciler that does nothing",
    load: async () => (await import("./runtime.ts")).benchRuntime,
  },
  topics: {
    does: "the operator with 100, 1,000 and 10,000 EventTopics on a real Kafka and on a stub (cases by name)",
    load: async () => (await import("./topics.ts")).benchTopics,
  },
  groups: {
    does: "the operator with 100 and 1,000 ConsumerGroups on topics of 10 partitions (cases by name)",
    load: async () => (await import("./groups.ts")).benchGroups,
  },
};

const given = process.argv.slice(2);
const isKept = given.includes("--keep");
const [name, ...args] = given.filter((argument) => argument !== "--keep");
if (name === undefined || Object.hasOwn(SUITES, name)) {
  for (const [suite, { load }] of Object.entries(SUITES)) {
    if (name !== undefined && name !== suite) continue;
    const run = await load();
    await publish(suite, await run(args), { isKept });
    if (isKept) await writeFiles(new URL("..", import.meta.url));
  }
} else {
  const known = Object.entries(SUITES).map(([suite, { does }]) => `  ${suite.padEnd(10)} ${does}`);
  console.error(`There is no suite "${name}". Suites:\n${known.join("\n")}`);
  process.exitCode = 2;
}
