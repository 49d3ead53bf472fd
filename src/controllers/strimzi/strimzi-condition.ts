// What the conditions of Strimzi's objects say. Pure.

import type { StrimziCondition } from "./strimzi-kinds.ts";

interface Conditioned {
  readonly status?: { readonly conditions?: readonly StrimziCondition[] | undefined } | undefined;
}

/** Why an object is not ready, in Strimzi's words; undefined where it is. */
export function unreadiness({ status }: Conditioned): string | undefined {
  const conditions = status?.conditions ?? [];
  if (conditions.some(({ type, status: is }) => type === "Ready" && is === "True")) return undefined;
  // Ready=False is the Topic Operator's and the User Operator's way, NotReady=True that of the Cluster Operator.
  const told = conditions.find(({ type }) => type === "NotReady" || type === "Ready") ?? conditions[0];
  if (told === undefined) return "nobody has reconciled it yet";
  const { type, reason, message } = told;
  return [type === "Ready" ? "NotReady" : type, reason, message].filter((part) => part !== undefined).join(": ");
}
