// The building blocks of every schema: scalars, quantities, names and lists, all bounded. What they accept is what the
// API server accepts (test/integration/api-agreement.test.ts); no transform, no default.

import { z, type core } from "zod";

import { checkOf } from "./check.ts";
import {
  DURATION_PATTERN,
  FINITE_DURATION_PATTERN,
  FINITE_SIZE_PATTERN,
  MAX_SIZE_BYTES,
  SIZE_PATTERN,
} from "./quantity.ts";

/** Greatest number that JSON, JavaScript and an int64 agree on. */
export const MAX_COUNT = Number.MAX_SAFE_INTEGER;

/** Most partitions of a topic: KRaft creates no more at once (ReplicationControlManager#MAX_PARTITIONS_PER_BATCH). */
export const MAX_PARTITIONS = 10_000;

/** Replication factors are an int16 in Kafka's protocol. */
export const MAX_REPLICATION_FACTOR = 32_767;

/** Kafka's limit for topic names (Topic#MAX_NAME_LENGTH). */
export const MAX_TOPIC_NAME = 249;

/** Any text of up to `max` characters: code points, as the API server counts; zod's own `max` counts UTF-16 units. */
export function text(max: number, min = 0): z.ZodString {
  const bounded = z.string().check(maxCodePoints(max));
  return min === 0 ? bounded : bounded.min(min, `Must hold at least ${min} character${min === 1 ? "" : "s"}`);
}

/** Text that must match and is never empty; `message` is all that its author gets to see, so it says what to write. */
export function formatted(max: number, pattern: RegExp, message: string): z.ZodString {
  return text(max, pattern.test("") ? 1 : 0).regex(pattern, message);
}

/** A closed set of words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(
  ...words: Words
): z.ZodEnum<{
  [Word in Words[number]]: Word;
}> {
  return z.enum(words);
}

/** A whole number within bounds, int32 where the bounds allow. */
export function whole(min: number, max: number): z.ZodNumber {
  return z.int().min(min).max(max);
}

/** A number from 0 to 1. */
export function ratio(): z.ZodNumber {
  return z.number().min(0).max(1);
}

/** A count in a status. */
export function count(): z.ZodNumber {
  return whole(0, MAX_COUNT);
}

/** A duration of at most 32 characters, or `unlimited`. */
export function durationOrUnlimited(): z.ZodString {
  const schema = formatted(32, DURATION_PATTERN, `${DURATION_SYNTAX}, or "unlimited"`);
  return schema.meta({ title: "a duration such as 7d12h, or unlimited" });
}

/** A duration; `unlimited` would make no sense here. */
export function duration(): z.ZodString {
  return formatted(32, FINITE_DURATION_PATTERN, DURATION_SYNTAX).meta({ title: "a duration such as 7d12h" });
}

const DURATION_SYNTAX =
  'Write a duration such as "7d", "36h" or "7d12h": whole numbers with the units w, d, h, m, s, ms, each once and ' +
  "largest first";

export type IntOrString = z.ZodUnion<readonly [z.ZodNumber, z.ZodString]>;

/** A size in bytes, or `unlimited`. */
export function sizeOrUnlimited(): IntOrString {
  const schema = sizeLike(SIZE_PATTERN, `${SIZE_SYNTAX}, or "unlimited"`);
  return schema.meta({ title: "bytes such as 10Gi, or unlimited" });
}

/** A size in bytes; `unlimited` would make no sense here. */
export function size(): IntOrString {
  return sizeLike(FINITE_SIZE_PATTERN, SIZE_SYNTAX).meta({ title: "bytes such as 10Gi" });
}

const SIZE_SYNTAX =
  'Write whole bytes such as 1048576, "64Mi" or "10Gi" (k, M, G, T, Ki, Mi, Gi, Ti; no fractions: "1536Mi", not ' +
  '"1.5Gi")';

/** Value of a configuration key, as Kafka spells it: text or a whole number (quote `"true"` and `"0.5"`). */
export function configValue(): IntOrString {
  return z.union([whole(-MAX_COUNT, MAX_COUNT), text(1024)]);
}

