// What is wrong with an object as the operator has just written it: conditions, reasons, schema, order of lists.

import type { z } from "zod";

import { READY_REASONS } from "../../src/api/conditions.ts";
import type { CustomResource } from "../../src/api/custom-resource.ts";
import { KINDS } from "../../src/api/kinds.ts";
import { conditionProblems } from "../environment/condition-problems.ts";

/** Made once: a schema compiles itself at its first use. */
const STATUSES = new Map<string, z.ZodObject>(KINDS.map(({ kind, status }) => [kind, status.strict()]));

/** Sentences; none for an object that reads well. */
export function statusProblems(object: CustomResource<unknown>): string[] {
  const { kind, status = {} } = object;
  const parsed = STATUSES.get(kind)?.safeParse(status);
  return [
    ...conditionProblems(object),
    ...reasonProblems(object),
    ...(parsed?.success === false ? [`its status does not fit its schema: ${parsed.error.message}`] : []),
    ...orderProblems(status, "status"),
  ];
}

function reasonProblems({ kind, status }: CustomResource<unknown>): string[] {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const reasons = READY_REASONS[kind as keyof typeof READY_REASONS] as Readonly<Record<string, { ready: string }>>;
  if (ready === undefined || reasons[ready.reason]?.ready === ready.status) return [];
  return [`Ready=${ready.status} has the reason "${ready.reason}", which the table does not have`];
}

/** In an order of their own: by type, by id, by time of another list. */
const NOT_BY_NAME = /\.(conditions|brokers|pendingChanges|leftBehind)$/;

/** Lists of names are sorted and hold each name once; empty ones are not there. */
function orderProblems(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (!Array.isArray(value))
    return Object.entries(value).flatMap(([key, item]) => orderProblems(item, `${path}.${key}`));
  if (value.length === 0) return [`${path} is empty instead of absent`];
  const inside = value.flatMap((item, index) => orderProblems(item, `${path}[${index}]`));
  if (NOT_BY_NAME.test(path)) return inside;
  const names = value.map(nameOf);
  const sorted = [...new Set(names)].toSorted();
  return names.join("\n") === sorted.join("\n") ? inside : [...inside, `${path} is not sorted: ${names.join(", ")}`];
}

function nameOf(item: unknown): string {
  if (typeof item !== "object" || item === null) return String(item);
  const { key, name, topicName, groupId } = item as Readonly<Record<string, string>>;
  return key ?? topicName ?? groupId ?? name ?? JSON.stringify(item);
}
