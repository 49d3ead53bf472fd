// The reference page of a kind: every field of spec and status with type, bounds, default and meaning, the rules that
// the API server enforces, and the reasons of Ready.

import { READY_REASONS } from "../../src/api/conditions.ts";
import { CATEGORY } from "../../src/api/crd.ts";
import type { KindDefinition } from "../../src/api/kind.ts";
import { readStructure } from "../../src/api/read-structure.ts";
import { ruleOf, type DeclaredRule } from "../../src/api/rule.ts";
import type { ObjectStructure, Structure } from "../../src/api/structure.ts";
import { code, GENERATED_NOTE, plain, table } from "./markdown.ts";
import { typeOf } from "./type-of.ts";

/** `event-topic.md`. */
export function pageNameOf({ kind }: KindDefinition): string {
  return `${kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()}.md`;
}

export function kindPage(kind: KindDefinition): string {
  const reasons = Object.keys(READY_REASONS[kind.kind as keyof typeof READY_REASONS]);
  return [
    `${GENERATED_NOTE}\n# ${kind.kind}\n`,
    `${plain(kind.description)}\n`,
    headTable(kind),
    "Defaults are resolved when an object is reconciled and shown in its status; the stored object keeps what was written.\n",
    ...rulesOfRoot(kind),
    ...sectionsOf("spec", readStructure(kind.spec, "spec")),
    ...sectionsOf("status", readStructure(kind.status, "status")),
    "## Reasons of Ready\n",
    `${reasons.map((reason) => `[${reason}](conditions.md#${anchorOf(kind.kind, reason)})`).join(", ")}\n`,
  ].join("\n");
}

/** Where conditions.md explains a reason. */
export function anchorOf(kind: string, reason: string): string {
  return `${kind}-${reason}`.toLowerCase();
}

function headTable(kind: KindDefinition): string {
  const columns = kind.columns.map(({ name, priority = 0 }) => (priority === 0 ? name : `${name} (-o wide)`));
  const rows: [string, string][] = [
    ["apiVersion", code(`${kind.group}/${kind.version}`)],
    ["Scope", kind.isNamespaced ? "namespaced" : "cluster"],
    ["Names", [kind.plural, kind.singular, ...kind.shortNames].map(code).join(", ")],
    ["With all kinds", code(`kubectl get ${CATEGORY}`)],
    ["Columns", columns.join(", ")],
  ];
  if (kind.selectableFields.length > 0) {
    rows.push(["Field selectors", kind.selectableFields.map((path) => code(path.slice(1))).join(", ")]);
  }
  return table(["", ""], rows);
}

function rulesOfRoot(kind: KindDefinition): string[] {
  return ruleList(kind.rules.map(ruleOf).filter((rule) => rule !== undefined));
}

/** A section for an object, followed by those of the objects below it. */
function sectionsOf(path: string, structure: ObjectStructure): string[] {
  const fields = Object.entries(structure.properties);
  const rows = fields.map(([name, field]) => rowOf(name, field, structure.required.includes(name)));
  const below = fields.flatMap(([name, field]) => {
    const found = objectBelow(`${path}.${name}`, field);
    return found === undefined ? [] : sectionsOf(found.path, found.object);
  });
  return [
    `## ${path}\n`,
    table(["Field", "Type", "Default", "Meaning"], rows),
    ...ruleList([...structure.rules, ...fields.flatMap(([, field]) => (field.type === "object" ? [] : field.rules))]),
    ...below,
  ];
}

function rowOf(name: string, field: Structure, isRequired: boolean): string[] {
  const { meaning, defaultValue } = splitDescription(field.description ?? "");
  return [code(name), typeOf(field), isRequired ? "required" : plain(defaultValue), plain(meaning)];
}

/** By convention a description that names a default ends with `Default: ….` */
export function splitDescription(description: string): { meaning: string; defaultValue: string } {
  const [, meaning = description, defaultValue = ""] = /^(.*?) Default: (.*)\.$/s.exec(description) ?? [];
  return { meaning, defaultValue };
}

function objectBelow(path: string, field: Structure): { path: string; object: ObjectStructure } | undefined {
  if (field.type === "object") return { path, object: field };
  if (field.type === "list") return objectBelow(`${path}[]`, field.items);
  return undefined;
}

function ruleList(rules: readonly DeclaredRule[]): string[] {
  if (rules.length === 0) return [];
  return [`${rules.map(({ message }) => `- ${plain(message)}.`).join("\n")}\n`];
}
