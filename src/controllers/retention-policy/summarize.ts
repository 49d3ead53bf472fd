// Tells how far a RetentionPolicy is in effect, from the EventTopics that it governs. Pure; a policy owns nothing in Kafka.

import type { EventTopic } from "../../api/event-topic.ts";
import { RETENTION_POLICY_REASONS } from "../../api/reasons/retention-policy.ts";
import type { RetentionPolicy, RetentionPolicyStatus } from "../../api/retention-policy.ts";
import { policyValue } from "../../domain/defaults-chain.ts";
import { policyProblems } from "../../domain/policy-rules.ts";
import { policyViolation } from "../../domain/policy-violations.ts";
import type { EventNote } from "../../kubernetes/events.ts";
import { buildConditions, findCondition } from "../../runtime/conditions.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { settled } from "../../runtime/outcome.ts";
import type { Verdict } from "../../runtime/reconcile.ts";
import { conditionsFor } from "../ready-reason.ts";
import { heldBy, type HeldTopics } from "../rollout/held-rollout.ts";
import type { RolloutProgress } from "../rollout/rollout-pacer.ts";
import { describeRolloutPause, rolloutStatus, waitsForApproval, type RolloutView } from "../rollout/rollout-status.ts";

type PolicyReason = keyof typeof RETENTION_POLICY_REASONS;
type PolicyViolations = NonNullable<RetentionPolicyStatus["violations"]>;

/** As many as a status lists, and most characters of each. */
const VIOLATIONS_MOST = 20;
const LONGEST_MESSAGE = 2_048;
/** What is told by an event as well. */
const WARNED_OF: ReadonlySet<PolicyReason> = new Set(["ApprovalRequired", "InvalidPolicy", "RolloutPaused"]);

/** The topics that a policy is about. */
export interface PolicyTopics extends HeldTopics {
  readonly governed: readonly EventTopic[];
  /** How far its last edit is; undefined while nobody waits for a turn. */
  readonly progress?: RolloutProgress | undefined;
  /** Whether Kafka cannot be reached behind this EventBus, so that nothing comes to its topics. */
  readonly isDown?: ((busName: string) => boolean) | undefined;
}

export function summarizePolicy(
  policy: RetentionPolicy,
  topics: PolicyTopics,
  nowMs: number,
): Verdict<RetentionPolicyStatus> {
  const problems = policyProblems(policy.spec);
  const violations = problems.length > 0 ? [] : violationsOf(policy, topics.governed);
  const counts = countTopics(topics.governed, violations.length);
  const generation = policy.metadata.generation ?? 0;
  const { guarded, progress, untoldSinceMs } = topics;
  const view = {
    guarded,
    untoldSinceMs,
    progress,
    unreached: unreachedOf(policy, topics.governed),
    concerned: counts.matched,
  };
  const rollout = rolloutStatus(policy, view);
  const { reason, message } = judge(policy, { problems, counts, view, rollout, down: downBuses(view, topics) });
  const notes = conditionsFor(RETENTION_POLICY_REASONS, reason, message);
  return {
    outcome: settled(),
    status: {
      topics: counts,
      violations: violations.length === 0 ? undefined : violations.slice(0, VIOLATIONS_MOST),
      rollout,
      conditions: buildConditions(policy.status?.conditions, notes, { generation, now: nowMs }),
    },
    events: warning(policy, reason, message),
  };
}

/** Once for each edit of the policy that needs somebody's attention. */
function warning({ status, metadata }: RetentionPolicy, reason: PolicyReason, message: string): EventNote[] {
  const before = findCondition(status?.conditions, "Ready");
  const isKnown = before?.reason === reason && before.observedGeneration === metadata.generation;
  if (!WARNED_OF.has(reason) || isKnown) return [];
  return [{ type: "Warning", reason, action: "Reconcile", note: message }];
}

interface TopicCounts {
  readonly matched: number;
  readonly compliant: number;
  readonly pending: number;
}

interface Findings {
  readonly problems: readonly string[];
  readonly counts: TopicCounts;
  readonly view: RolloutView;
  readonly rollout: RetentionPolicyStatus["rollout"];
  /** Names of EventBuses that are down and have topics that the edit has yet to reach. */
  readonly down: readonly string[];
}

interface PolicyVerdict {
  readonly reason: PolicyReason;
  readonly message: string;
}

