// Tells how far a RetentionPolicy is in effect, from the EventTopics that it governs. Pure; a policy owns nothing in Kafka.

import type { EventTopic } from "../../api/event-topic.ts";
import { RETENTION_POLICY_REASONS } from "../../api/reasons/retention-policy.ts";
import type { RetentionPolicy, RetentionPolicyStatus } from "../../api/retention-policy.ts";
import { policyValue } from "../../domain/defaults-chain.ts";
import type { EventNote } from "../../kubernetes/events.ts";
import { buildConditions, findCondition } from "../../runtime/conditions.ts";
import { settled } from "../../runtime/outcome.ts";
import type { Verdict } from "../../runtime/reconcile.ts";
import { heldBy, heldRollout } from "../held-rollout.ts";
import { conditionsFor } from "../ready-reason.ts";

type PolicyReason = keyof typeof RETENTION_POLICY_REASONS;

/** The topics that a policy is about. */
export interface PolicyTopics {
  readonly governed: readonly EventTopic[];
  /** Of which its change guard holds something back. */
  readonly guarded: readonly EventTopic[];
}

export function summarizePolicy(
  policy: RetentionPolicy,
  { governed, guarded }: PolicyTopics,
  nowMs: number,
): Verdict<RetentionPolicyStatus> {
  const counts = countTopics(governed);
  const generation = policy.metadata.generation ?? 0;
  const rollout = heldRollout(policy, guarded, counts.matched - counts.pending);
  const { reason, message } = judge(policy, counts, guarded, rollout);
  const notes = conditionsFor(RETENTION_POLICY_REASONS, reason, message);
  return {
    outcome: settled(),
    status: {
      topics: counts,
      rollout,
      conditions: buildConditions(policy.status?.conditions, notes, { generation, now: nowMs }),
    },
    events: heldEvent(policy, reason, message),
  };
}

/** Once for each edit of the policy that is held back. */
function heldEvent({ status, metadata }: RetentionPolicy, reason: PolicyReason, message: string): EventNote[] {
  const before = findCondition(status?.conditions, "Ready");
  const isKnown = before?.reason === reason && before.observedGeneration === metadata.generation;
  if (reason !== "ApprovalRequired" || isKnown) return [];
  return [{ type: "Warning", reason, action: "Reconcile", note: message }];
}

interface TopicCounts {
  readonly matched: number;
  readonly compliant: number;
  readonly pending: number;
}

function judge(
  policy: RetentionPolicy,
  { matched, compliant }: TopicCounts,
  guarded: readonly EventTopic[],
  rollout: RetentionPolicyStatus["rollout"],
): { readonly reason: PolicyReason; readonly message: string } {
  const count = matched === 1 ? "1 topic" : `${matched} topics`;
  const told = `Governs ${count}, of which ${compliant} ${compliant === 1 ? "is" : "are"} as it says`;
  if (policy.spec.suspend === true) {
    return { reason: "Suspended", message: `${told}; nothing is changed until spec.suspend is removed` };
  }
  if (policy.spec.enforcement === "Audit") return { reason: "Audited", message: `${told}; nothing is changed` };
  if (rollout === undefined) return { reason: "Enforced", message: told };
  const { name } = policy.metadata;
  const waiting = rollout.pending === 1 ? "1 topic waits" : `${rollout.pending} topics wait`;
  const message =
    `${told}; ${waiting}, because ${rollout.deletableRecords} records in all would become deletable. Approve it: ` +
    `kubectl annotate retentionpolicy ${name} --overwrite eventbus.dev/approve=${rollout.id}, or take the edit back`;
  // What its topics' owners ask for is theirs to answer for: the policy itself is in effect.
  return { reason: guarded.some((topic) => waitsForEdit(policy, topic)) ? "ApprovalRequired" : "Enforced", message };
}

/** Whether what is held back is what the policy itself says. */
function waitsForEdit(policy: RetentionPolicy, topic: EventTopic): boolean {
  return heldBy(policy, topic).some(({ key, to }) => key !== undefined && policyValue(key, policy.spec) === to);
}

function countTopics(topics: readonly EventTopic[]): TopicCounts {
  return {
    matched: topics.length,
    compliant: topics.filter((topic) => isCompliant(topic)).length,
    pending: topics.filter((topic) => topic.status?.pendingChanges !== undefined).length,
  };
}

function isCompliant(topic: EventTopic): boolean {
  return findCondition(topic.status?.conditions, "Ready")?.status === "True" && topic.status?.drift === undefined;
}
