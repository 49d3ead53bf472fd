// Runs a task of tasks.mjs: prerequisites first, then what it needs, then the task itself, whose end becomes ours.

import { readdirSync } from "node:fs";
import { join } from "node:path";

import { controlPlaneBinaries } from "./control-plane.mjs";
import { trainClassArchive } from "./kafka-classes.mjs";
import { kafkaProbeJar } from "./kafka-probe.mjs";
import { kafkaHome } from "./kafka.mjs";
import { findKubectl } from "./kubectl.mjs";
import { installNodePackages, projectNode, PROJECT } from "./node-packages.mjs";
import { findShortages } from "./prerequisites.mjs";
import { Progress } from "./progress.mjs";
import { runTask } from "./run-task.mjs";
import { TASKS } from "./tasks.mjs";

/** @import { Needs } from "./tasks.mjs" */

/**
 * @param {string} name
 * @param {readonly string[]} args
 */
export async function main(name, args) {
  const progress = new Progress();
  try {
    if (name === "which-kubectl") await tellKubectl(progress);
    else await perform(name, args, progress);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

/**
 * @param {string} name
 * @param {readonly string[]} args
 * @param {Progress} progress
 */
async function perform(name, args, progress) {
  const task = TASKS[name];
  if (task === undefined) {
    const known = Object.entries(TASKS).map(([key, { does }]) => `  ${key.padEnd(10)} ${does}`);
    throw new Error(`There is no task "${name}". Tasks:\n${known.join("\n")}`);
  }
  const needs = task.needs(args);
  await demandPrerequisites({ node: true, ...needs });
  const node = await prepare(needs, progress);
  const command = [
    ...task.command.slice(0, 1).map((script) => join(PROJECT, script)),
    ...task.command.slice(1),
    ...args,
  ];
  // npm goes to the project, and remembers where it came from.
  await runTask(node, command, task.isWhereTheUserIs === true ? (process.env["INIT_CWD"] ?? process.cwd()) : undefined);
}

/** @param {Progress} progress */
async function tellKubectl(progress) {
  const found = await findKubectl();
  if (found === undefined) await demandPrerequisites({ node: false, binaries: ["kubectl"], kafka: false });
  const [built] = found === undefined ? await controlPlaneBinaries(["kubectl"], progress) : [found];
  console.log(built);
}

/** @param {{ node: boolean } & Needs} needs */
async function demandPrerequisites(needs) {
  const shortages = await findShortages(needs);
  if (shortages.length === 0) return;
  const lines = shortages.map(({ missing, remedy }) => `- ${missing}\n  ${remedy}`);
  throw new Error(`This machine lacks:\n${lines.join("\n")}`);
}

/**
 * Everything side by side. Returns the project's Node.
 *
 * @param {Needs} needs
 * @param {Progress} progress
 * @returns {Promise<string>}
 */
async function prepare(needs, progress) {
  const node = prepareNode(progress);
  const kafka = needs.kafka ? prepareKafka(node, progress) : undefined;
  await Promise.all([node, controlPlaneBinaries(needs.binaries, progress), kafka]);
  return await node;
}

/** @param {Progress} progress */
async function prepareNode(progress) {
  await installNodePackages(progress);
  return projectNode();
}

/**
 * @param {Promise<string>} node
 * @param {Progress} progress
 */
async function prepareKafka(node, progress) {
  const libs = join(await kafkaHome(progress), "libs");
  const jars = readdirSync(libs)
    .filter((file) => file.endsWith(".jar"))
    .toSorted()
    .map((file) => join(libs, file));
  await Promise.all([kafkaProbeJar(jars, progress), node.then((path) => trainClassArchive(jars, path, progress))]);
}
