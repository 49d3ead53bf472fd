// Unpacks the release archive of the control plane, where it can be reached. Never fails: what it does not give is built.

import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { removeFolder } from "./cache.mjs";
import { ENVTEST, RELEASES_URL } from "./control-plane-pins.mjs";
import { download } from "./download.mjs";
import { runProgram } from "./run-program.mjs";

/**
 * @import { Part, Progress } from "./progress.mjs"
 * @import { Reaper } from "../reaper/reaper.mjs"
 */

const ARCHITECTURES = /** @type {Readonly<Record<string, string>>} */ ({ x64: "amd64", arm64: "arm64" });

/** `<operating system>-<architecture>` in Go's words. */
export function releasePlatform() {
  return `${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;
}

/**
 * The release for this platform: where it lies, and the SHA-512 that it must have.
 *
 * @returns {{ url: string, sum: string } | undefined}
 */
export function releaseForPlatform() {
  const sum = ENVTEST.sums[releasePlatform()];
  const file = `envtest-v${ENVTEST.version}-${releasePlatform()}.tar.gz`;
  return sum === undefined ? undefined : { url: `${RELEASES_URL}/envtest-v${ENVTEST.version}/${file}`, sum };
}

/**
 * Puts the binaries of the release into `draft`; returns their names, none when it cannot be had.
 *
 * @param {{ url: string, sum: string }} release
 * @param {{ draft: string, reaper: Reaper, part: Part, progress: Progress }} task
 * @returns {Promise<readonly string[]>}
 */
export async function unpackRelease({ url, sum }, { draft, reaper, part, progress }) {
  const folder = join(draft, "release");
  const archive = join(draft, "release.tar.gz");
  try {
    part.note = "looking for a release to download";
    await download(url, archive, { algorithm: "sha512", sum }, (bytes, total) => {
      part.note = `downloading, ${Math.round(bytes / 1e6)} MB`;
      part.fraction = total === undefined ? undefined : bytes / total;
    });
    await mkdir(folder);
    await runProgram(reaper, "tar", ["-xzf", archive, "-C", folder]);
    await Promise.all(ENVTEST.binaries.map((name) => takeOut(folder, name, draft)));
    return ENVTEST.binaries;
  } catch (error) {
    progress.say(`No release of the control plane: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  } finally {
    part.fraction = undefined;
    await Promise.all([folder, archive].map(removeFolder));
  }
}

/**
 * @param {string} folder
 * @param {string} name
 * @param {string} draft
 */
async function takeOut(folder, name, draft) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const entry = entries.find((candidate) => candidate.isFile() && candidate.name === name);
  if (entry === undefined) throw new Error(`The archive holds no "${name}"`);
  const path = join(entry.parentPath, name);
  await chmod(path, 0o755);
  // An archive for another system would be found out only when a test starts it.
  await promisify(execFile)(path, name === "kubectl" ? ["version", "--client"] : ["--version"]);
  await rename(path, join(draft, name));
}
