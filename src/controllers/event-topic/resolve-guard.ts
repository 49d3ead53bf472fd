// Which change guard governs an EventTopic, from memory only: its policy's, else its bus'; and, until everything that the
// policy before it decided is handed over, the stricter of both.

import type { EventBus } from "../../api/event-bus.ts";
import type { RetentionPolicy } from "../../api/retention-policy.ts";
import { governingGuard, type GoverningGuard, type GuardHolder } from "../../domain/governing-guard.ts";
import type { PolicyChoice } from "../../domain/policy-selection.ts";

export function resolveGuard(
  bus: EventBus,
  choice: PolicyChoice<RetentionPolicy>,
  recordedName: string | undefined,
  recorded: RetentionPolicy | undefined,
): GoverningGuard {
  const chosen = choice.kind === "policy" ? choice.policy : undefined;
  const isHandover = recordedName !== undefined && recordedName !== chosen?.metadata.name;
  const former = isHandover ? recorded : undefined;
  // What an audited policy leaves open its bus decides, so both have a say.
  const isAudited = chosen?.spec.enforcement === "Audit";
  const others: GuardHolder[] = [...(isAudited ? [bus] : []), ...(former === undefined ? [] : [former])];
  return governingGuard([chosen ?? bus, ...others], isHandover && former === undefined);
}
