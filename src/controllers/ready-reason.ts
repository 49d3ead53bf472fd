// From a reason of Ready to the conditions and the outcome that go with it: the table of api/reasons is the only source.
// Pure.

import type { ReadyReason } from "../api/reasons/ready-reason.ts";
import type { ConditionNote } from "../runtime/conditions.ts";
import { failed, settled, stalled, waiting, type Outcome } from "../runtime/outcome.ts";

/**
 * Ready, and the conditions that the reason puts beside it (kstatus: Reconciling, Stalled; ours: Conflict, Drifted).
 * A reason that is told as its cause has the cause's beside it.
 */
export function conditionsFor(
  reasons: Readonly<Record<string, ReadyReason>>,
  reason: string,
  message: string,
  cause?: string,
): ConditionNote[] {
  const entry = reasons[reason];
  if (entry === undefined) throw new RangeError(`There is no reason "${reason}"`);
  const { beside } = entry.beside === "asCause" ? (reasons[cause ?? ""] ?? entry) : entry;
  if (beside === "asCause") throw new RangeError(`Reason "${reason}" is told as its cause, and none is given`);
  return [
    { type: "Ready", status: entry.ready, reason, message },
    ...beside.map((type) => ({ type, status: "True" as const, reason, message })),
  ];
}

/** Whether what the reason tells goes away by itself. */
export function isReconciling(reasons: Readonly<Record<string, ReadyReason>>, reason: string): boolean {
  const beside = reasons[reason]?.beside;
  return beside !== undefined && beside !== "asCause" && beside.includes("Reconciling");
}

/** How a run ends that is judged by its reason alone. */
export function outcomeFor(
  reasons: Readonly<Record<string, ReadyReason>>,
  reason: string,
  recheckAt?: number,
): Outcome {
  const entry = reasons[reason];
  if (entry === undefined) throw new RangeError(`There is no reason "${reason}"`);
  if (entry.beside !== "asCause" && entry.beside.includes("Stalled")) return stalled(reason, recheckAt);
  if (entry.ready === "True") return settled(recheckAt);
  return entry.beside === "asCause" ? failed(reason, reason) : waiting(reason, recheckAt);
}
