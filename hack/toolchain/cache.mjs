// The cache of everything that the toolchain fetches and builds: finished parts only, named by what went into them.

import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";

import { Reaper } from "../reaper/reaper.mjs";
import { withLock } from "./lock.mjs";

const DRAFT = ".draft";

/** `$XDG_CACHE_HOME/event-bus-operator`, by default `~/.cache/event-bus-operator`. */
export function cacheRoot() {
  const base = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(base, "event-bus-operator");
}

/**
 * Twelve hexadecimal digits that change with any of the inputs.
 *
 * @param {...(string | Buffer)} inputs
 */
export function keyOf(...inputs) {
  const hash = createHash("sha256");
  // The length before each, so that no two lists of inputs read the same.
  for (const input of inputs) hash.update(`${Buffer.byteLength(input)}:`).update(input);
  return hash.digest("hex").slice(0, 12);
}

/**
 * The folder `name` of the cache, holding at least `files`; what is missing is made by `produce`.
 *
 * Guarantees
 * - A file in the cache is complete: it was written elsewhere, synced, and moved in one step.
 * - One process at a time produces; others wait and then find what they need.
 * - An interrupted `produce`, and the programs that it started through the reaper, leave nothing behind.
 *
 * @param {{ name: string, files: readonly string[], onWait: (holder: number) => void }} wanted `files` are names of
 *   files directly in the folder.
 * @param {(draft: string, missing: readonly string[], reaper: Reaper) => Promise<void>} produce Writes the missing ones,
 *   and perhaps others, into the empty folder `draft`.
 */
export async function cachedFolder({ name, files, onWait }, produce) {
  const folder = join(cacheRoot(), name);
  const findMissing = () => files.filter((file) => !existsSync(join(folder, file)));
  if (findMissing().length === 0) return folder;
  await withLock(join(cacheRoot(), "locks", name.replaceAll("/", "-")), onWait, async () => {
    const missing = findMissing();
    if (missing.length > 0) await fill(folder, (draft, reaper) => produce(draft, missing, reaper));
  });
  return folder;
}

/**
 * @param {string} folder
 * @param {(draft: string, reaper: Reaper) => Promise<void>} produce
 */
async function fill(folder, produce) {
  await mkdir(dirname(folder), { recursive: true });
  await removeDrafts(folder);
  const draft = `${folder}.${randomBytes(6).toString("hex")}${DRAFT}`;
  const reaper = new Reaper(draft);
  try {
    await produce(draft, reaper);
    await Promise.all((await readdir(draft)).map((file) => sync(join(draft, file))));
    await moveInto(draft, folder);
  } finally {
    await reaper.close();
  }
}

/**
 * What a power failure has left; under the lock nobody else works on this folder.
 *
 * @param {string} folder
 */
async function removeDrafts(folder) {
  const siblings = await readdir(dirname(folder));
  const drafts = siblings.filter((name) => name.startsWith(`${basename(folder)}.`) && name.endsWith(DRAFT));
  await Promise.all(drafts.map((name) => removeFolder(join(dirname(folder), name))));
}

/**
 * In one step, or file by file into a folder that already holds some.
 *
 * @param {string} draft
 * @param {string} folder
 */
async function moveInto(draft, folder) {
  if (existsSync(folder)) {
    for (const file of await readdir(draft)) await rename(join(draft, file), join(folder, file));
  } else {
    await rename(draft, folder);
  }
}

/**
 * Else a power failure could leave an empty file under its final name.
 *
 * @param {string} file
 */
async function sync(file) {
  const handle = await open(file);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @param {string} folder */
export async function removeFolder(folder) {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
