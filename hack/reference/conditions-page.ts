// The reference page of conditions and of the reasons of Ready: what each says and what to do about it.

import { CONDITION_TYPES, READY_REASONS } from "../../src/api/conditions.ts";
import type { ReadyReason } from "../../src/api/reasons/ready-reason.ts";
import { anchorOf } from "./kind-page.ts";
import { code, GENERATED_NOTE, plain, table } from "./markdown.ts";

const PRESENCE = {
  always: "always",
  whileTrue: "only while True",
  whenKnown: "once there is an answer",
} as const;

export function conditionsPage(): string {
  const conditions = Object.entries(CONDITION_TYPES).map(([type, { means, kinds, present }]) => [
    code(type),
    plain(means),
    kinds.length === Object.keys(READY_REASONS).length ? "all" : kinds.join(", "),
    PRESENCE[present],
  ]);
  return [
    `${GENERATED_NOTE}\n# Conditions and reasons\n`,
    "The state of every object is told by conditions in the way of kstatus, so that `kubectl wait`, Flux and Argo CD read",
    "it correctly. Each condition carries the generation of the spec that it judges.\n",
    table(["Condition", "True says", "Kinds", "Present"], conditions),
    ...Object.entries(READY_REASONS).flatMap(([kind, reasons]) => [
      `## Ready of ${kind}\n`,
      table(
        ["Reason", "Ready", "Beside it", "What is the case", "What to do", "Looked at again on"],
        Object.entries<ReadyReason>(reasons).map(([reason, entry]) => rowOf(kind, reason, entry)),
      ),
    ]),
  ].join("\n");
}

function rowOf(kind: string, reason: string, { ready, beside, means, remedy, wokenBy }: ReadyReason): string[] {
  const anchor = `<a id="${anchorOf(kind, reason)}"></a>`;
  const others = beside === "asCause" ? "as its cause" : beside.join(", ");
  return [`${anchor}${code(reason)}`, ready, others, plain(means), plain(remedy), plain(wokenBy)];
}
