// The operator's share of a status: what it would write, what is there, and whether the two differ. Pure.

import { isDeepStrictEqual } from "node:util";

import type { CommonStatus, Condition } from "../api/custom-resource.ts";

/**
 * A copy without undefined, null, empty lists and empty objects. The API server keeps an explicit empty list and then
 * takes each further apply for a change (kubernetes#131175).
 */
export function omitEmpty<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => omitEmpty(item)) as T;
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value)
    .map(([name, field]) => [name, omitEmpty<unknown>(field)] as const)
    .filter(([, field]) => !isEmpty(field));
  return Object.fromEntries(fields) as T;
}

/** True when writing `wanted` would change nothing. `conditionTypes`: those that the operator owns, present or not. */
export function isSameShare(
  wanted: CommonStatus | undefined,
  live: CommonStatus | undefined,
  conditionTypes: readonly string[],
): boolean {
  return isDeepStrictEqual(shareOf(wanted, conditionTypes), shareOf(live, conditionTypes));
}

function shareOf(status: CommonStatus | undefined, conditionTypes: readonly string[]): CommonStatus {
  const owned = status?.conditions?.filter(({ type }) => conditionTypes.includes(type)).toSorted(byType);
  return omitEmpty({ ...status, conditions: owned });
}

function byType(a: Condition, b: Condition): number {
  return a.type < b.type ? -1 : 1;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
