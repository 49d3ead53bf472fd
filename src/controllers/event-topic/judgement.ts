// What a run amounts to: the one reason of Ready, its sentence, and how the run ends. Pure.
//
// Mixed findings: anything failed or unknown comes first (it is retried), then what only a person can lift, then what
// will come by itself, then what is well.

import type { EventTopicReason } from "../../api/conditions.ts";
import { EVENT_TOPIC_REASONS } from "../../api/reasons/event-topic.ts";
import type { Answer, KafkaFailure } from "../../kafka/model/failure.ts";
import { failed, type Outcome } from "../../runtime/outcome.ts";
import type { Refusal, StepResult } from "../plan.ts";
import { isReconciling, outcomeFor } from "../ready-reason.ts";
import { KAFKA_TOPIC_CONFLICT } from "../strimzi/topic-operator-answer.ts";
import { describeAction, topicNameOf, type TopicAction } from "./actions.ts";

export interface Judgement {
  readonly reason: EventTopicReason;
  readonly message: string;
  /** Where the reason only names the part that fails. */
  readonly cause?: EventTopicReason | undefined;
  readonly outcome: Outcome;
}

/** How soon to look again for a topic that we have just created. */
const VISIBILITY_RECHECK_MS = 2_000;

const NOT_MEASURED: Unanswered = { status: "notSent", reason: "The log was not measured" };

type Unanswered = Exclude<Answer<unknown>, { status: "ok" }>;

/** A run that could not read the topic, or an action that came to nothing. */
export function judgeAnswer(answer: Unanswered, doing: string): Judgement {
  if (answer.status === "unknown" && answer.handedOver !== undefined) {
    const reason = "AwaitingStrimzi";
    return { reason, message: `${doing}: ${answer.reason}`, outcome: outcomeFor(EVENT_TOPIC_REASONS, reason) };
  }
  if (answer.status !== "failed") {
    const reason = "BusNotReady";
    const message = `${doing}: ${answer.reason}`;
    return { reason, message, outcome: failed(reason, message) };
  }
  const { failure } = answer;
  const reason = reasonOf(failure);
  const message = `${doing}: ${failure.message}`;
  const outcome = isReconciling(EVENT_TOPIC_REASONS, reason)
    ? failed(reason, message, failure.throttleMs)
    : outcomeFor(EVENT_TOPIC_REASONS, reason);
  return { reason, message, outcome };
}

/** What an action that came to nothing was about. */
export function couldNot(action: TopicAction): string {
  return `Could not ${lowerFirst(describeAction(action))}`;
}

/** A wish that is not granted now. */
export function judgeRefusal(
  { reason, message, cause }: Refusal<EventTopicReason>,
  nowMs: number,
  recheckAt = (cause ?? reason) === "NotYetVisible" ? nowMs + VISIBILITY_RECHECK_MS : undefined,
): Judgement {
  return { reason, message, cause, outcome: outcomeFor(EVENT_TOPIC_REASONS, cause ?? reason, recheckAt) };
}

/** A run that could not read a dead-letter topic, or whose action on it came to nothing. */
export function judgeDeadLetterAnswer(answer: Unanswered, doing: string): Judgement {
  const judgement = judgeAnswer(answer, doing);
  return { ...judgement, reason: "DeadLetterFailed", cause: judgement.reason };
}

/** What is wrong in a run that ended, the gravest aside. */
export interface Findings {
  readonly refusals: readonly Refusal<EventTopicReason>[];
  readonly results: readonly StepResult<TopicAction, unknown>[];
  /** Changes that wait because nobody could measure what they delete; without an answer, nobody could ask. */
  readonly unmeasured?: readonly {
    readonly topicName: string;
    readonly what: string;
    readonly answer: Answer<unknown> | undefined;
  }[];
  /** What is known of the dead-letter topics, by name. */
  readonly deadLetters: ReadonlyMap<string, Answer<unknown>>;
}

/** The judgement of several findings: the gravest gives the reason, all give the message. */
export function judgeFindings(
  { refusals, results, unmeasured = [], deadLetters }: Findings,
  nowMs: number,
): Judgement | undefined {
  const unread = [...deadLetters].flatMap(([name, answer]) =>
    answer.status === "ok" ? [] : [judgeDeadLetterAnswer(answer, `Cannot read dead-letter topic "${name}"`)],
  );
  const blind = unmeasured.map(({ topicName, what, answer }) => {
    const judge = deadLetters.has(topicName) ? judgeDeadLetterAnswer : judgeAnswer;
    return judge(answer === undefined || answer.status === "ok" ? NOT_MEASURED : answer, what);
  });
  const failures = results.flatMap(({ step: { action }, answer }) => {
    if (answer.status === "ok" || answer.status === "skipped") return [];
    const judge = deadLetters.has(topicNameOf(action) ?? "") ? judgeDeadLetterAnswer : judgeAnswer;
    const isHandedOver = answer.status === "unknown" && answer.handedOver !== undefined;
    return [judge(answer, isHandedOver ? `Strimzi is to ${lowerFirst(describeAction(action))}` : couldNot(action))];
  });
  const refused = refusals.map((refusal) => judgeRefusal(refusal, nowMs));
  const findings = distinct([...failures, ...blind, ...unread, ...refused]).toSorted(
    (a, b) => gravity(a.outcome) - gravity(b.outcome) || Number(isOfLetter(a)) - Number(isOfLetter(b)),
  );
  const [gravest] = findings;
  if (gravest === undefined) return undefined;
  const done = results
    .filter(({ step, answer }) => answer.status === "ok" && step.action.type !== "recordOwnership")
    .map(({ step }) => describeAction(step.action));
  const applied = done.length === 0 ? [] : [`Done all the same: ${done.join("; ")}`];
  return { ...gravest, message: [...findings.map(({ message }) => message), ...applied].join(". ") };
}

/** Of two of the same gravity the source's comes first: that the source is served in full may be said only where it is. */
function isOfLetter({ reason }: Judgement): boolean {
  return reason === "DeadLetterFailed";
}

function gravity(outcome: Outcome): number {
  return ["failed", "stalled", "waiting", "settled"].indexOf(outcome.kind);
}

// The actions of one request share its answer; and what holds up the source may hold up its dead letters too.
function distinct(findings: readonly Judgement[]): Judgement[] {
  const byMessage = new Map<string, Judgement>();
  for (const finding of findings) if (!byMessage.has(finding.message)) byMessage.set(finding.message, finding);
  return [...byMessage.values()];
}

function reasonOf(failure: KafkaFailure): EventTopicReason {
  switch (failure.kind) {
    case "denied":
      return "Denied";
    case "invalid":
      return INVALID[failure.name] ?? "BrokerRejected";
    case "unsupported":
    case "active":
    case "other":
      return "BrokerRejected";
    // Made by somebody else between our look and our create, or not yet shown by every broker: look again.
    case "exists":
    case "missing":
      return "NotYetVisible";
    case "busy":
    case "authentication":
    case "tls":
    case "unreachable":
      return "BusNotReady";
  }
}

/** Kafka's refusals of a value that have a word of their own here. */
const INVALID: Readonly<Record<string, EventTopicReason>> = {
  INVALID_CONFIG: "InvalidConfig",
  INVALID_REPLICATION_FACTOR: "ReplicationFactorInvalid",
  INVALID_TOPIC_EXCEPTION: "NameCollision",
  [KAFKA_TOPIC_CONFLICT]: "KafkaTopicConflict",
};

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
