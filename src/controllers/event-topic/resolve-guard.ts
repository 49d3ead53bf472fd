// Which change guard governs an EventTopic, from memory only: its policy's, else its bus'; and, until everything that the
// policy before it decided is handed over, the stricter of both.

import type { EventBus } from "../../api/event-bus.ts";
import type { RetentionPolicy } from "../../api/retention-policy.ts";
import { governingGuard, type GoverningGuard, type GuardHolder } from "../../domain/governing-guard.ts";
import type { Lookup } from "../../domain/lookup.ts";
import type { PolicyChoice } from "../../domain/policy-selection.ts";

export function resolveGuard(
  bus: EventBus,
  choice: PolicyChoice<RetentionPolicy>,
  recordedPolicy: string | undefined,
  policies: Lookup<RetentionPolicy>,
): GoverningGuard {
  const chosen = choice.kind === "policy" ? choice.policy : undefined;
  const former = recordedPolicy === chosen?.metadata.name ? undefined : recordedPolicy;
  const formerPolicy = former === undefined ? undefined : policies.get(former);
  // What an audited policy leaves open its bus decides, so both have a say.
  const isAudited = chosen?.spec.enforcement === "Audit";
  const others: GuardHolder[] = [...(isAudited ? [bus] : []), ...(formerPolicy === undefined ? [] : [formerPolicy])];
  return governingGuard([chosen ?? bus, ...others], former !== undefined && formerPolicy === undefined);
}
