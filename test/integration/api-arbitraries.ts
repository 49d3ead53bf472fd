// Generates objects from the structure of a kind's schema: valid by types and bounds, then bent in a few places.
// Rules are not looked at, so some are broken and some are met: the judges under test decide.

import * as fc from "fast-check";

import type { ObjectStructure, StringStructure, Structure } from "../../src/api/structure.ts";

/** How many optional fields of an object are given, on average. */
const FIELDS_GIVEN = 3;

/** Values that types, bounds and formats of our kinds tend to disagree about. */
const JUNK: readonly unknown[] = [
  [true, false, null, 0, 1, -1, 0.5, 2 ** 31 - 1, 2 ** 31, 1e15, 2 ** 53, 1e300],
  ["", " ", "0", "7d", "7d12h", "12h7d", "1w2w", "5ms", "unlimited", "Unlimited", "10Gi", "1.5Gi", "10gi", "-1"],
  ["a", "a-", "A", "a.b", "__x", ".", "..", "*", "é", "a\n", "\u0000", "\ud83d\ude00", "\ud83d", "Ⅷ", "x".repeat(300)],
  ["{domain}", "{topic}.{group}", "retention.ms", "earliest", "2026-01-31T08:00:00Z", "host:9092", "[::1]:9092"],
  [[], {}, [[]], [{}], ["a", "a"], { name: "a" }, { bogus: 1 }, { name: null }],
].flat(1);

/** A value that fits types and bounds; rarely a very large one. */
export function valueOf(structure: Structure): fc.Arbitrary<unknown> {
  switch (structure.type) {
    case "object":
      return objectOf(structure);
    case "map":
      return fc.dictionary(mapKey, valueOf(structure.values), { maxKeys: 3, noNullPrototype: true });
    case "list":
      return fc.array(valueOf(structure.items), { minLength: structure.minItems, maxLength: 3 });
    case "string":
      return stringOf(structure);
    case "enum":
      return fc.constantFrom(...structure.values);
    case "integer":
      return fc.oneof(
        fc.constantFrom(structure.minimum, structure.maximum),
        fc.integer({ min: structure.minimum, max: Math.min(structure.maximum, structure.minimum + 100) }),
      );
    case "number":
      return fc.constantFrom(structure.minimum, structure.maximum, (structure.minimum + structure.maximum) / 2);
    case "boolean":
      return fc.boolean();
    case "intOrString":
      return fc.oneof(valueOf(structure.integer), valueOf(structure.string));
  }
}

const mapKey = fc.constantFrom(
  "a",
  "segment.ms",
  "retention.ms",
  "max.message.bytes",
  "group.id",
  "app.kubernetes.io/name",
  "",
  "é",
);

function objectOf({ properties, required }: ObjectStructure): fc.Arbitrary<unknown> {
  const names = Object.keys(properties);
  const optional = Math.max(1, names.length - required.length);
  const fields = Object.entries(properties).map(([name, property]) => {
    const value = valueOf(property);
    if (required.includes(name)) return [name, value] as const;
    const weight = Math.max(1, Math.round((FIELDS_GIVEN * 100) / optional));
    const absent = { arbitrary: fc.constant(undefined), weight: Math.max(1, 100 - weight) };
    return [name, fc.oneof(absent, { arbitrary: value, weight })] as const;
  });
  return fc.record(Object.fromEntries(fields)).map(withoutUndefined);
}

function stringOf({ format, minLength, maxLength }: StringStructure): fc.Arbitrary<string> {
  if (format === undefined) {
    const short = fc.string({ minLength, maxLength: Math.min(maxLength, 12), unit: "grapheme" });
    const edge = fc.constantFrom("x", "\ud83d\ude00").map((unit) => unit.repeat(maxLength));
    return fc.oneof({ arbitrary: short, weight: 9 }, { arbitrary: edge, weight: 1 });
  }
  return fc
    .stringMatching(new RegExp(format.pattern))
    .filter((text) => text.length <= maxLength && text.length >= minLength);
}

function withoutUndefined(object: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** One change of an object, found by counting through its fields; a plain value, so that fast-check can shrink it. */
export interface Mutation {
  readonly at: number;
  readonly how: "remove" | "replace" | "perturb" | "unknownField" | "duplicateItem" | "stretch";
  readonly junk: unknown;
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat({ max: 200 }),
  how: fc.constantFrom("remove", "replace", "perturb", "unknownField", "duplicateItem", "stretch"),
  junk: fc.constantFrom(...JUNK),
});

/** The object with the mutation carried out; the object itself where there is nothing to change. */
export function mutated<T>(object: T, { at, how, junk }: Mutation): T {
  const copy = structuredClone(object);
  const spots = spotsOf(copy);
  const spot = spots[at % spots.length];
  if (spot === undefined) return copy;
  const { parent, key } = spot;
  const value = parent[key];
  if (how === "remove") delete parent[key];
  else if (how === "replace") parent[key] = structuredClone(junk);
  else if (how === "perturb") parent[key] = perturbed(value, at);
  else if (how === "stretch") parent[key] = stretched(value);
  else if (how === "duplicateItem" && Array.isArray(value)) value.push(structuredClone(value[0]));
  else if (how === "unknownField" && isObject(value)) value["bogus"] = 1;
  return copy;
}

interface Spot {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

function spotsOf(value: unknown): Spot[] {
  if (typeof value !== "object" || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...spotsOf(parent[key])]);
}

function perturbed(value: unknown, by: number): unknown {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + ([1, -1, 0.5, 2 ** 31][by % 4] ?? 0);
  if (typeof value !== "string") return value;
  const variants = [
    value.toUpperCase(),
    `${value}-`,
    `-${value}`,
    `${value}\n`,
    value.slice(1),
    `${value}é`,
    ` ${value}`,
  ];
  return variants[by % variants.length];
}

/** Above every bound, but far below the 3 MiB at which the API server refuses to read on. */
function stretched(value: unknown): unknown {
  const times = Math.min(300, Math.floor(500_000 / JSON.stringify([value]).length));
  if (Array.isArray(value)) return Array.from({ length: times }, () => structuredClone(value[0] as unknown));
  if (typeof value === "string") return value.repeat(times);
  if (!isObject(value)) return value;
  return { ...value, ...Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`k${index}`, "v"])) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
