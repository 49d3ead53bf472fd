// What the runtime itself costs: N objects through a reconciler that does nothing, on a real API server, seen by an
// independent watcher, against the rate at which the same API server takes the same writes from a dumb generator.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { build } from "esbuild";

import { startControlPlane, type ControlPlane } from "../test/environment/control-plane.ts";
import { grantWidgets } from "../test/fakes/widget-rights.ts";
import { WIDGET_CRD } from "../test/fakes/widget.ts";
import type { CostReport } from "./null-operator.ts";
import type { BenchCase, BenchReport } from "./report.ts";
import { WidgetLoad } from "./widget-load.ts";

const QUIET_SECONDS = 10;
const CEILING_OBJECTS = 2_000;

interface Result {
  readonly objects: number;
  readonly mode: "present" | "arriving";
  /** From the start (present: of the operator's process; arriving: of the first create) to the last status seen. */
  readonly seconds: number;
  /** Of these, until the operator's process was loaded and its store filled. */
  readonly firstSeconds: number;
  readonly ceilingPerSecond: number;
  readonly createsPerSecond: number;
  /** The least time that this API server allows, by the rates measured here, over the time taken. */
  readonly efficiency: number;
  readonly writesPerObject: number;
  readonly readsPerObject: number;
  readonly connections: number;
  readonly cpuSeconds: number;
  readonly rssMb: { readonly loaded: number; readonly synced: number; readonly peak: number };
  readonly quiet: { readonly requests: number; readonly runs: number; readonly cpuSeconds: number };
}

/** The operator's process. */
class NullOperator {
  readonly #child: ChildProcess;
  #loaded: CostReport | undefined;
  #synced: CostReport | undefined;

  constructor(program: string, kubeconfig: string, namespace: string) {
    this.#child = fork(program, [kubeconfig, namespace], { stdio: "inherit" });
  }

  async ready(): Promise<{ loaded: CostReport; synced: CostReport }> {
    this.#loaded = (await this.#message("loaded")).costs;
    this.#synced = (await this.#message("synced")).costs;
    return { loaded: this.#loaded, synced: this.#synced };
  }

  async report(): Promise<CostReport> {
    this.#child.send("report");
    return (await this.#message("report")).costs;
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }

  async #message(kind: string): Promise<{ kind: string; costs: CostReport }> {
    for (;;) {
      const [message] = (await once(this.#child, "message")) as [{ kind: string; costs: CostReport }];
      if (message.kind === kind) return message;
    }
  }
}

async function measure(
  controlPlane: ControlPlane,
  program: string,
  { objects, mode }: { readonly objects: number; readonly mode: Result["mode"] },
): Promise<Result> {
  const namespace = `bench-${mode}-${objects}`;
  const kubeconfig = await grantWidgets(controlPlane, namespace);
  const load = new WidgetLoad(controlPlane, namespace);
  const ceiling = new WidgetLoad(controlPlane, `${namespace}-ceiling`);
  await grantWidgets(controlPlane, `${namespace}-ceiling`);
  const ceilingPerSecond = await ceiling.measureCeiling(CEILING_OBJECTS);
  const seen = await load.watchStatuses(objects);
  const createSeconds = mode === "present" ? await load.create(objects) : 0;
  const startedAt = performance.now();
  const operator = new NullOperator(program, kubeconfig, namespace);
  const { loaded, synced } = await operator.ready();
  const firstSeconds = mode === "present" ? (performance.now() - startedAt) / 1_000 : 0;
  const beganAt = mode === "present" ? startedAt : performance.now();
  const arrivingSeconds = mode === "arriving" ? await load.create(objects) : 0;
  await seen.all;
  const seconds = (performance.now() - beganAt) / 1_000;
  const done = await operator.report();
  await new Promise((resolve) => setTimeout(resolve, QUIET_SECONDS * 1_000));
  const later = await operator.report();
  await operator.stop();
  seen.stop();
  const createsPerSecond = objects / (createSeconds + arrivingSeconds);
  // Writes and creates are both bound by the API server's CPU; when they come together, their times add up.
  const createsSeconds = mode === "arriving" ? objects / ceiling.createsPerSecond : 0;
  const leastSeconds = objects / ceilingPerSecond + createsSeconds + firstSeconds;
  const writes = (done.requests["PATCH"] ?? 0) / objects;
  return {
    objects,
    mode,
    seconds,
    firstSeconds,
    ceilingPerSecond,
    createsPerSecond,
    efficiency: leastSeconds / seconds,
    writesPerObject: writes,
    // One list or watch for all is no read of an object.
    readsPerObject: Math.floor((done.requests["GET"] ?? 0) / objects),
    connections: done.connections,
    cpuSeconds: done.cpuSeconds - loaded.cpuSeconds,
    rssMb: { loaded: loaded.rssMb, synced: synced.rssMb, peak: later.peakRssMb },
    quiet: {
      requests: (later.requests["PATCH"] ?? 0) - (done.requests["PATCH"] ?? 0),
      runs: later.runs - done.runs,
      cpuSeconds: later.cpuSeconds - done.cpuSeconds,
    },
  };
}

/** As it ships: a bundle, of which only the used part of client-node is loaded. */
async function bundle(folder: string): Promise<string> {
  const outfile = join(folder, "null-operator.mjs");
  const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' };
  await build({
    entryPoints: [new URL("null-operator.ts", import.meta.url).pathname],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    outfile,
    banner,
    logLevel: "error",
  });
  return outfile;
}

export async function benchRuntime(args: readonly string[]): Promise<BenchReport> {
  const sizes = args.map(Number);
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const results: Result[] = [];
  try {
    const program = await bundle(folder);
    for (const objects of sizes.length > 0 ? sizes : [1_000, 10_000]) {
      for (const mode of ["present", "arriving"] as const) {
        // A fresh one each: the API server slows down with its history.
        await using controlPlane = await startControlPlane();
        await controlPlane.applyManifests([WIDGET_CRD]);
        results.push(await measure(controlPlane, program, { objects, mode }));
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return {
    title: "Objects through a reconciler that does nothing",
    conditions: {},
    cases: results.map(caseOf),
    charts: [
      {
        title: "Until all statuses were seen",
        unit: "seconds",
        bars: results.map(({ objects, mode, seconds }) => ({ label: `${objects} ${mode}`, value: seconds })),
      },
    ],
  };
}

function caseOf({ objects, mode, rssMb, quiet, ...figures }: Result): BenchCase {
  return { name: `${objects} ${mode}`, figures: { ...figures, ...flat("rss", rssMb), ...flat("quiet", quiet) } };
}

function flat(prefix: string, values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]));
}
