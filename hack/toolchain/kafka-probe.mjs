// Compiles the tests' independent Kafka client (test/environment/kafka-probe/*.java) once.

import { readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { cachedFolder, keyOf, removeFolder } from "./cache.mjs";
import { jdkProgram } from "./jdk.mjs";
import { kafkaKey } from "./kafka.mjs";
import { runProgram } from "./run-program.mjs";

/** @import { Progress } from "./progress.mjs" */

const SOURCES = fileURLToPath(new URL("../../test/environment/kafka-probe", import.meta.url));
const JAR = "kafka-probe.jar";
/** The oldest that the prerequisites allow, so that the jar runs on all. */
const RELEASE = "17";

/**
 * Absolute path of the probe's jar; its main class is `Probe`.
 *
 * @param {readonly string[]} kafkaJars
 * @param {Progress} progress
 * @returns {Promise<string>}
 */
export async function kafkaProbeJar(kafkaJars, progress) {
  const sources = readdirSync(SOURCES)
    .filter((name) => name.endsWith(".java"))
    .map((name) => join(SOURCES, name));
  const name = `kafka-probe-${keyOf(kafkaKey(), ...sources.map((source) => readFileSync(source)))}`;
  const wanted = { name, files: [JAR], onWait: () => undefined };
  const folder = await cachedFolder(wanted, (draft, _missing, reaper) =>
    progress.part({ title: "Kafka client of the tests", usualSeconds: 4 }, async () => {
      const classes = join(draft, "classes");
      await mkdir(classes);
      const options = ["--release", RELEASE, "-nowarn", "-d", classes, "-cp", kafkaJars.join(":")];
      await runProgram(reaper, jdkProgram("javac"), [...options, ...sources]);
      await runProgram(reaper, jdkProgram("jar"), ["--create", "--file", join(draft, JAR), "-C", classes, "."]);
      await removeFolder(classes);
    }),
  );
  return join(folder, JAR);
}
