// A lock between processes: a file that its holder touches every two seconds. It protects work, not correctness of the
// cache, which only ever receives finished parts in one step.

import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const HEARTBEAT_MS = 2_000;
/** A holder on another machine, or one that the process table cannot tell from its successor, is dead after this. */
const SILENCE_MS = 60_000;
const POLL_MS = 200;

/** @typedef {{ token: string, pid: number, host: string }} Holder */

/**
 * Runs `work` while no other process runs work under the same path.
 *
 * Guarantees: the lock of a holder that crashed is taken over: at once when it ran on this machine, else after a minute.
 *
 * @template T
 * @param {string} path Absolute; its folder is created.
 * @param {(holder: number) => void} onWait Called once with the process id of the holder, when there is one.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, onWait, work) {
  const token = await acquire(path, onWait);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await holderOf(path))?.token === token) await rm(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {(holder: number) => void} onWait
 */
async function acquire(path, onWait) {
  await mkdir(dirname(path), { recursive: true });
  /** @type {Holder} */
  const own = { token: randomUUID(), pid: process.pid, host: hostname() };
  for (let hasWaited = false; ;) {
    if (await tryCreate(path, JSON.stringify(own))) return own.token;
    // Undefined for the moment between its creation and its content, or when it has just been given back.
    const holder = await holderOf(path);
    if (await isDead(path, holder)) {
      await takeAway(path, holder);
    } else {
      if (!hasWaited && holder !== undefined) onWait(holder.pid);
      hasWaited ||= holder !== undefined;
      await sleep(POLL_MS);
    }
  }
}

/**
 * @param {string} path
 * @param {string} content
 */
async function tryCreate(path, content) {
  try {
    await writeFile(path, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {Promise<Holder | undefined>}
 */
async function holderOf(path) {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * @param {string} path
 * @param {Holder | undefined} holder
 */
async function isDead(path, holder) {
  if (holder?.host === hostname() && !isRunning(holder.pid)) return true;
  try {
    return Date.now() - (await stat(path)).mtimeMs > SILENCE_MS;
  } catch {
    return false;
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/**
 * Removes the lock of a dead holder, but gives back one that a third process has taken in between.
 *
 * @param {string} path
 * @param {Holder | undefined} dead
 */
async function takeAway(path, dead) {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await holderOf(aside))?.token === dead?.token) await rm(aside);
  else await rename(aside, path);
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code;
}
