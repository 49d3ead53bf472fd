// Builds binaries with Go from what the go.mod and go.sum of a module of ours pin.
// GOPROXY, GOSUMDB, GOFLAGS and the module cache are the user's; only the build cache is ours, and removed at the end.

import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { cacheRoot, removeFolder } from "./cache.mjs";
import { duration } from "./progress.mjs";
import { runProgram } from "./run-program.mjs";

/**
 * @import { Part } from "./progress.mjs"
 * @import { Reaper } from "../reaper/reaper.mjs"
 */

/**
 * A Go module of ours that pins what is built. CPU seconds are of compiling and linking, with Go 1.26 from an empty build
 * cache: `sharedCpuSeconds` of what nearly all binaries share. They only serve the estimate.
 *
 * @typedef {{
 *   name: string,
 *   folder: string,
 *   flags: readonly string[],
 *   sharedCpuSeconds: number,
 *   binaries: Readonly<Record<string, GoBinary>>,
 * }} GoModule
 */

/**
 * The main package, and the name that `go build` gives it where that is another than ours.
 *
 * @typedef {{ package: string, builtAs?: string, cpuSeconds: number }} GoBinary
 */

const DOWNLOAD_SECONDS = 20;

/**
 * Builds into `draft`, all in one go, since they share most packages. An interrupted build leaves its build cache, from
 * which the next one goes on.
 *
 * @param {GoModule} module
 * @param {{ draft: string, names: readonly string[], reaper: Reaper, part: Part }} task
 */
export async function buildWithGo(module, { draft, names, reaper, part }) {
  const binaries = names.map((name) => ({ name, .../** @type {GoBinary} */ (module.binaries[name]) }));
  const cache = join(cacheRoot(), `go-build-${module.name}`);
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
  const go = { packages: binaries.map((binary) => binary.package), flags: module.flags, cwd: module.folder, env };
  part.usualSeconds = usualSeconds(module, binaries);
  const total = await fetchPackages(go, reaper, part);
  // Nothing is heard of what an interrupted build has left in its cache, so nobody can tell how far this one is.
  if (isResumed) part.note = "going on with an interrupted build";
  await compile(go, { draft, reaper, part, total: isResumed ? undefined : total });
  for (const { builtAs, name } of binaries) {
    if (builtAs !== undefined) await rename(join(draft, builtAs), join(draft, name));
  }
  part.note = "removing the build cache";
  await Promise.all([scratch, cache].map(removeFolder));
}

/**
 * @param {GoModule} module
 * @param {readonly GoBinary[]} binaries
 */
function usualSeconds({ sharedCpuSeconds }, binaries) {
  const seconds = binaries.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, sharedCpuSeconds);
  // The last packages and the linker do not spread over many cores.
  return DOWNLOAD_SECONDS + seconds / Math.min(availableParallelism(), 8);
}

/** @typedef {{ packages: readonly string[], flags: readonly string[], cwd: string, env: NodeJS.ProcessEnv }} Go */

/**
 * Fetches the modules; returns how many packages there are to compile.
 *
 * @param {Go} go
 * @param {Reaper} reaper
 * @param {Part} part
 */
async function fetchPackages({ packages, cwd, env }, reaper, part) {
  const whole = duration((part.usualSeconds ?? 0) * 1_000);
  let modules = 0;
  let total = 0;
  const onLine = (/** @type {string} */ line) => {
    if (line.startsWith("go: ")) modules += 1;
    else total += 1;
    part.note = `building with Go takes about ${whole} on this machine; ${modules} modules fetched`;
  };
  await runProgram(reaper, "go", ["list", "-mod=readonly", "-deps", ...packages], { cwd, env, onLine });
  return total;
}

/**
 * @param {Go} go
 * @param {{ draft: string, reaper: Reaper, part: Part, total: number | undefined }} task `total` undefined: unknown.
 */
async function compile({ packages, flags, cwd, env }, { draft, reaper, part, total }) {
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
  const args = ["build", "-v", ...flags, "-o", `${draft}/`, ...packages];
  await runProgram(reaper, "go", args, { cwd, env, onLine });
}
