// What a run of a ConsumerGroup amounts to: the one reason of Ready, its sentence, and how the run ends. Pure.
//
// Mixed findings: anything failed or unknown comes first (it is retried), then what only a person can lift, then what
// will come by itself, then what is well.

import type { ConsumerGroupReason } from "../../api/conditions.ts";
import { CONSUMER_GROUP_REASONS } from "../../api/reasons/consumer-group.ts";
import type { Answer, FailureKind, KafkaFailure } from "../../kafka/model/failure.ts";
import { failed, settled, type Outcome } from "../../runtime/outcome.ts";
import type { Refusal, StepResult } from "../plan.ts";
import { isReconciling, outcomeFor } from "../ready-reason.ts";
import { describeAction, type GroupAction } from "./actions.ts";
import type { FinishedGroupStory } from "./flow.ts";
import type { ObservedGroup } from "./observed.ts";

export interface Judgement {
  readonly reason: ConsumerGroupReason;
  readonly message: string;
  readonly outcome: Outcome;
}

type Unanswered = Exclude<Answer<unknown>, { status: "ok" }>;

/** A wish that is not granted now. */
export function judgeRefusal({ cause, message, reason }: Refusal<ConsumerGroupReason>, recheckAt?: number): Judgement {
  // Nobody tells when brokers answer again: it is tried again.
  if ((cause ?? reason) === "Unreachable") return { reason, message, outcome: failed(reason, message) };
  return { reason, message, outcome: outcomeFor(CONSUMER_GROUP_REASONS, reason, recheckAt) };
}

/** The gravest of what was found gives the reason, all of it the message. */
export function judgeStory({ desired, observed, restricted, results }: FinishedGroupStory): Judgement {
  const failures = results.flatMap(({ step, answer }) =>
    answer.status === "ok" || answer.status === "skipped"
      ? []
      : [judgeAnswer(answer, `Could not ${lowerFirst(describeAction(step.action))}`, step.action)],
  );
  const refused = restricted.refusals.map((refusal) => judgeRefusal(refusal));
  const findings = [...failures, ...unread(desired.groupId, observed), ...refused];
  const distinct = [...new Map(findings.map((finding) => [finding.message, finding])).values()];
  const [gravest] = distinct.toSorted((a, b) => gravity(a.outcome) - gravity(b.outcome));
  if (gravest === undefined) return judgeWell(desired.groupId, observed);
  const others = distinct.filter((finding) => finding !== gravest);
  const done = results.filter(isDone).map(({ step }) => describeAction(step.action));
  const applied = done.length === 0 ? [] : [`Done all the same: ${done.join("; ")}`];
  return {
    ...gravest,
    message: [gravest, ...others]
      .map(({ message }) => message)
      .concat(applied)
      .join(". "),
  };
}

/** Nothing was refused and nothing failed; whether the group exists does not matter. */
function judgeWell(groupId: string, { reading }: ObservedGroup): Judgement {
  if (reading?.kind !== "read") {
    return { reason: "Observed", message: `Group "${groupId}" is as declared`, outcome: settled() };
  }
  const { members, state, topics } = reading;
  const is =
    state === "Absent" ? "does not exist yet: its consumers make it" : `is ${state} with ${counted(members, "member")}`;
  const reads = topics.length === 0 ? "" : ` on ${counted(topics.length, "topic")}`;
  return { reason: "Observed", message: `Group "${groupId}" ${is}${reads}`, outcome: settled() };
}

/** Parts that could not be read, which hides what there would be to do. */
function unread(groupId: string, { configs, positions, reading, topics }: ObservedGroup): Judgement[] {
  const answers: readonly (readonly [Answer<unknown> | undefined, string])[] = [
    // Of a group that is not ours to change it does not matter where it stands.
    [isOfOtherType(reading) ? undefined : positions?.group, `Cannot read group "${groupId}"`],
    [positions?.commits, `Cannot read the offsets of group "${groupId}"`],
    [configs, `Cannot read the configuration of group "${groupId}"`],
    ...[...topics].map(([name, answer]) => [answer, `Cannot read topic "${name}"`] as const),
  ];
  const found = answers.flatMap(([answer, doing]) =>
    answer === undefined || answer.status === "ok" ? [] : [judgeAnswer(answer, doing)],
  );
  if (reading?.kind !== "unknown") return found;
  return [...found, judgeAnswer({ status: "failed", failure: reading.failure }, `Cannot read group "${groupId}"`)];
}

function isOfOtherType(reading: ObservedGroup["reading"]): boolean {
  return reading?.kind === "read" && (reading.type === "share" || reading.type === "streams");
}

function judgeAnswer(answer: Unanswered, doing: string, action?: GroupAction): Judgement {
  if (answer.status !== "failed") {
    const message = `${doing}: ${answer.reason}`;
    return { reason: "Unreachable", message, outcome: failed("Unreachable", message) };
  }
  const { failure } = answer;
  const reason = reasonOf(failure, action);
  const message = `${doing}: ${failure.message}`;
  const outcome = isReconciling(CONSUMER_GROUP_REASONS, reason)
    ? failed(reason, message, failure.throttleMs)
    : outcomeFor(CONSUMER_GROUP_REASONS, reason);
  return { reason, message, outcome };
}

function reasonOf({ kind }: KafkaFailure, action: GroupAction | undefined): ConsumerGroupReason {
  if (kind === "active" && action?.type === "deleteGroup") return "DeletionBlocked";
  if (kind === "invalid" && action?.type === "writeBinding") return "SecretConflict";
  if (kind === "unsupported" && action?.type === "changeConfigs") return "GroupConfigUnsupported";
  return REASONS[kind];
}

const REASONS: Readonly<Record<FailureKind, ConsumerGroupReason>> = {
  denied: "InsufficientPermissions",
  invalid: "BrokerRejected",
  unsupported: "BrokerRejected",
  other: "BrokerRejected",
  // Between two looks something came or went: look again.
  active: "Unreachable",
  exists: "Unreachable",
  missing: "Unreachable",
  busy: "Unreachable",
  authentication: "Unreachable",
  tls: "Unreachable",
  unreachable: "Unreachable",
};

function isDone({ answer }: StepResult<GroupAction, unknown>): boolean {
  return answer.status === "ok";
}

function gravity(outcome: Outcome): number {
  return ["failed", "stalled", "waiting", "settled"].indexOf(outcome.kind);
}

function counted(count: number, thing: string): string {
  return count === 1 ? `1 ${thing}` : `${count} ${thing}s`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
