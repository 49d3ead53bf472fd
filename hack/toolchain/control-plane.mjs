// Gets etcd, kube-apiserver and their companions: from KUBEBUILDER_ASSETS, the cache, a release, or built with Go.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { cachedFolder, cacheRoot, keyOf } from "./cache.mjs";
import { CONTROL_PLANE_MODULE, ENVTEST, KUBERNETES_VERSION } from "./control-plane-pins.mjs";
import { releaseForPlatform, releasePlatform, unpackRelease } from "./control-plane-release.mjs";
import { buildWithGo } from "./go-build.mjs";

/**
 * @import { ControlPlaneBinary } from "./control-plane-pins.mjs"
 * @import { Progress } from "./progress.mjs"
 */

/**
 * Absolute path of a binary that is there already.
 *
 * @param {ControlPlaneBinary} name
 * @returns {string | undefined}
 */
export function findControlPlaneBinary(name) {
  const folders = [process.env["KUBEBUILDER_ASSETS"], join(cacheRoot(), cacheName())];
  return folders
    .filter((folder) => folder !== undefined && folder !== "")
    .map((folder) => join(String(folder), name))
    .find((path) => existsSync(path));
}

/**
 * Absolute paths of binaries, fetched or built where they are missing, which may take minutes.
 *
 * @param {readonly ControlPlaneBinary[]} names
 * @param {Progress} progress
 * @returns {Promise<string[]>}
 */
export async function controlPlaneBinaries(names, progress) {
  const missing = names.filter((name) => findControlPlaneBinary(name) === undefined);
  if (missing.length > 0) await getBinaries(missing, progress);
  return names.map((name) => findControlPlaneBinary(name) ?? join(cacheRoot(), cacheName(), name));
}

/**
 * @param {readonly ControlPlaneBinary[]} names
 * @param {Progress} progress
 */
async function getBinaries(names, progress) {
  const given = process.env["KUBEBUILDER_ASSETS"];
  if (given !== undefined && given !== "") progress.say(`KUBEBUILDER_ASSETS ("${given}") holds no ${names.join(", ")}`);
  await progress.part({ title: names.join(", ") }, async (part) => {
    const wanted = {
      name: cacheName(),
      files: names,
      onWait: (/** @type {number} */ pid) => (part.note = `waiting for process ${pid}, which is getting them`),
    };
    await cachedFolder(wanted, async (draft, missing, reaper) => {
      const release = ENVTEST.binaries.some((name) => missing.includes(name)) ? releaseForPlatform() : undefined;
      const released = release === undefined ? [] : await unpackRelease(release, { draft, reaper, part, progress });
      const unreleased = missing.filter((name) => !released.includes(name));
      if (unreleased.length > 0) await buildWithGo(CONTROL_PLANE_MODULE, { draft, names: unreleased, reaper, part });
    });
  });
}

/** Changes with everything that is in the binaries. */
function cacheName() {
  const { flags, folder } = CONTROL_PLANE_MODULE;
  const pins = [readFileSync(join(folder, "go.mod")), readFileSync(join(folder, "go.sum"))];
  return `kubernetes-${KUBERNETES_VERSION}-${keyOf(...pins, flags.join(" "), JSON.stringify(ENVTEST), releasePlatform())}`;
}
