// A page for every reason that an object may give, for those who come from a condition or an alert.

import { READY_REASONS } from "../../src/api/conditions.ts";
import { KINDS } from "../../src/api/kinds.ts";
import type { ReadyReason } from "../../src/api/reasons/ready-reason.ts";
import { plain } from "../reference/markdown.ts";

interface Telling {
  readonly kind: keyof typeof READY_REASONS;
  readonly entry: ReadyReason;
}

/** Who gives each reason. */
function tellings(): ReadonlyMap<string, readonly Telling[]> {
  const found = new Map<string, Telling[]>();
  for (const kind of Object.keys(READY_REASONS) as Telling["kind"][]) {
    for (const [reason, entry] of Object.entries<ReadyReason>(READY_REASONS[kind])) {
      found.set(reason, [...(found.get(reason) ?? []), { kind, entry }]);
    }
  }
  return found;
}

export function reasonNames(): string[] {
  return [...tellings().keys()].toSorted();
}

export function reasonPath(reason: string): string {
  return `docs/runbooks/reasons/${reason}.md`;
}

export function reasonPage(reason: string): string {
  const by = tellings().get(reason) ?? [];
  return [
    "<!-- Generated from src/api/reasons by hack/generate.ts; do not edit. -->",
    "",
    `# ${reason}`,
    "",
    ...by.flatMap(({ kind, entry }) => chapter(kind, reason, entry)),
    "All reasons: [conditions](../../reference/conditions.md).",
    "",
  ].join("\n");
}

function chapter(
  kind: Telling["kind"],
  reason: string,
  { beside, means, ready, remedy, wokenBy }: ReadyReason,
): string[] {
  const others = beside === "asCause" ? "the conditions of its cause" : beside.map((type) => `\`${type}\``).join(", ");
  const { isNamespaced, plural } = KINDS.find((known) => known.kind === kind) ?? { isNamespaced: true, plural: "" };
  const everywhere = isNamespaced ? " -A" : "";
  const path = '{range .items[?(@.status.conditions[0].reason=="' + reason + '")]}';
  const fields = isNamespaced ? '{.metadata.namespace}{"/"}{.metadata.name}' : "{.metadata.name}";
  return [
    `## ${kind}`,
    "",
    `\`Ready\` is ${ready}${others === "" ? "" : `, with ${others}`}. ${plain(means)}`,
    "",
    `**What to do:** ${plain(remedy)}`,
    "",
    `**Looked at again on:** ${plain(wokenBy)}.`,
    "",
    "Which objects say so, and their messages:",
    "",
    "```sh",
    `kubectl get ${plural}${everywhere} -o jsonpath='${path}${fields}{": "}{.status.conditions[0].message}{"\\n"}{end}'`,
    "```",
    "",
  ];
}
