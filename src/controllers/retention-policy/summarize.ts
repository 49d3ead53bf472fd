// Tells how far a RetentionPolicy is in effect, from the EventTopics that it governs. Pure; a policy owns nothing in Kafka.

import type { EventTopic } from "../../api/event-topic.ts";
import { RETENTION_POLICY_REASONS } from "../../api/reasons/retention-policy.ts";
import type { RetentionPolicy, RetentionPolicyStatus } from "../../api/retention-policy.ts";
import { buildConditions, findCondition } from "../../runtime/conditions.ts";
import { settled } from "../../runtime/outcome.ts";
import type { Verdict } from "../../runtime/reconcile.ts";
import { conditionsFor } from "../ready-reason.ts";

type PolicyReason = keyof typeof RETENTION_POLICY_REASONS;

export function summarizePolicy(
  policy: RetentionPolicy,
  topics: readonly EventTopic[],
  nowMs: number,
): Verdict<RetentionPolicyStatus> {
  const counts = countTopics(topics);
  const generation = policy.metadata.generation ?? 0;
  const { reason, message } = judge(policy, counts);
  const notes = conditionsFor(RETENTION_POLICY_REASONS, reason, message);
  return {
    outcome: settled(),
    status: {
      topics: counts,
      conditions: buildConditions(policy.status?.conditions, notes, { generation, now: nowMs }),
    },
  };
}

interface TopicCounts {
  readonly matched: number;
  readonly compliant: number;
  readonly pending: number;
}

function judge(
  policy: RetentionPolicy,
  { matched, compliant }: TopicCounts,
): { readonly reason: PolicyReason; readonly message: string } {
  const count = matched === 1 ? "1 topic" : `${matched} topics`;
  const told = `Governs ${count}, of which ${compliant} ${compliant === 1 ? "is" : "are"} as it says`;
  if (policy.spec.suspend === true) {
    return { reason: "Suspended", message: `${told}; nothing is changed until spec.suspend is removed` };
  }
  if (policy.spec.enforcement === "Audit") return { reason: "Audited", message: `${told}; nothing is changed` };
  return { reason: "Enforced", message: told };
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
