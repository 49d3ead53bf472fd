// Writes manifests so that two exports of the same cluster are the same text: to a stream, or a file an object.

import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { stringify } from "yaml";

import { KINDS } from "../../api/kinds.ts";
import type { Output, Terminal } from "../terminal.ts";
import type { ExportedManifest } from "./exported-manifests.ts";

/** By this line a file is known that an export wrote, and may take away. */
const HEADER = "# Written by eventbus export; the next export replaces it.";

export function writeToStream(manifests: readonly ExportedManifest[], out: Output): void {
  for (const manifest of manifests) out.write(`---\n${textOf(manifest)}`);
}

/** A folder a kind. Files of an earlier export whose objects are gone are removed. */
export async function writeToFolder(
  manifests: readonly ExportedManifest[],
  folder: string,
  { workingDirectory }: Terminal,
): Promise<void> {
  for (const { kind, plural } of KINDS) {
    const ofKind = manifests.filter(({ object }) => object.kind === kind);
    const path = resolve(workingDirectory, folder, plural);
    if (ofKind.length > 0) await mkdir(path, { recursive: true });
    const files = new Map(
      ofKind.map((manifest) => [`${manifest.object.metadata.name}.yaml`, `${HEADER}\n${textOf(manifest)}`]),
    );
    await removeStale(path, new Set(files.keys()));
    for (const [file, text] of files) await writeFile(join(path, file), text);
  }
}

async function removeStale(path: string, kept: ReadonlySet<string>): Promise<void> {
  const present = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  for (const file of present.filter((name) => name.endsWith(".yaml") && !kept.has(name))) {
    const text = await readFile(join(path, file), "utf8");
    if (text.startsWith(`${HEADER}\n`)) await rm(join(path, file));
  }
}

function textOf({ notes, object }: ExportedManifest): string {
  const comments = notes.map((note) => `# ${note}\n`).join("");
  return comments + stringify(object, { lineWidth: 0, aliasDuplicateObjects: false });
}
