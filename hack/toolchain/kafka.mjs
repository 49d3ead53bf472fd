// Gets Kafka's jars: from KAFKA_HOME, the cache, or Maven repositories; each checked against kafka-jars.lock.

import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";

import { cachedFolder, cacheRoot, keyOf, removeFolder } from "./cache.mjs";
import { download } from "./download.mjs";
import { copyWithMaven } from "./maven.mjs";

/**
 * @import { Part, Progress } from "./progress.mjs"
 * @import { Reaper } from "../reaper/reaper.mjs"
 */

/**
 * Sum, size and path in the layout of a Maven repository: what a broker and a client load, by release. The first is what
 * everything runs on; others are tried.
 *
 * @typedef {keyof typeof LOCKS} KafkaRelease
 */
const LOCKS = {
  "kafka-4.3": new URL("kafka-jars.lock", import.meta.url),
  "kafka-4.4": new URL("kafka-jars-4.4.lock", import.meta.url),
  "kafka-3.9": new URL("kafka-jars-3.9.lock", import.meta.url),
};
/** `MAVEN_CENTRAL_URL` names a mirror, for machines without mvn; its files must be the same. */
const REPOSITORY = process.env["MAVEN_CENTRAL_URL"] || "https://repo1.maven.org/maven2";
const PARALLEL_DOWNLOADS = 6;

/** @typedef {{ sum: string, bytes: number, path: string, file: string }} Jar */

/**
 * @param {KafkaRelease} release
 * @returns {readonly Jar[]}
 */
function lockedJars(release) {
  const lines = readFileSync(LOCKS[release], "utf8").trim().split("\n");
  return lines.map((line) => {
    const [sum = "", bytes, path = ""] = line.split(" ");
    return { sum, bytes: Number(bytes), path, file: basename(path) };
  });
}

/**
 * Changes with every byte of the jars.
 *
 * @param {KafkaRelease} release
 */
export function kafkaKey(release = "kafka-4.3") {
  return keyOf(readFileSync(LOCKS[release]));
}

/**
 * Absolute path of a folder with `libs/*.jar` that is there already.
 *
 * @returns {string | undefined}
 */
export function findKafkaHome() {
  const given = process.env["KAFKA_HOME"];
  if (given !== undefined && given !== "") return given;
  return findCached("kafka-4.3");
}

/** @param {KafkaRelease} release */
function findCached(release) {
  const cached = join(cacheRoot(), homeName(release));
  const isComplete = lockedJars(release).every(({ file }) => existsSync(join(cached, "libs", file)));
  return isComplete ? cached : undefined;
}

/**
 * Absolute path of a folder with `libs/*.jar`, fetched when missing. KAFKA_HOME stands for the first release.
 *
 * @param {Progress} progress
 * @param {KafkaRelease} release
 * @returns {Promise<string>}
 */
export async function kafkaHome(progress, release = "kafka-4.3") {
  const found = release === "kafka-4.3" ? findKafkaHome() : findCached(release);
  return found ?? (await progress.part({ title: "Kafka", usualSeconds: 20 }, (part) => getJars(part, release)));
}

/**
 * @param {Part} part
 * @param {KafkaRelease} release
 */
async function getJars(part, release) {
  const jars = lockedJars(release);
  const wanted = {
    name: `${homeName(release)}/libs`,
    files: jars.map(({ file }) => file),
    onWait: (/** @type {number} */ pid) => (part.note = `waiting for process ${pid}, which is getting it`),
  };
  await cachedFolder(wanted, async (draft, missing, reaper) => {
    const lacking = jars.filter(({ file }) => missing.includes(file));
    await fetchJars({ draft, jars: lacking, reaper, part });
  });
  return join(cacheRoot(), homeName(release));
}

/** @param {{ draft: string, jars: readonly Jar[], reaper: Reaper, part: Part }} task */
async function fetchJars({ draft, jars, reaper, part }) {
  part.note = "asking Maven";
  const project = join(draft, "maven");
  const brought = await copyWithMaven({ project, paths: jars.map(({ path }) => path), reaper });
  for (const jar of jars) {
    // What Maven did not bring, or not as it was pinned, is downloaded.
    const copy = join(brought, jar.file);
    if (await hasSum(copy, jar)) await rename(copy, join(draft, jar.file));
  }
  await removeFolder(project);
  const lacking = jars.filter(({ file }) => !existsSync(join(draft, file)));
  await downloadJars(draft, lacking, part);
}

/**
 * @param {string} draft
 * @param {readonly Jar[]} jars
 * @param {Part} part
 */
async function downloadJars(draft, jars, part) {
  const total = jars.reduce((sum, { bytes }) => sum + bytes, 0);
  const queue = [...jars];
  const received = new Map();
  const worker = async () => {
    for (let jar = queue.shift(); jar !== undefined; jar = queue.shift()) {
      const { file, path, sum } = jar;
      await download(`${REPOSITORY}/${path}`, join(draft, file), { algorithm: "sha256", sum }, (bytes) => {
        received.set(file, bytes);
        part.fraction = [...received.values()].reduce((all, some) => all + some, 0) / total;
        part.note = `downloading, ${Math.round((part.fraction * total) / 1e6)} of ${Math.round(total / 1e6)} MB`;
      });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_DOWNLOADS }, worker));
}

/**
 * @param {string} file
 * @param {Jar} jar
 */
async function hasSum(file, jar) {
  try {
    if ((await stat(file)).size !== jar.bytes) return false;
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    return hash.digest("hex") === jar.sum;
  } catch {
    return false;
  }
}

/** @param {KafkaRelease} release */
function homeName(release) {
  return `kafka-${kafkaKey(release)}`;
}