function judge(policy: RetentionPolicy, { problems, counts, view, rollout, down }: Findings): PolicyVerdict {
  if (problems.length > 0) {
    return { reason: "InvalidPolicy", message: `Applied to no topic: ${problems.join(". ")}` };
  }
  const { matched, compliant } = counts;
  const count = matched === 1 ? "1 topic" : `${matched} topics`;
  const told = `Governs ${count}, of which ${compliant} ${compliant === 1 ? "is" : "are"} as it says`;
  if (policy.spec.suspend === true) {
    return { reason: "Suspended", message: `${told}; nothing is changed until spec.suspend is removed` };
  }
  if (policy.spec.enforcement === "Audit") return { reason: "Audited", message: `${told}; nothing is changed` };
  if (rollout === undefined) return { reason: "Enforced", message: told };
  return judgeRollout(policy, told + describeDown(down), view, rollout);
}

function describeDown(buses: readonly string[]): string {
  const [first] = buses;
  if (first === undefined) return "";
  const named = buses.map((name) => `"${name}"`).join(", ");
  return `; nothing comes to the topics on ${buses.length === 1 ? "EventBus" : "EventBuses"} ${named} until it is Ready again`;
}

function judgeRollout(
  policy: RetentionPolicy,
  told: string,
  view: RolloutView,
  rollout: NonNullable<RetentionPolicyStatus["rollout"]>,
): PolicyVerdict {
  const rejected = view.progress?.rejected ?? [];
  if (rejected.length > 0) {
    return { reason: "RolloutPaused", message: `${told}. ${describeRolloutPause(rejected)}` };
  }
  const waiting = rollout.pending === 1 ? "1 topic waits" : `${rollout.pending} topics wait`;
  if (!waitsForApproval(policy, view)) {
    return { reason: "RollingOut", message: `${told}; ${waiting} for its turn (spec.rollout of the EventBus)` };
  }
  const { name } = policy.metadata;
  const how =
    rollout.id === undefined
      ? "The id to approve is shown once all topics are judged"
      : `Approve it: kubectl annotate retentionpolicy ${name} --overwrite eventbus.dev/approve=${rollout.id}`;
  const message =
    `${told}; ${waiting}, because ${rollout.deletableRecords} records in all would become deletable. ${how}, or take ` +
    "the edit back";
  // What its topics' owners ask for is theirs to answer for: the policy itself is in effect.
  return {
    reason: view.guarded.some((topic) => waitsForEdit(policy, topic)) ? "ApprovalRequired" : "Enforced",
    message,
  };
}

/** Whether what is held back is what the policy itself says. */
function waitsForEdit(policy: RetentionPolicy, topic: EventTopic): boolean {
  return heldBy(policy, topic).some(({ key, to }) => key !== undefined && policyValue(key, policy.spec) === to);
}

function violationsOf(policy: RetentionPolicy, topics: readonly EventTopic[]): PolicyViolations {
  const named = { name: policy.metadata.name, spec: policy.spec };
  const violations = topics.flatMap((topic) => {
    const message = policyViolation(named, topic);
    const { namespace = "", name } = topic.metadata;
    return message === undefined ? [] : [{ namespace, name, message: message.slice(0, LONGEST_MESSAGE) }];
  });
  return violations.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function countTopics(topics: readonly EventTopic[], violations: number): TopicCounts {
  return {
    matched: topics.length,
    compliant: topics.length - violations,
    pending: topics.filter((topic) => isPending(topic)).length,
  };
}

function downBuses({ unreached }: RolloutView, { governed, isDown }: PolicyTopics): readonly string[] {
  const waiting = new Set(unreached);
  const names = governed.flatMap((topic) =>
    waiting.has(keyOf(topic.metadata)) ? (topic.status?.bus?.name ?? []) : [],
  );
  return [...new Set(names)].filter((name) => isDown?.(name) === true).toSorted();
}

/** Topics that this edit has not come to yet, unless they go down in steps, or a person must lift what is in their way. */
function unreachedOf({ metadata }: RetentionPolicy, topics: readonly EventTopic[]): string[] {
  const unreached = topics.filter(({ status }) => {
    const isStalled = findCondition(status?.conditions, "Stalled")?.status === "True";
    const isUnderWay = findCondition(status?.conditions, "Ready")?.reason === "SteppingDown";
    return status?.retentionPolicy?.generation !== metadata.generation && !isStalled && !isUnderWay;
  });
  return unreached.map((topic) => keyOf(topic.metadata));
}

/** Waits for approval, or for its turn. */
function isPending({ status }: EventTopic): boolean {
  return (
    status?.pendingChanges !== undefined || findCondition(status?.conditions, "Ready")?.reason === "RolloutPending"
  );
}
