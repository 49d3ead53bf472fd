// Which test files a run consists of.

import { globSync, statSync } from "node:fs";
import { join } from "node:path";

/** Need a long time, or a cluster or a Docker that this machine may not have: only where they are asked for. */
const LONG = "test/long/";
const ELSEWHERE = ["test/e2e/", "test/image/"];
/** Need no control plane and no Kafka. */
const UNIT = /^test\/(unit\/|[^/]+$)/;

export interface Selection {
  readonly tier: "unit" | "default" | "long";
  /** Files or folders; everything of the tier when empty. */
  readonly paths: readonly string[];
}

/** Paths of test files, the quick ones first. Throws when a path names none. */
export function selectFiles({ tier, paths }: Selection): string[] {
  const files = paths.length > 0 ? [...new Set(paths.flatMap(filesAt))] : filesOf(tier);
  return files.toSorted((a, b) => Number(isUnit(b)) - Number(isUnit(a)) || a.localeCompare(b));
}

export function isUnit(file: string): boolean {
  return UNIT.test(file);
}

/** Takes its time, also when it is asked for by name. */
export function isLong(file: string): boolean {
  return file.startsWith(LONG);
}

function filesOf(tier: Selection["tier"]): string[] {
  const all = globSync("test/**/*.test.ts").filter((file) => !ELSEWHERE.some((folder) => file.startsWith(folder)));
  if (tier === "unit") return all.filter(isUnit);
  return tier === "long" ? all : all.filter((file) => !file.startsWith(LONG));
}

function filesAt(path: string): string[] {
  const normalized = join(path);
  const files = isFolder(normalized) ? globSync(`${normalized}/**/*.test.ts`) : globSync(normalized);
  if (files.length === 0) throw new Error(`There is no test file "${path}"`);
  return files;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
