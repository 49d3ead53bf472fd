// zod's issues in sentences for whoever wrote the object. Words only.

import type { core } from "zod";

/** A message for issues that carry none of their own; for `safeParse(…, { error: explainIssue })`. */
export function explainIssue(issue: core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "Required value"
        : `Must be ${nounOf(issue.expected)}, not ${nameOf(issue.input)}`;
    case "too_small":
      return bound("at least", issue.minimum, issue.origin);
    case "too_big":
      return bound("at most", issue.maximum, issue.origin);
    case "invalid_value":
      return `Must be one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "invalid_union":
      return explainUnion(issue);
    default:
      return undefined;
  }
}

/** The only unions are int-or-string: what matters is what the value's own type says of it. */
function explainUnion(issue: core.$ZodRawIssue<core.$ZodIssueInvalidUnion>): string {
  const own = issue.errors.flat().find((inner) => inner.code !== "invalid_type");
  return own?.message ?? `Must be a whole number or text, not ${nameOf(issue.input)}`;
}

function bound(relation: string, limit: number | bigint, origin: string): string {
  if (origin === "array") return `Must hold ${relation} ${limit} item${limit === 1 ? "" : "s"}`;
  return `Must be ${relation} ${limit}`;
}

function nounOf(type: string): string {
  switch (type) {
    case "int":
      return "a whole number";
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    case "array":
      return "a list";
    case "object":
    case "record":
      return "an object";
    default:
      return `a ${type}`;
  }
}

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "object") return Array.isArray(value) ? "a list" : "an object";
  return JSON.stringify(value);
}
