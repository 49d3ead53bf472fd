// Builds binaries of the control plane from the Go modules pinned in control-plane/go.mod and go.sum.
// GOPROXY, GOSUMDB, GOFLAGS and the module cache are the user's; only the build cache is ours, and removed at the end.

import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { cacheRoot, removeFolder } from "./cache.mjs";
import { BINARIES, BUILD_FLAGS, GO_MODULE } from "./control-plane-pins.mjs";
import { duration } from "./progress.mjs";
import { runProgram } from "./run-program.mjs";

/**
 * @import { ControlPlaneBinary } from "./control-plane-pins.mjs"
 * @import { Part } from "./progress.mjs"
 * @import { Reaper } from "../reaper/reaper.mjs"
 */

/**
 * CPU seconds of compiling and linking: of what nearly all share, and of each binary's own.
 * Measured with Go 1.26 from an empty build cache; they only serve the estimate.
 */
const SHARED_CPU_SECONDS = 155;
/** @type {Readonly<Record<ControlPlaneBinary, number>>} */
const CPU_SECONDS = { "kube-apiserver": 200, etcd: 16, "kube-controller-manager": 97, kubectl: 39, helm: 55 };
const DOWNLOAD_SECONDS = 20;

/**
 * Builds into `draft`, all in one go, since they share most packages. An interrupted build leaves its build cache, from
 * which the next one goes on.
 *
 * @param {{ draft: string, names: readonly string[], reaper: Reaper, part: Part }} task
 */
export async function buildWithGo({ draft, names, reaper, part }) {
  const binaries = /** @type {readonly ControlPlaneBinary[]} */ (names);
  const cache = join(cacheRoot(), "go-build");
  const isResumed = existsSync(cache);
  const scratch = join(draft, "go-tmp");
  await mkdir(scratch);
  const env = {
    ...process.env,
    CGO_ENABLED: "0",
    GOWORK: "off",
    GOCACHE: cache,
    GOTMPDIR: scratch,
    GOOS: "",
    GOARCH: "",
  };
  const go = { packages: binaries.map((name) => BINARIES[name].package), cwd: GO_MODULE, env };
  part.usualSeconds = usualSeconds(binaries);
  const total = await fetchPackages(go, reaper, part);
  // Nothing is heard of what an interrupted build has left in its cache, so nobody can tell how far this one is.
  if (isResumed) part.note = "going on with an interrupted build";
  await compile(go, { draft, reaper, part, total: isResumed ? undefined : total });
  for (const name of binaries) {
    const { builtAs } = BINARIES[name];
    if (builtAs !== undefined) await rename(join(draft, builtAs), join(draft, name));
  }
  part.note = "removing the build cache";
  await Promise.all([scratch, cache].map(removeFolder));
}

/** @param {readonly ControlPlaneBinary[]} binaries */
function usualSeconds(binaries) {
  const cpuSeconds = binaries.reduce((sum, name) => sum + CPU_SECONDS[name], SHARED_CPU_SECONDS);
  // The last packages and the linker do not spread over many cores.
  return DOWNLOAD_SECONDS + cpuSeconds / Math.min(availableParallelism(), 8);
}

/** @typedef {{ packages: readonly string[], cwd: string, env: NodeJS.ProcessEnv }} Go */

/**
 * Fetches the modules; returns how many packages there are to compile.
 *
 * @param {Go} go
 * @param {Reaper} reaper
 * @param {Part} part
 */
async function fetchPackages({ packages, ...options }, reaper, part) {
  const whole = duration((part.usualSeconds ?? 0) * 1_000);
  let modules = 0;
  let total = 0;
  const onLine = (/** @type {string} */ line) => {
    if (line.startsWith("go: ")) modules += 1;
    else total += 1;
    part.note = `building with Go takes about ${whole} on this machine; ${modules} modules fetched`;
  };
  await runProgram(reaper, "go", ["list", "-mod=readonly", "-deps", ...packages], { ...options, onLine });
  return total;
}

/**
 * @param {Go} go
 * @param {{ draft: string, reaper: Reaper, part: Part, total: number | undefined }} task `total` undefined: unknown.
 */
async function compile({ packages, ...options }, { draft, reaper, part, total }) {
  // Of the whole part, fetching included.
  const share = part.elapsedMs() / 1_000 / (part.usualSeconds ?? 1);
  let compiled = 0;
  const onLine = (/** @type {string} */ line) => {
    if (total === undefined || line.startsWith("go: ")) return;
    compiled += 1;
    part.note = `compiling with Go, package ${compiled} of ${total}`;
    // Nothing is heard of the linking at the end.
    part.fraction = Math.min(0.98, share + (1 - share) * 0.97 * (compiled / total));
  };
  const args = ["build", "-v", ...BUILD_FLAGS, "-o", `${draft}/`, ...packages];
  await runProgram(reaper, "go", args, { ...options, onLine });
}
