// Installs the packages of package-lock.json when the installed ones are others, and finds the project's Node.

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { Reaper } from "../reaper/reaper.mjs";
import { cacheRoot, keyOf } from "./cache.mjs";
import { withLock } from "./lock.mjs";
import { runProgram } from "./run-program.mjs";

/** @import { Part, Progress } from "./progress.mjs" */

/** Folder of package.json. */
export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const MODULES = join(PROJECT, "node_modules");
/** As the lockfile names it. */
const NODE_PACKAGE = `node_modules/node-${process.platform}-${process.arch}`;

/**
 * One process at a time for this folder; an interrupted installation is begun anew by the next.
 *
 * @param {Progress} progress
 */
export async function installNodePackages(progress) {
  if (areInstalled()) return;
  await progress.part({ title: "Node packages", usualSeconds: 30 }, async (part) => {
    const lock = join(cacheRoot(), "locks", `npm-${keyOf(PROJECT)}`);
    const onWait = (/** @type {number} */ pid) => (part.note = `waiting for process ${pid}, which installs them`);
    await withLock(lock, onWait, async () => {
      if (!areInstalled()) await install(part);
    });
  });
}

/** @param {Part} part */
async function install(part) {
  part.note = "npm ci";
  const { command, args } = npm();
  // Only for its processes; npm needs no folder of ours.
  const reaper = new Reaper(join(tmpdir(), `event-bus-operator-npm-${randomBytes(6).toString("hex")}`));
  try {
    await runProgram(reaper, command, [...args, "ci", "--include=optional", "--include=dev"], { cwd: PROJECT });
  } finally {
    await reaper.close();
  }
}

/** npm leaves a lockfile of what it has installed, written last: an interrupted installation has none. */
function areInstalled() {
  const wanted = packagesIn(join(PROJECT, "package-lock.json"));
  return fulfils(packagesIn(join(MODULES, ".package-lock.json")), wanted);
}

/** @typedef {Readonly<Record<string, { version?: string, integrity?: string, optional?: boolean }>>} Packages */

/**
 * Whether the packages of one lockfile, by their paths, are those that another wants.
 *
 * @param {Packages} installed
 * @param {Packages} wanted
 */
export function fulfils(installed, wanted) {
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    const found = installed[path];
    // npm leaves out what is for other platforms; the project's Node is optional as well, but needed.
    if (path === "" || (found === undefined && optional === true && path !== NODE_PACKAGE)) return true;
    const isSame = integrity === undefined || found?.integrity === integrity;
    return isSame && found?.version === version;
  });
}

/**
 * @param {string} file
 * @returns {Packages}
 */
function packagesIn(file) {
  if (!existsSync(file)) return {};
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

/** The npm that started us, so that its version and settings hold; else that on PATH. */
function npm() {
  const path = process.env["npm_execpath"];
  return path?.endsWith("npm-cli.js") === true
    ? { command: process.execPath, args: [path] }
    : { command: "npm", args: [] };
}

/** Absolute path of the installed Node of the project; where no package brings one, the Node that runs this. */
export function projectNode() {
  return hasPackagedNode() ? join(PROJECT, NODE_PACKAGE, "bin", "node") : process.execPath;
}

/** Whether the lockfile brings a Node that runs on this platform. Alpine has another C library than the packaged one. */
export function hasPackagedNode() {
  const wanted = packagesIn(join(PROJECT, "package-lock.json"));
  return NODE_PACKAGE in wanted && !existsSync("/etc/alpine-release");
}

/**
 * An environment in which `node` is the one given and the project's programs are found.
 *
 * @param {string} node
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentWith(node) {
  const path = [dirname(node), join(MODULES, ".bin"), process.env["PATH"] ?? ""].join(delimiter);
  return { ...process.env, PATH: path };
}
