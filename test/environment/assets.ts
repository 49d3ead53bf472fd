// Where the real parts lie on this machine. What an npm script has not prepared is got now, which may take minutes.

import { readdir } from "node:fs/promises";
import { join } from "node:path";

import type { ControlPlaneBinary } from "../../hack/toolchain/control-plane-pins.mjs";
import { controlPlaneBinaries } from "../../hack/toolchain/control-plane.mjs";
import { findClassArchive } from "../../hack/toolchain/kafka-classes.mjs";
import { kafkaProbeJar } from "../../hack/toolchain/kafka-probe.mjs";
import { kafkaHome, type KafkaRelease } from "../../hack/toolchain/kafka.mjs";
import { Progress } from "../../hack/toolchain/progress.mjs";

const progress = new Progress();

/** Absolute path of a binary: in KUBEBUILDER_ASSETS or the cache. */
export async function controlPlaneBinary(name: ControlPlaneBinary): Promise<string> {
  const [path] = await controlPlaneBinaries([name], progress);
  if (path === undefined) throw new Error(`There is no "${name}"`);
  return path;
}

/** Kafka's jars, of KAFKA_HOME or the cache; sorted, so that a class archive finds its class path again. */
export async function kafkaJars(): Promise<string[]> {
  return await brokerJars();
}

/** The same of a release; others than the first are for brokers alone. */
export async function brokerJars(release: KafkaRelease = "kafka-4.3"): Promise<string[]> {
  return await jarsIn(join(await kafkaHome(progress, release), "libs"));
}

async function jarsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".jar"));
  if (names.length === 0) throw new Error(`There are no jars in "${folder}"`);
  return names.toSorted().map((name) => join(folder, name));
}

/** Jar of the probe, compiled when its sources have changed. */
export function probeJar(jars: readonly string[]): Promise<string> {
  return kafkaProbeJar(jars, progress);
}

/** Flags that let a JVM start from the class archive, where one fits. */
export async function sharedClassFlags(jars: readonly string[]): Promise<string[]> {
  const archive = await findClassArchive(jars);
  if (archive === undefined) return [];
  // What the JVM has to say about an archive that does not fit goes nowhere.
  return [`-XX:SharedArchiveFile=${archive}`, "-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr"];
}
