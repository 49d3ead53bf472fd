// What the user's machine must have: all that is missing is told at once, each with its remedy.

import { execFile } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname } from "node:path";
import { promisify } from "node:util";

import { cacheRoot } from "./cache.mjs";
import { ENVTEST } from "./control-plane-pins.mjs";
import { releaseForPlatform } from "./control-plane-release.mjs";
import { findControlPlaneBinary } from "./control-plane.mjs";
import { javaVersion, jdkProgram } from "./jdk.mjs";
import { findKafkaHome } from "./kafka.mjs";
import { hasPackagedNode, PROJECT } from "./node-packages.mjs";

/** @import { ControlPlaneBinary } from "./control-plane-pins.mjs" */

const GIB = 1024 ** 3;
const NODE = [24, 6];
const GO = [1, 25];
/** The first Go that fetches the toolchain that a module asks for. */
const FETCHING_GO = [1, 21];
const JDK = 17;
const PROBE_TIMEOUT_MS = 4_000;

/** @typedef {{ missing: string, remedy: string }} Shortage */

/**
 * Everything that is missing for what a task needs.
 *
 * @param {{ node: boolean, binaries: readonly ControlPlaneBinary[], kafka: boolean }} needs
 * @returns {Promise<readonly Shortage[]>}
 */
export async function findShortages({ node, binaries, kafka }) {
  const toGet = binaries.filter((name) => findControlPlaneBinary(name) === undefined);
  const [go, jdk] = await Promise.all([
    toGet.length > 0 ? checkGo(toGet) : Promise.resolve(undefined),
    kafka ? checkJdk() : Promise.resolve(undefined),
  ]);
  const shortages = [
    node ? checkNode() : undefined,
    go,
    jdk,
    checkDisk({ build: toGet.length > 0, kafka: kafka && findKafkaHome() === undefined }),
    checkMemory({ build: toGet.length > 0, parts: binaries.length > 0 || kafka }),
  ];
  return shortages.filter((shortage) => shortage !== undefined);
}

/** @returns {Shortage | undefined} */
function checkNode() {
  if (hasPackagedNode() || isAtLeast(process.versions.node, NODE)) return undefined;
  return {
    missing: `Node ${NODE.join(".")} or newer (this is ${process.versions.node}, and no package brings one for ${process.platform}-${process.arch})`,
    remedy: "Install Node 24 from https://nodejs.org/en/download and run the command with it",
  };
}

/**
 * @param {readonly ControlPlaneBinary[]} binaries
 * @returns {Promise<Shortage | undefined>}
 */
async function checkGo(binaries) {
  if (await canBuildWithGo()) return undefined;
  const release = binaries.every((name) => ENVTEST.binaries.includes(name)) ? releaseForPlatform() : undefined;
  if (release !== undefined && (await canReach(release.url))) return undefined;
  return {
    missing: `Go ${GO.join(".")} or newer, to build ${binaries.join(", ")}`,
    remedy: "Install it from https://go.dev/dl, or set KUBEBUILDER_ASSETS to a folder that holds these binaries",
  };
}

async function canBuildWithGo() {
  try {
    // Outside any module, so that the answer is about the installed Go.
    const { stdout } = await promisify(execFile)("go", ["env", "GOVERSION", "GOTOOLCHAIN"], { cwd: "/" });
    const [version = "", toolchain] = stdout.trim().split("\n");
    const number = version.replace(/^go/, "");
    return isAtLeast(number, GO) || (toolchain !== "local" && isAtLeast(number, FETCHING_GO));
  } catch {
    return false;
  }
}

/** @param {string} url */
async function canReach(url) {
  try {
    return (await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })).ok;
  } catch {
    return false;
  }
}

/** @returns {Promise<Shortage | undefined>} */
async function checkJdk() {
  const remedy = `Install a JDK ${JDK} or newer, for example from https://adoptium.net, and set JAVA_HOME or PATH to it`;
  const version = /version "(\d+)/.exec((await javaVersion()) ?? "")?.[1];
  if (version === undefined) return { missing: `A JDK ${JDK} or newer, to run Kafka`, remedy };
  if (Number(version) < JDK) return { missing: `A JDK ${JDK} or newer, to run Kafka (this is ${version})`, remedy };
  try {
    await promisify(execFile)(jdkProgram("javac"), ["-version"]);
    return undefined;
  } catch {
    return { missing: `A whole JDK ${JDK} or newer (there is java, but no javac)`, remedy };
  }
}

/**
 * @param {{ build: boolean, kafka: boolean }} work
 * @returns {Shortage | undefined}
 */
function checkDisk({ build, kafka }) {
  const shortages = [
    // Modules 0.7, build cache 1.8 to 2.6, binaries 0.3.
    lackOfDisk(
      existingParent(cacheRoot()),
      (build ? 4 : 0) + (kafka ? 0.3 : 0),
      "the cache of fetched and built parts",
    ),
    lackOfDisk(PROJECT, 0.5, "the packages and what tests write"),
  ];
  return shortages.find((shortage) => shortage !== undefined);
}

/**
 * @param {string} folder
 * @param {number} neededGib
 * @param {string} purpose
 * @returns {Shortage | undefined}
 */
function lackOfDisk(folder, neededGib, purpose) {
  const { bavail, bsize } = statfsSync(folder);
  const freeGib = (bavail * bsize) / GIB;
  if (freeGib >= neededGib) return undefined;
  return {
    missing: `${neededGib} GiB of free disk under "${folder}", for ${purpose} (${freeGib.toFixed(1)} GiB are free)`,
    remedy: "Free some, or set XDG_CACHE_HOME to a folder on a larger disk",
  };
}

/**
 * @param {{ build: boolean, parts: boolean }} work
 * @returns {Shortage | undefined}
 */
function checkMemory({ build, parts }) {
  // The linker takes 1.4 GiB beside the compiler; a control plane with Kafka 0.8 GiB beside Node.
  const neededGib = build ? 3 : parts ? 2 : 0.5;
  const limit = process.constrainedMemory?.() ?? 0;
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  if (memory / GIB >= neededGib) return undefined;
  return {
    missing: `${neededGib} GiB of memory (there are ${(memory / GIB).toFixed(1)} GiB)`,
    remedy: "Give the machine or container more",
  };
}

/** @param {string} folder */
function existingParent(folder) {
  let parent = folder;
  while (!existsSync(parent)) parent = dirname(parent);
  return parent;
}

/**
 * @param {string} version
 * @param {readonly number[]} wanted Major and minor.
 */
function isAtLeast(version, [wantedMajor = 0, wantedMinor = 0]) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
