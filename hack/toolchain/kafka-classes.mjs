// An archive of the classes that a broker and the tests' client load (application class data sharing), which halves
// their start. Only ever an acceleration: without it, or with another Java, everything works as well.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { cachedFolder, cacheRoot, keyOf } from "./cache.mjs";
import { javaVersion } from "./jdk.mjs";
import { runProgram } from "./run-program.mjs";

/** @import { Progress } from "./progress.mjs" */

const ARCHIVE = "classes.jsa";
const TRAINER = fileURLToPath(new URL("../../test/environment/train-class-archive.ts", import.meta.url));

/**
 * Absolute path of the archive for these jars and this Java, when there is one.
 *
 * @param {readonly string[]} kafkaJars
 * @returns {Promise<string | undefined>}
 */
export async function findClassArchive(kafkaJars) {
  const path = join(cacheRoot(), await cacheName(kafkaJars), ARCHIVE);
  return existsSync(path) ? path : undefined;
}

/**
 * Makes the archive when it is missing, by starting Kafka once; a failure is told and otherwise of no consequence.
 *
 * @param {readonly string[]} kafkaJars
 * @param {string} node The Node that runs the project's TypeScript.
 * @param {Progress} progress
 */
export async function trainClassArchive(kafkaJars, node, progress) {
  const wanted = { name: await cacheName(kafkaJars), files: [ARCHIVE], onWait: () => undefined };
  try {
    await cachedFolder(wanted, (draft, _missing, reaper) =>
      progress.part({ title: "Kafka's start-up archive", usualSeconds: 20 }, () =>
        runProgram(reaper, node, [TRAINER, join(draft, ARCHIVE)]),
      ),
    );
  } catch (error) {
    progress.say(`Kafka will start more slowly: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * The archive holds the paths of the jars, and fits one build of one JVM.
 *
 * @param {readonly string[]} kafkaJars
 */
async function cacheName(kafkaJars) {
  return `kafka-classes-${keyOf((await javaVersion()) ?? "", kafkaJars.join(":"))}`;
}
