// Reads a zod schema into a Structure. Strict: what the API server could not hold exactly as zod does (transforms,
// defaults, null, look-around, anything unbounded) is an error here, never dropped.

import { z, type core } from "zod";

import { definitionOf } from "./check.ts";
import type { FieldCheckDef } from "./fields.ts";
import { portablePattern } from "./portable-pattern.ts";
import { ruleOf, type DeclaredRule } from "./rule.ts";
import type {
  EnumStructure,
  IntOrStringStructure,
  ListStructure,
  MapStructure,
  NumberStructure,
  ObjectStructure,
  StringStructure,
  Structure,
} from "./structure.ts";

/**
 * The structure of an object schema; `path` names it in errors.
 * @throws TypeError naming the path of what cannot be expressed, is unbounded, or lacks a description.
 */
export function readStructure(schema: z.ZodObject, path: string): ObjectStructure {
  const structure = readAny(schema, path);
  if (structure.type !== "object") throw inexpressible(path, "no fields");
  return structure;
}

function readAny(schema: core.$ZodType, path: string): Structure {
  const { inner, words } = unwrap(schema, path);
  const { def } = inner as z.ZodType;
  if ("coerce" in def && def.coerce === true) throw inexpressible(path, "coercion");
  const checks = new Checks(inner, path);
  const structure = readTyped(inner, checks, path);
  checks.end();
  return { ...structure, ...words, rules: checks.rules };
}

/** Only `optional` is peeled off: it is `required` seen from the other side. The outermost words count. */
function unwrap(
  schema: core.$ZodType,
  path: string,
): { inner: core.$ZodType; words: { description?: string; title?: string } } {
  const { description, title } = z.globalRegistry.get(schema) ?? {};
  const own = { ...(description === undefined ? {} : { description }), ...(title === undefined ? {} : { title }) };
  if (!(schema instanceof z.ZodOptional)) return { inner: schema, words: own };
  if (schema.def.checks !== undefined) throw inexpressible(path, "a check beside optional");
  const { inner, words } = unwrap(schema.def.innerType, path);
  return { inner, words: { ...words, ...own } };
}

function readTyped(schema: core.$ZodType, checks: Checks, path: string): Structure {
  if (schema instanceof z.ZodObject) return readObject(schema, checks, path);
  if (schema instanceof z.ZodRecord) return readMap(schema, checks, path);
  if (schema instanceof z.ZodArray) return readList(schema, checks, path);
  if (schema instanceof z.ZodString) return readString(checks, path);
  if (schema instanceof z.ZodNumber) return readNumber(schema, checks, path);
  if (schema instanceof z.ZodBoolean) return { type: "boolean", rules: [] };
  if (schema instanceof z.ZodEnum) return readEnum(schema, path);
  if (schema instanceof z.ZodUnion) return readUnion(schema, path);
  throw inexpressible(path, "a schema of another kind than object, record, array, string, number, boolean or enum");
}

function readObject(schema: z.ZodObject, checks: Checks, path: string): ObjectStructure {
  if (schema.def.catchall !== undefined) throw inexpressible(path, "a rule for undeclared keys");
  const fields = Object.entries(schema.shape);
  const properties = fields.map(([name, field]) => [name, readAny(field, `${path}.${name}`)] as const);
  const silent = properties.find(([, property]) => property.description === undefined);
  if (silent !== undefined) throw new TypeError(`Describe "${path}.${silent[0]}": kubectl explain would be silent`);
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    required: fields.filter(([, field]) => !(field instanceof z.ZodOptional)).map(([name]) => name),
    isAtomic: checks.take("map_type") !== undefined,
    rules: [],
  };
}

function readMap(schema: z.ZodRecord, checks: Checks, path: string): MapStructure {
  const { keyType } = schema;
  if (!(keyType instanceof z.ZodString) || keyType.def.checks !== undefined) {
    throw inexpressible(path, "a check of the keys of a record");
  }
  const values = withoutTransitions(readAny(schema.valueType, `${path}.*`), path);
  const { maximum } = checks.take("max_properties") ?? unbounded(path);
  return { type: "map", values, maxProperties: maximum, rules: [] };
}

function readList(schema: z.ZodArray, checks: Checks, path: string): ListStructure {
  const items = withoutTransitions(readAny(schema.element, `${path}[]`), path);
  const { list } = checks.take("list_type") ?? unbounded(path);
  const { maximum } = checks.take("max_length") ?? unbounded(path);
  const minItems = checks.take("min_length")?.minimum ?? 0;
  return { type: "list", items, minItems, maxItems: maximum, list, rules: [] };
}

