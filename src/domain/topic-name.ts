// How a Kafka topic gets its name, and which names Kafka can hold. Pure.

import { MAX_TOPIC_NAME } from "../api/fields.ts";
import { matchesAnyPattern, describePattern, type NamePattern } from "./name-pattern.ts";

/** Used where an EventBus names no template. */
export const DEFAULT_TEMPLATE = "{domain}.{entity}.{action}";

const PARTS = ["domain", "entity", "action"] as const;
type Part = (typeof PARTS)[number];

/** The rules that an EventBus sets for names. */
export interface NamingRules {
  readonly template?: string | undefined;
  readonly prefix?: string | undefined;
  readonly legacyNames?: readonly NamePattern[] | undefined;
}

/** What an EventTopic says of its name: either the parts, or a whole name. */
export type NameParts = { readonly [part in Part]?: string | undefined } & { readonly topicName?: string | undefined };

export type NameResult =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "invalid"; readonly message: string };

/** Renders the name that the bus' rules give to these parts, or says which rule they break. */
export function renderTopicName(parts: NameParts, rules: NamingRules): NameResult {
  const rendered = parts.topicName === undefined ? fromTemplate(parts, rules) : allowedLegacy(parts.topicName, rules);
  if (rendered.kind === "invalid") return rendered;
  const problem = topicNameProblem(rendered.name);
  return problem === undefined ? rendered : { kind: "invalid", message: problem };
}

function fromTemplate(parts: NameParts, rules: NamingRules): NameResult {
  const template = rules.template ?? DEFAULT_TEMPLATE;
  const used = PARTS.filter((part) => template.includes(`{${part}}`));
  const missing = used.filter((part) => parts[part] === undefined);
  const surplus = PARTS.filter((part) => parts[part] !== undefined && !used.includes(part));
  if (missing.length > 0 || surplus.length > 0) {
    const wrong = [
      ...missing.map((part) => `spec.${part} is missing`),
      ...surplus.map((part) => `spec.${part} is not part of it`),
    ].join(", ");
    return invalid(`The bus names its topics by the template "${template}", but ${wrong}`);
  }
  if (template.includes("{prefix}") && rules.prefix === undefined) {
    return invalid(`The bus' template "${template}" uses {prefix}, but its spec.naming.prefix is not set`);
  }
  const values: Record<string, string | undefined> = { prefix: rules.prefix, ...parts };
  const name = template.replace(/\{(\w+)\}/g, (placeholder, word: string) => values[word] ?? placeholder);
  return { kind: "name", name };
}

function allowedLegacy(topicName: string, rules: NamingRules): NameResult {
  const allowed = rules.legacyNames ?? [];
  if (matchesAnyPattern(allowed, topicName)) return { kind: "name", name: topicName };
  const list = allowed.length === 0 ? "none" : allowed.map((pattern) => `"${describePattern(pattern)}"`).join(", ");
  return invalid(
    `spec.topicName "${topicName}" is not allowed: the bus' spec.legacyNames permit ${list}; ` +
      "use spec.domain, spec.entity and spec.action, or have the platform team add the name",
  );
}

/** What Kafka itself would refuse, and names that belong to Kafka; undefined for a legal name. */
export function topicNameProblem(name: string): string | undefined {
  if (name === "") return "The topic name is empty";
  if (name === "." || name === "..") return `The topic name may not be "${name}"`;
  if (name.length > MAX_TOPIC_NAME) {
    return `The topic name "${name}" has ${name.length} characters; Kafka allows ${MAX_TOPIC_NAME}`;
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `The topic name "${name}" may hold only letters, digits, ".", "_" and "-"`;
  }
  if (name.startsWith("__")) return `The topic name "${name}" is reserved: names that begin with "__" are Kafka's own`;
  return undefined;
}

/** Two names with the same key collide in Kafka's metrics, and Kafka refuses the second ("." and "_" are one). */
export function collisionKey(name: string): string {
  return name.replaceAll(".", "_");
}

function invalid(message: string): NameResult {
  return { kind: "invalid", message };
}
