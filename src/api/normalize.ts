// What the API server does to an object before it judges it: nulls of declared fields vanish, undeclared fields are
// found, text becomes well-formed. Pure; returns a copy.

import type { Structure } from "./structure.ts";

export interface Normalized {
  readonly value: unknown;
  /** Paths of fields that the schema does not know; gone from `value`. */
  readonly unknownFields: readonly string[];
}

/** `path` is that of `value` itself, as it stands in the unknown fields' paths. */
export function normalize(structure: Structure, value: unknown, path: string): Normalized {
  const unknownFields: string[] = [];
  return { value: clean(structure, value, path, unknownFields), unknownFields };
}

function clean(structure: Structure, value: unknown, path: string, unknownFields: string[]): unknown {
  if (structure.type === "list") {
    if (!Array.isArray(value)) return value;
    return value.map((item, index) => clean(structure.items, item, `${path}[${index}]`, unknownFields));
  }
  // JSON can spell half a surrogate pair; the API server keeps U+FFFD for it.
  if (typeof value === "string") return value.toWellFormed();
  if ((structure.type !== "object" && structure.type !== "map") || !isRecord(value)) return value;
  const fields: [string, unknown][] = [];
  for (const [name, field] of Object.entries(value)) {
    const fieldPath = path === "" ? name : `${path}.${name}`;
    const inner = fieldOf(structure, name);
    if (inner === undefined) unknownFields.push(fieldPath);
    else if (field !== null) fields.push([name, clean(inner, field, fieldPath, unknownFields)]);
  }
  return Object.fromEntries(fields);
}

function fieldOf(structure: Extract<Structure, { type: "object" | "map" }>, name: string): Structure | undefined {
  if (structure.type === "map") return structure.values;
  return Object.hasOwn(structure.properties, name) ? structure.properties[name] : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
