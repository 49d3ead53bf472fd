// One case of the runtime's benchmark: makes the world that it needs, lets the operator work, and reads what it cost.

import { setTimeout as sleep } from "node:timers/promises";

import type { ControlPlane } from "../test/environment/control-plane.ts";
import { grantWidgets } from "../test/fakes/widget-rights.ts";
import { NullOperator } from "./null-operator-process.ts";
import type { CostReport } from "./null-operator.ts";
import { percentile, type BenchCase } from "./report.ts";
import { WidgetLoad, type Created } from "./widget-load.ts";

export interface RuntimeCase {
  /**
   * - `present`: the objects are there when the operator starts.
   * - `arriving`: they are created at full speed while it runs.
   * - `one by one`: each is created when the one before it has been seen with its status.
   */
  readonly mode: "present" | "arriving" | "one by one";
  readonly objects: number;
}

/** What a single case measured; `totalSeconds` is absent where its objects were in no hurry. */
export interface RuntimeResult extends BenchCase {
  readonly totalSeconds?: number | undefined;
}

const ANSWER_MS = 200;
const QUIET_SECONDS = 10;
const CEILING_OBJECTS = 2_000;

export async function measureRuntime(
  controlPlane: ControlPlane,
  program: string,
  { mode, objects }: RuntimeCase,
): Promise<RuntimeResult> {
  const ceilings = await measureCeilings(controlPlane, mode);
  const namespace = "bench";
  const kubeconfig = await grantWidgets(controlPlane, namespace);
  await using load = await WidgetLoad.open(controlPlane, namespace);
  if (mode === "present") await load.create(objects);
  const startedAt = performance.now();
  const operator = new NullOperator(program, kubeconfig, namespace);
  const { loaded, synced } = await operator.ready();
  const isPresent = mode === "present";
  const firstSeconds = isPresent ? secondsSince(startedAt) : 0;
  const beganAt = isPresent ? startedAt : performance.now();
  const created = await arrive(load, { mode, objects });
  await load.seen(objects);
  const seconds = secondsSince(beganAt);
  // The watcher may see a status before its writer has the answer.
  await sleep(ANSWER_MS);
  const done = await operator.report();
  await sleep(QUIET_SECONDS * 1_000);
  const later = await operator.report();
  await operator.stop();
  const isHurried = mode !== "one by one";
  const least = isHurried ? leastSeconds({ mode, objects, firstSeconds }, ceilings) : undefined;
  return {
    name: `${objects} ${mode}`,
    totalSeconds: isHurried ? seconds : undefined,
    figures: {
      "all seen after, s": isHurried ? seconds : undefined,
      "of which start, s": isPresent ? firstSeconds : undefined,
      "API server: status writes/s": ceilings.writesPerSecond,
      "API server: creates/s": ceilings.createsPerSecond,
      "η, least time / time": least === undefined ? undefined : least / seconds,
      ...quantiles("create → status", created && load.latencies(created)),
      ...quantiles("the same by hand", ceilings.byHandMs),
      ...costs({ loaded, synced, done, later }, objects),
    },
  };
}

/** What comes while the operator runs; undefined where everything was there before. */
async function arrive(load: WidgetLoad, { mode, objects }: RuntimeCase): Promise<Created | undefined> {
  switch (mode) {
    case "present":
      return undefined;
    case "arriving":
      return await load.create(objects);
    case "one by one":
      return await load.createOneByOne(objects);
  }
}

function quantiles(what: string, timesMs: readonly number[] | undefined): BenchCase["figures"] {
  const at = (share: number): number | undefined => timesMs && percentile(timesMs, share);
  return { [`${what}, p50, ms`]: at(0.5), [`${what}, p99, ms`]: at(0.99) };
}

/** Each where the case is measured by it. */
interface Ceilings {
  readonly writesPerSecond?: number;
  readonly createsPerSecond?: number;
  /** Create and status write by the same client, one object after the other, until a watcher sees it. */
  readonly byHandMs?: readonly number[];
}

/** What this API server can take from somebody who only writes, at this time. */
async function measureCeilings(controlPlane: ControlPlane, mode: RuntimeCase["mode"]): Promise<Ceilings> {
  const namespace = "ceiling";
  await grantWidgets(controlPlane, namespace);
  await using load = await WidgetLoad.open(controlPlane, namespace);
  if (mode === "one by one") {
    const created = await load.createOneByOne(200, { writesStatus: true });
    return { byHandMs: load.latencies(created) };
  }
  const startedAt = performance.now();
  await load.create(CEILING_OBJECTS);
  const createsPerSecond = CEILING_OBJECTS / secondsSince(startedAt);
  return { createsPerSecond, writesPerSecond: await load.measureWrites(CEILING_OBJECTS) };
}

/** Writes and creates are both bound by the API server's CPU; when they come together, their times add up. */
function leastSeconds(
  { mode, objects, firstSeconds }: RuntimeCase & { readonly firstSeconds: number },
  { writesPerSecond = 0, createsPerSecond = 0 }: Ceilings,
): number {
  const creating = mode === "arriving" ? objects / createsPerSecond : 0;
  return objects / writesPerSecond + creating + firstSeconds;
}

interface Reports {
  readonly loaded: CostReport;
  readonly synced: CostReport;
  readonly done: CostReport;
  readonly later: CostReport;
}

function costs({ loaded, synced, done, later }: Reports, objects: number): BenchCase["figures"] {
  return {
    "writes an object": done.writes / objects,
    "reads an object": done.reads / objects,
    "TLS handshakes": done.connections,
    "CPU, s": done.cpuSeconds - loaded.cpuSeconds,
    "CPU an object, ms": ((done.cpuSeconds - synced.cpuSeconds) * 1_000) / objects,
    "RSS loaded, MB": loaded.rssMb,
    "RSS store filled, MB": synced.rssMb,
    "RSS peak, MB": later.peakRssMb,
    [`${QUIET_SECONDS} s later: requests`]: later.writes + later.reads - done.writes - done.reads,
    [`${QUIET_SECONDS} s later: runs`]: later.runs - done.runs,
    [`${QUIET_SECONDS} s later: CPU, s`]: later.cpuSeconds - done.cpuSeconds,
  };
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000;
}
