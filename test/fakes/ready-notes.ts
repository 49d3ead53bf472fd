// ReadyNotes: the conditions of a kind that has nothing to tell but Ready.

import type { ConditionNote } from "../../src/runtime/conditions.ts";
import type { Outcome } from "../../src/runtime/outcome.ts";

/**
 * Ready, together with what kstatus needs beside it when it is not True: Stalled where only a person can help, else
 * Reconciling.
 */
export function readyNotes(ready: Omit<ConditionNote, "type">, outcome: Pick<Outcome, "kind">): ConditionNote[] {
  const note: ConditionNote = { ...ready, type: "Ready" };
  if (ready.status === "True") return [note];
  return [note, { ...ready, type: outcome.kind === "stalled" ? "Stalled" : "Reconciling", status: "True" }];
}
