// Gets Prometheus and promtool, for the tests of alerts: built with Go where the cache does not hold them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { cachedFolder, cacheRoot, keyOf } from "./cache.mjs";
import { buildWithGo } from "./go-build.mjs";

/**
 * @import { GoModule } from "./go-build.mjs"
 * @import { Progress } from "./progress.mjs"
 */

/** @type {GoModule} */
const MODULE = {
  name: "prometheus",
  folder: fileURLToPath(new URL("prometheus", import.meta.url)),
  // Only addresses given in a file are scraped: the clients of all clouds would be two thirds of the work.
  flags: ["-mod=readonly", "-trimpath", "-tags=remove_all_sd", "-gcflags=all=-dwarf=false", "-ldflags=-s -w"],
  sharedCpuSeconds: 300,
  binaries: {
    prometheus: { package: "github.com/prometheus/prometheus/cmd/prometheus", cpuSeconds: 40 },
    promtool: { package: "github.com/prometheus/prometheus/cmd/promtool", cpuSeconds: 40 },
  },
};

/**
 * Absolute paths; building them takes minutes.
 *
 * @param {Progress} progress
 * @returns {Promise<{ prometheus: string, promtool: string }>}
 */
export async function prometheusBinaries(progress) {
  const pins = ["go.mod", "go.sum"].map((file) => readFileSync(join(MODULE.folder, file)));
  const name = `prometheus-${keyOf(...pins, MODULE.flags.join(" "))}`;
  const files = Object.keys(MODULE.binaries);
  await progress.part({ title: files.join(", ") }, async (part) => {
    const onWait = (/** @type {number} */ pid) => (part.note = `waiting for process ${pid}, which is getting them`);
    await cachedFolder({ name, files, onWait }, async (draft, missing, reaper) =>
      buildWithGo(MODULE, { draft, names: missing, reaper, part }),
    );
  });
  const folder = join(cacheRoot(), name);
  return { prometheus: join(folder, "prometheus"), promtool: join(folder, "promtool") };
}
