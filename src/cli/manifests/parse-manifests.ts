// From the text of a file to the objects in it, with their places: several documents, Lists, YAML and JSON. Pure: no file
// is read here, and no object judged.

import { isMap, isSeq, LineCounter, parseAllDocuments, type Document, type Node, type ScalarTag } from "yaml";

import { findField, positionOf, type Manifest, type Place } from "./manifest.ts";

/** What keeps a file, or a part of it, from being read. */
export interface Unreadable extends Place {
  readonly message: string;
}

export interface ParsedFile {
  readonly manifests: readonly Manifest[];
  readonly unreadable: readonly Unreadable[];
}

/** kubectl reads these words as booleans (YAML 1.1), which YAML 1.2 does not. */
const words: ScalarTag = {
  identify: () => false,
  default: true,
  tag: "tag:yaml.org,2002:bool",
  test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
  resolve: (text) => /^(y|on)/i.test(text),
};

export function parseManifests(text: string, file: string): ParsedFile {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    customTags: (tags) => [words, ...tags],
  });
  const manifests: Manifest[] = [];
  const unreadable: Unreadable[] = [];
  // An empty file has no documents, and says so in another type.
  for (const document of [...documents] as Document.Parsed[]) {
    const read = readDocument(document, { file, lines });
    manifests.push(...read.manifests);
    unreadable.push(...read.unreadable);
  }
  return { manifests, unreadable };
}

interface Source {
  readonly file: string;
  readonly lines: LineCounter;
}

function readDocument(document: Document.Parsed, source: Source): ParsedFile {
  const { file, lines } = source;
  const errors = document.errors.map(({ message, pos: [offset] }) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, message: oneLine(message) };
  });
  if (errors.length > 0) return { manifests: [], unreadable: errors };
  const root = document.contents;
  try {
    const object: unknown = document.toJS();
    // Nothing between two separators, or comments only.
    if (object === null || root === null) return { manifests: [], unreadable: [] };
    return readObject(object, root, source);
  } catch (error) {
    // Aliases that would grow without bounds.
    return refused(root as Node, source, oneLine((error as Error).message));
  }
}

function readObject(object: unknown, node: Node, source: Source): ParsedFile {
  if (!isMap(node) || !isRecord(object)) return refused(node, source, "Must be a Kubernetes object");
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    const missing = typeof apiVersion === "string" ? "kind" : "apiVersion";
    return refused(node, source, `Must be a Kubernetes object, but has no ${missing}`);
  }
  const items = node.get("items");
  if (kind.endsWith("List") && isSeq(items) && Array.isArray(object["items"])) {
    const parts = object["items"].map((item, index) => readObject(item, items.items[index] as Node, source));
    return {
      manifests: parts.flatMap(({ manifests }) => manifests),
      unreadable: parts.flatMap(({ unreadable }) => unreadable),
    };
  }
  return { manifests: [manifestOf({ ...object, apiVersion, kind }, node, source)], unreadable: [] };
}

function manifestOf(
  object: Readonly<Record<string, unknown>> & { readonly apiVersion: string; readonly kind: string },
  node: Node,
  { file, lines }: Source,
): Manifest {
  const metadata = isRecord(object["metadata"]) ? object["metadata"] : {};
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    namespace: textOf(metadata["namespace"]),
    name: textOf(metadata["name"]) ?? textOf(metadata["generateName"]) ?? "",
    object,
    placeOf: (path) => ({ file, ...positionOf(findField(node, path).node, lines) }),
    has: (path) => findField(node, path).isExact,
  };
}

function refused(node: Node, { file, lines }: Source, message: string): ParsedFile {
  return { manifests: [], unreadable: [{ file, ...positionOf(node, lines), message }] };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function oneLine(message: string): string {
  return message.replaceAll(/\s*\n\s*/g, " ").trim();
}
