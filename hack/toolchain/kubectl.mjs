// Finds a kubectl that fits the control plane: one minor version off at most (Kubernetes' version skew policy).

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { KUBERNETES_VERSION } from "./control-plane-pins.mjs";
import { findControlPlaneBinary } from "./control-plane.mjs";

/**
 * The one that is there already: on PATH, where it fits, or the toolchain's own.
 *
 * @returns {Promise<string | undefined>}
 */
export async function findKubectl() {
  return (await fits("kubectl")) ? "kubectl" : findControlPlaneBinary("kubectl");
}

/** @param {string} command */
async function fits(command) {
  try {
    const { stdout } = await promisify(execFile)(command, ["version", "--client", "--output=json"]);
    const version = JSON.parse(stdout).clientVersion;
    const [major, minor] = KUBERNETES_VERSION.split(".").map(Number);
    // A vendor's minor version may read "35+".
    return Number(version.major) === major && Math.abs(Number.parseInt(version.minor, 10) - Number(minor)) <= 1;
  } catch {
    return false;
  }
}