function readString(checks: Checks, path: string): StringStructure {
  const { maximum } = checks.take("max_code_points") ?? unbounded(path);
  const minLength = checks.take("min_length")?.minimum ?? 0;
  const format = checks.take("string_format");
  if (format === undefined) return { type: "string", minLength, maxLength: maximum, rules: [] };
  const message = messageOf(format);
  if (format.format !== "regex" || format.pattern === undefined || message === undefined) {
    throw inexpressible(path, `the string format "${format.format}" without a pattern and a message`);
  }
  const pattern = portablePattern(format.pattern);
  return { type: "string", minLength, maxLength: maximum, format: { pattern, message }, rules: [] };
}

function readNumber(schema: z.ZodNumber, checks: Checks, path: string): NumberStructure {
  const format = schema instanceof z.ZodNumberFormat ? schema.format : undefined;
  if (format !== undefined && format !== "safeint") throw inexpressible(path, `the number format "${format}"`);
  const least = checks.take("greater_than") ?? unbounded(path);
  const most = checks.take("less_than") ?? unbounded(path);
  if (!least.inclusive || !most.inclusive) throw inexpressible(path, "an exclusive bound");
  return {
    type: format === undefined ? "number" : "integer",
    minimum: Number(least.value),
    maximum: Number(most.value),
    rules: [],
  };
}

function readEnum(schema: z.ZodEnum, path: string): EnumStructure {
  const values = schema.options.filter((value) => typeof value === "string");
  if (values.length !== schema.options.length) throw inexpressible(path, "an enum of anything but strings");
  return { type: "enum", values, rules: [] };
}

function readUnion(schema: z.ZodUnion, path: string): IntOrStringStructure {
  const [integer, string, ...others] = schema.options.map((option) => readAny(option, path));
  if (integer?.type !== "integer" || string?.type !== "string" || others.length > 0) {
    throw inexpressible(path, "a union but of an integer and a string");
  }
  return { type: "intOrString", integer, string, rules: [] };
}

/** Lists and maps of ours have no identity from one version to the next that a rule on changes could follow. */
function withoutTransitions(structure: Structure, path: string): Structure {
  if (structure.rules.some((rule) => rule.judges === "change")) throw inexpressible(path, "a rule on changes of items");
  if (structure.type === "object")
    Object.values(structure.properties).forEach((property) => withoutTransitions(property, path));
  return structure;
}

type KnownCheck =
  | FieldCheckDef
  | core.$ZodCheckMinLengthDef
  | core.$ZodCheckMaxLengthDef
  | core.$ZodCheckGreaterThanDef
  | core.$ZodCheckLessThanDef
  | core.$ZodCheckStringFormatDef;

/** The checks of one schema, each to be taken by the one who expresses it. */
class Checks {
  readonly rules: readonly DeclaredRule[];
  readonly #path: string;
  readonly #untaken: Map<string, core.$ZodCheckDef>;

  constructor(schema: core.$ZodType, path: string) {
    const checks = (schema as z.ZodType).def.checks ?? [];
    this.rules = checks.map(ruleOf).filter((rule) => rule !== undefined);
    this.#path = path;
    const others = checks.filter((check) => ruleOf(check) === undefined).map(definitionOf);
    this.#untaken = new Map(others.map((def) => [def.check, def]));
    if (this.#untaken.size < others.length) throw inexpressible(path, "two checks of the same kind");
  }

  take<Name extends KnownCheck["check"]>(name: Name): Extract<KnownCheck, { check: Name }> | undefined {
    const def = this.#untaken.get(name);
    this.#untaken.delete(name);
    return def as Extract<KnownCheck, { check: Name }> | undefined;
  }

  /** Whatever nobody took would silently be missing from the CRD. */
  end(): void {
    const [left] = this.#untaken.keys();
    if (left !== undefined) throw inexpressible(this.#path, `the check "${left}"`);
  }
}

function messageOf(def: core.$ZodCheckDef): string | undefined {
  const error = def.error?.({} as never);
  return typeof error === "string" ? error : error?.message;
}

function inexpressible(path: string, what: string): TypeError {
  return new TypeError(`Cannot express "${path}" as a CustomResourceDefinition: it has ${what}`);
}

function unbounded(path: string): never {
  throw new TypeError(`Bound "${path}": CEL estimates the cost of rules from bounds`);
}
