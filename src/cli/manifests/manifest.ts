// One object as somebody wrote it, and where in which file. Types and the places of fields; judges nothing.

import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, type Pair } from "yaml";

/** Both begin with 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Place extends Position {
  /** As it was named on the command line, or found below it; `-` for stdin. */
  readonly file: string;
}

/** Something that looks like a Kubernetes object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  /** Empty where there is none. */
  readonly name: string;
  readonly object: Readonly<Record<string, unknown>>;
  /** Of a field (`spec.publishers[0].name`), or of the nearest thing around it that is there. */
  placeOf(path: string): Place;
  /** Whether the field itself was written. */
  has(path: string): boolean;
}

/** `EventTopic/orders/paid` as people are told of an object. */
export function titleOf({ kind, name, namespace }: Pick<Manifest, "kind" | "name" | "namespace">): string {
  return [kind, namespace, name === "" ? "(no name)" : name].filter((part) => part !== undefined).join("/");
}

interface Found {
  readonly node: Node | Pair;
  readonly isExact: boolean;
}

/** The key of the field, or the item of a list. Keys may hold dots: the longest that fits counts. */
export function findField(root: Node, path: string): Found {
  let found: Node | Pair = root;
  let value: unknown = root;
  let rest = path;
  while (rest !== "") {
    const next = isSeq(value) ? itemAt(value.items, rest) : isMap(value) ? pairAt(value.items, rest) : undefined;
    if (next === undefined) return { node: found, isExact: false };
    [found, value, rest] = [next.node, next.value, next.rest];
  }
  return { node: found, isExact: true };
}

interface Step {
  readonly node: Node | Pair;
  readonly value: unknown;
  readonly rest: string;
}

function itemAt(items: readonly unknown[], path: string): Step | undefined {
  const [whole, index = ""] = /^\[([0-9]+)\]\.?/.exec(path) ?? [];
  const item = items[Number(index)];
  if (whole === undefined || item === undefined) return undefined;
  return { node: item as Node, value: item, rest: path.slice(whole.length) };
}

function pairAt(pairs: readonly Pair[], path: string): Step | undefined {
  const fitting = pairs.flatMap((pair) => {
    const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
    if (key === undefined || !path.startsWith(key) || !/^($|[.[])/.test(path.slice(key.length))) return [];
    return [{ key, pair }];
  });
  const best = fitting.toSorted((a, b) => b.key.length - a.key.length)[0];
  if (best === undefined) return undefined;
  return { node: best.pair, value: best.pair.value, rest: path.slice(best.key.length).replace(/^\./, "") };
}

/** Where a node begins; a pair begins with its key. */
export function positionOf(node: Node | Pair, lines: LineCounter): Position {
  const start = isPair(node) ? node.key : node;
  const offset = (start as Node | null)?.range?.[0] ?? 0;
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
