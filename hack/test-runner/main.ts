// Runs the tests: static checks, then test files on several worker processes, each with an environment of its own.
// Everything that went wrong counts: a process that died, a file that ran nothing, one that took too long.

import { availableParallelism, totalmem } from "node:os";
import { parseArgs } from "node:util";

import { runStaticChecks } from "./static-checks.ts";
import { isLong, selectFiles, type Selection } from "./suites.ts";
import { Summary } from "./summary.ts";
import { WorkerProcess, type FileResult } from "./worker-process.ts";

const FILE_LIMIT_MS = { unit: 60_000, default: 5 * 60_000, long: 60 * 60_000 } as const;
/** A control plane with its caches, a Kafka, a probe, and Node. */
const WORKER_MEMORY_BYTES = 2.5 * 1024 ** 3;
const MAX_WORKERS = 4;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    unit: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    static: { type: "boolean", default: false },
    grep: { type: "string", short: "g" },
  },
});

const summary = new Summary();
const workers = new Set<WorkerProcess>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => interrupt(signal));

const tier: Selection["tier"] = values.unit ? "unit" : values.long ? "long" : "default";
const runsEverything = positionals.length === 0 && values.grep === undefined;
if (values.static || (runsEverything && tier !== "unit")) await runStaticChecks((result) => summary.add(result));
if (!values.static) await runFiles(selectFiles({ tier, paths: positionals }));
process.exitCode = summary.print() ? 0 : 1;

/** Each worker takes the next file when it is done with one, and is replaced when it has died. */
async function runFiles(files: readonly string[]): Promise<void> {
  const queue = [...files];
  const drain = async (): Promise<void> => {
    let worker = startWorker();
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      if (!worker.isUsable) {
        await dismiss(worker);
        worker = startWorker();
      }
      const limitMs = FILE_LIMIT_MS[isLong(file) ? "long" : tier];
      summary.add(judge(await worker.run(file, { grep: values.grep, limitMs })));
    }
    await dismiss(worker);
  };
  const count = Math.min(availableParallelism(), MAX_WORKERS, Math.floor(totalmem() / WORKER_MEMORY_BYTES) || 1);
  await Promise.all(Array.from({ length: Math.min(count, files.length) }, drain));
}

async function dismiss(worker: WorkerProcess): Promise<void> {
  const problem = await worker.finish();
  workers.delete(worker);
  if (problem !== undefined) summary.add(failureOf("(a worker)", problem));
}

function startWorker(): WorkerProcess {
  const worker = new WorkerProcess();
  workers.add(worker);
  return worker;
}

/** A file that ran nothing has not passed, unless the user has chosen tests by name. */
function judge(result: FileResult): FileResult {
  const ranNothing = result.passed === 0 && result.failures.length === 0;
  if (!ranNothing || values.grep !== undefined) return result;
  return { ...result, failures: [{ title: "(the whole file)", error: "It ran no test" }] };
}

function failureOf(file: string, error: string): FileResult {
  return { file, passed: 0, failures: [{ title: "(the process)", error }], durationMs: 0, output: "" };
}

/** What the workers have started ends with them. */
function interrupt(signal: NodeJS.Signals): void {
  for (const worker of workers) worker.kill();
  console.log(`\nInterrupted by ${signal}`);
  process.kill(process.pid, signal);
}
