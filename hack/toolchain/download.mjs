// Downloads a file and checks it against a sum that is known beforehand.

import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A server that does not answer by then counts as out of reach. */
const ANSWER_TIMEOUT_MS = 5_000;
/** A download that brings nothing for so long has broken off. */
const STALL_TIMEOUT_MS = 30_000;

/**
 * Writes `file` and resolves when its sum is right; otherwise rejects, and there is no file.
 *
 * @param {string} url
 * @param {string} file
 * @param {{ algorithm: "sha256" | "sha512", sum: string }} expected
 * @param {(bytes: number, total: number | undefined) => void} [onBytes] Called with the bytes so far.
 */
export async function download(url, file, expected, onBytes) {
  const abort = new AbortController();
  let timer = abortAfter(abort, ANSWER_TIMEOUT_MS, `No answer in ${ANSWER_TIMEOUT_MS / 1_000} s`);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
    const total = Number(response.headers.get("content-length")) || undefined;
    const hash = createHash(expected.algorithm);
    let received = 0;
    const meter = new Transform({
      transform(chunk, _encoding, done) {
        clearTimeout(timer);
        timer = abortAfter(abort, STALL_TIMEOUT_MS, `Nothing came for ${STALL_TIMEOUT_MS / 1_000} s`);
        hash.update(chunk);
        received += chunk.length;
        onBytes?.(received, total);
        done(null, chunk);
      },
    });
    const body = Readable.fromWeb(response.body);
    await pipeline(body, meter, createWriteStream(file), { signal: abort.signal });
    const sum = hash.digest("hex");
    if (sum !== expected.sum) throw new Error(`Its ${expected.algorithm} is ${sum} instead of ${expected.sum}`);
  } catch (error) {
    await rm(file, { force: true });
    throw new Error(`Cannot download "${url}": ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {AbortController} abort
 * @param {number} ms
 * @param {string} reason
 */
function abortAfter(abort, ms, reason) {
  return setTimeout(() => abort.abort(new Error(reason)), ms);
}

/**
 * `fetch` hides the reason in its cause.
 *
 * @param {unknown} error
 * @returns {string}
 */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