/** Both forms are refused in the same words: whoever writes Kafka's -1 is told of `unlimited`. */
function sizeLike(pattern: RegExp, message: string): IntOrString {
  return z.union([z.int().min(0, message).max(MAX_SIZE_BYTES), formatted(20, pattern, message)]);
}

const LABEL_SYNTAX = 'Use lower-case letters, digits and "-", with a letter or digit at both ends';

/** A name of Kubernetes' strictest kind (RFC 1123 label). */
export function label(): z.ZodString {
  return formatted(63, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, LABEL_SYNTAX);
}

/** Name of a Kubernetes object (RFC 1123 subdomain). */
export function objectName(): z.ZodString {
  return formatted(
    253,
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    'Use a Kubernetes object name: lower-case letters, digits, "-" and ".", with a letter or digit at both ends',
  );
}

/** Objects with up to `max` keys of their own choice. */
export function mapOf<Value extends z.ZodType>(value: Value, max: number): z.ZodRecord<z.ZodString, Value> {
  return z.record(z.string(), value).check(maxProperties(max));
}

/** A list that is replaced as a whole. */
export function listOf<Item extends z.ZodType>(item: Item, max: number, min = 0): z.ZodArray<Item> {
  return bounded(item, max, min).check(listType({ type: "atomic" }));
}

/** A list in which every scalar stands once; server-side apply merges it by value. */
export function setOf<Item extends z.ZodType>(item: Item, max: number, min = 0): z.ZodArray<Item> {
  return bounded(item, max, min).check(listType({ type: "set" }));
}

/** A list of objects told apart by their `keys`; server-side apply merges it by them. */
export function keyedList<Item extends z.ZodObject>(
  item: Item,
  keys: readonly (keyof z.infer<Item> & string)[],
  max: number,
): z.ZodArray<Item> {
  return bounded(item, max, 0).check(listType({ type: "map", keys }));
}

function bounded<Item extends z.ZodType>(item: Item, max: number, min: number): z.ZodArray<Item> {
  return min === 0 ? z.array(item).max(max) : z.array(item).min(min).max(max);
}

/** Marks an object that server-side apply replaces as a whole: `schema.check(atomic)`. */
export const atomic: core.$ZodCheck<object> = fieldCheck({ check: "map_type" }, () => undefined);

/** How server-side apply merges a list (x-kubernetes-list-type), and what may not occur twice in it. */
export type ListType = { readonly type: "atomic" | "set" } | { readonly type: "map"; readonly keys: readonly string[] };

/** The checks that are ours and not zod's, as found in a schema by those who walk it. */
export type FieldCheckDef =
  | { readonly check: "max_code_points"; readonly maximum: number }
  | { readonly check: "max_properties"; readonly maximum: number }
  | { readonly check: "list_type"; readonly list: ListType }
  | { readonly check: "map_type" };

function maxCodePoints(maximum: number): core.$ZodCheck<string> {
  return fieldCheck({ check: "max_code_points", maximum }, (value: string) =>
    value.length <= maximum || Array.from(value).length <= maximum
      ? undefined
      : `Must hold at most ${maximum} characters`,
  );
}

function maxProperties(maximum: number): core.$ZodCheck<object> {
  return fieldCheck({ check: "max_properties", maximum }, (value: object) =>
    Object.keys(value).length <= maximum
      ? undefined
      : `Must hold at most ${maximum} ${maximum === 1 ? "entry" : "entries"}`,
  );
}

function listType(list: ListType): core.$ZodCheck<readonly unknown[]> {
  return fieldCheck({ check: "list_type", list }, (items: readonly unknown[]) => {
    if (list.type === "atomic") return undefined;
    const ids = items.map((item) => identityIn(list, item));
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    return twice === undefined ? undefined : `Must not hold ${twice} twice`;
  });
}

function identityIn(list: ListType, item: unknown): string {
  if (list.type !== "map") return JSON.stringify(item);
  const entry = item as Readonly<Record<string, unknown>>;
  return list.keys.map((key) => `${key} ${JSON.stringify(entry[key])}`).join(", ");
}

function fieldCheck<Value>(def: FieldCheckDef, messageOf: (value: Value) => string | undefined): core.$ZodCheck<Value> {
  return checkOf<Value>(def, (value) => {
    const message = messageOf(value);
    return message === undefined ? undefined : { message };
  });
}
