// Gets a kube-apiserver of the next minor version, for the tests that try the operator on it: built with Go where the cache
// does not hold it.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { cachedFolder, keyOf } from "./cache.mjs";
import { buildFlags } from "./control-plane-pins.mjs";
import { buildWithGo } from "./go-build.mjs";

/**
 * @import { GoModule } from "./go-build.mjs"
 * @import { Progress } from "./progress.mjs"
 */

/** That of k8s.io/kubernetes in kubernetes-1.36/go.mod. */
export const NEXT_KUBERNETES_VERSION = "1.36.3";

/** @type {GoModule} */
const MODULE = {
  name: "kubernetes-1.36",
  folder: fileURLToPath(new URL("kubernetes-1.36", import.meta.url)),
  flags: buildFlags(NEXT_KUBERNETES_VERSION),
  sharedCpuSeconds: 155,
  binaries: { "kube-apiserver": { package: "k8s.io/kubernetes/cmd/kube-apiserver", cpuSeconds: 200 } },
};

/**
 * The folder that holds it, as KUBEBUILDER_ASSETS names one; building takes minutes.
 *
 * @param {Progress} progress
 * @returns {Promise<string>}
 */
export async function nextKubernetesAssets(progress) {
  const pins = ["go.mod", "go.sum"].map((file) => readFileSync(join(MODULE.folder, file)));
  const name = `kubernetes-${NEXT_KUBERNETES_VERSION}-${keyOf(...pins, MODULE.flags.join(" "))}`;
  return await progress.part({ title: `kube-apiserver ${NEXT_KUBERNETES_VERSION}` }, async (part) => {
    const onWait = (/** @type {number} */ pid) => (part.note = `waiting for process ${pid}, which is getting it`);
    return await cachedFolder({ name, files: Object.keys(MODULE.binaries), onWait }, (draft, missing, reaper) =>
      buildWithGo(MODULE, { draft, names: missing, reaper, part }),
    );
  });
}
