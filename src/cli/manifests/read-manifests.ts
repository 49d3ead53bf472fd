// Reads manifests from files, folders and stdin, in a stable order. Does not judge them.

import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";

import { CommandError, EXIT, type Terminal } from "../terminal.ts";
import { parseManifests, type ParsedFile } from "./parse-manifests.ts";

const STDIN = "-";
const ENDINGS = /\.(ya?ml|json)$/i;

export interface ReadManifests extends ParsedFile {
  readonly files: number;
}

/** Of folders every *.yaml, *.yml and *.json at any depth; `-` is stdin. A path that is not there is a wrong usage. */
export async function readManifests(paths: readonly string[], terminal: Terminal): Promise<ReadManifests> {
  const files = (await Promise.all(paths.map((path) => filesAt(path, terminal)))).flat();
  const unique = [...new Set(files)];
  const parsed = await Promise.all(unique.map(async (file) => parseManifests(await textOf(file, terminal), file)));
  return {
    files: unique.length,
    manifests: parsed.flatMap(({ manifests }) => manifests),
    unreadable: parsed.flatMap(({ unreadable }) => unreadable),
  };
}

async function filesAt(path: string, { workingDirectory }: Terminal): Promise<string[]> {
  if (path === STDIN) return [path];
  const found = await stat(resolve(workingDirectory, path)).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? "there is no such file or folder" : error.message;
    throw new CommandError(`Cannot read "${path}": ${why}`, EXIT.usage);
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(resolve(workingDirectory, path), { recursive: true });
  return entries
    .filter((entry) => ENDINGS.test(entry))
    .toSorted()
    .map((entry) => join(path, entry));
}

async function textOf(file: string, terminal: Terminal): Promise<string> {
  if (file === STDIN) return await terminal.readStdin();
  try {
    return await readFile(resolve(terminal.workingDirectory, file), "utf8");
  } catch (error) {
    throw new CommandError(`Cannot read "${file}": ${(error as Error).message}`, EXIT.usage);
  }
}
