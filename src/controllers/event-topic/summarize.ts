// Tells what a run of an EventTopic came to: status, conditions, events, outcome. Pure, and the only author of conditions.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { Condition } from "../../api/custom-resource.ts";
import type { EventTopic, EventTopicStatus } from "../../api/event-topic.ts";
import { EVENT_TOPIC_REASONS } from "../../api/reasons/event-topic.ts";
import type { EventNote } from "../../kubernetes/events.ts";
import { buildConditions, findCondition, type ConditionNote } from "../../runtime/conditions.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { settled, waiting, type Outcome } from "../../runtime/outcome.ts";
import type { Verdict } from "../../runtime/reconcile.ts";
import type { Story } from "../pipeline.ts";
import { conditionsFor } from "../ready-reason.ts";
import { kafkaTopicKey, type Delegation } from "../strimzi/own-kafka-topics.ts";
import { isOfTopicOperator, isServedLately, topicOperatorAnswer } from "../strimzi/topic-operator-answer.ts";
import { openCreations } from "./creation-records.ts";
import { deadLetterFacts } from "./dead-letter-status.ts";
import { driftChanges } from "./drift-changes.ts";
import { guardEvents, releaseEvents, topicEvents } from "./events.ts";
import type { TopicFlow } from "./flow.ts";
import { holdsAfter, madeReleases, recheckOf } from "./guarded-changes.ts";
import { judgeAnswer, judgeFindings, judgeRefusal, type Findings, type Judgement } from "./judgement.ts";
import { VISIBILITY_GRACE_MS, type TopicMemory } from "./memory.ts";
import { otherWriterEvents, otherWriterNotes } from "./other-writer.ts";
import type { ToldHold } from "./pending-changes.ts";
import type { TopicsPlan } from "./plan-topics.ts";
import type { TopicPlan } from "./plan.ts";
import { recordedCreation } from "./prior-records.ts";
import { resultingTopic, type ResultingTopic } from "./resulting-topic.ts";
import { finishedFacts, guardFacts, identityFacts, takeoverFacts, type TopicFacts } from "./status.ts";
import type { FinishedStory } from "./story.ts";

/** How soon to look whether a deleted topic is gone. */
const DELETION_RECHECK_MS = 500;
/** How soon to look whether what is to be deleted can be seen. */
const VISIBILITY_RECHECK_MS = 2_000;

export function summarizeTopic(
  topic: EventTopic,
  story: Story<TopicFlow>,
  memory: TopicMemory,
  nowMs: number,
): Verdict<EventTopicStatus> {
  switch (story.stage) {
    case "unresolved": {
      const { resolution } = story;
      if (resolution.kind !== "blocked") return { outcome: settled(), events: [] };
      const judgement = judgeRefusal(resolution.refusal, nowMs, resolution.recheckAt);
      return tell(topic, {
        facts: identityFacts(topic, resolution.identity),
        judgement,
        nowMs,
        notes: otherWriterNotes(topic),
      });
    }
    case "unread": {
      const judgement = judgeAnswer(story.answer, `Cannot read topic "${story.desired.source.name}"`);
      const facts = identityFacts(topic, story.resolved.identity);
      return tell(topic, { facts, judgement, nowMs, notes: otherWriterNotes(topic) });
    }
    case "finished":
      return summarizeFinished(topic, story, memory, nowMs);
  }
}

/** The object goes, once its KafkaTopics are given up. */
export function summarizeDeparture(topic: EventTopic, judgement: Judgement, nowMs: number): Verdict<EventTopicStatus> {
  return tell(topic, { facts: identityFacts(topic, {}), judgement, nowMs });
}

function summarizeFinished(
  topic: EventTopic,
  story: FinishedStory,
  memory: TopicMemory,
  nowMs: number,
): Verdict<EventTopicStatus> {
  const { desired, observed, plan, resolved, restricted, results } = story;
  const { source } = desired;
  if (source.presence === "absent") return summarizeDeletion(topic, story, nowMs);
  const result = resultingTopic(source.name, observed.source, results);
  const parts = { desired: source, observed: observed.source, plan: plan.source };
  const letters = deadLetterFacts(story, topic.status, nowMs);
  const holds = holdsAfter(restricted.guarded, results);
  const released = madeReleases(restricted.guarded, results);
  const drift = driftChanges(story);
  const facts = {
    ...finishedFacts(topic, { resolved, ...parts, result, results, memory, drift }, nowMs),
    ...takeoverFacts(plan, resolved, results, memory),
    ...guardFacts(topic, restricted.guarded, results),
    ...letters,
  };
  const creating = openCreations(
    recordedCreation(restricted.steps) ?? topic.status?.creating,
    boundIds(facts),
    results,
    source.name,
    declaredAfter(resolved.delegation, results),
  );
  const findings = judgeFindings(findingsOf(story), nowMs) ?? judgeWell(topic, story, result);
  const rechecks = [recheckOf(holds, nowMs), recheckOfUnseen(story, nowMs)];
  const judgement = { ...findings, outcome: rechecks.reduce(soonerOf, findings.outcome) };
  const otherWriter = otherWriterNotes(topic, { ...story, bus: resolved.bus, steps: plan.steps });
  const notes = [...recreationNote(story), ...driftNote(story, judgement.reason), ...otherWriter];
  const letGo = releaseEvents(topic.status?.released, letters.released);
  const events = [...topicEvents(story), ...guardEvents(released), ...letGo, ...otherWriterEvents(topic, otherWriter)];
  const hasChanged = hasActed(story) || letGo.length > 0;
  const verdict = tell(topic, { facts: { ...facts, creating }, judgement, nowMs, notes, events, hasChanged });
  // Nothing is to follow the object's deletion. Where Delete is asked for but not granted (any longer), the finalizer stays,
  // so that a topic that is left behind is told.
  const isHeld = topic.spec.deletionPolicy === "Delete" || resolved.delegation !== undefined;
  return isHeld ? verdict : { ...verdict, release: true };
}

function findingsOf({ observed, evidence, restricted, results }: FinishedStory): Findings {
  const unmeasured = restricted.guarded.flatMap(({ topicName, held }) =>
    held
      .filter(({ held: { hold } }) => hold === "unmeasured")
      .map(({ message }) => ({ topicName, what: message, answer: evidence.measured.get(topicName) })),
  );
  return { refusals: restricted.refusals, results, unmeasured, deadLetters: observed.deadLetters };
}

function soonerOf(outcome: Outcome, recheckAt: number | undefined): Outcome {
  // What failed is tried again soon anyway.
  if (recheckAt === undefined || outcome.kind === "failed") return outcome;
  return { ...outcome, recheckAt: Math.min(recheckAt, outcome.recheckAt ?? recheckAt) };
}

/** Strimzi has just made it, and nobody tells when the brokers show it. */
function recheckOfUnseen({ resolved, results }: FinishedStory, nowMs: number): number | undefined {
  const isUnseen = results.some(({ step: { action }, answer }) => {
    if (action.type !== "createTopic" || answer.status !== "unknown") return false;
    const own = resolved.delegation?.own.get(action.topic.name);
    return own !== undefined && isServedLately(own, VISIBILITY_GRACE_MS, nowMs);
  });
  return isUnseen ? nowMs + VISIBILITY_RECHECK_MS : undefined;
}

/** Without an answer it may have happened, and what is on record of it must stay there. */
function hasActed({ results }: FinishedStory): boolean {
  return results.some(({ answer }) => answer.status === "ok" || answer.status === "unknown");
}

/** Names of the topics that KafkaTopics ask for now, those included that this run has written and Strimzi has refused. */
function declaredAfter(delegation: Delegation | undefined, results: FinishedStory["results"]): ReadonlySet<string> {
  if (delegation?.place === undefined) return new Set();
  const refused = results.flatMap(({ step: { action }, answer }) =>
    action.type === "createTopic" && answer.status === "failed" && isOfTopicOperator(answer.failure)
      ? [action.topic.name]
      : [],
  );
  return new Set([...delegation.own.keys(), ...refused]);
}

function boundIds({ deadLetters = [], topicId, topicName }: TopicFacts): ReadonlyMap<string, string> {
  const pairs = [{ topicId, topicName }, ...deadLetters].flatMap(({ topicId: id, topicName: name }) =>
    id === undefined || name === undefined ? [] : [[name, id] as const],
  );
  return new Map(pairs);
}

/** The finalizer goes only when absence was seen, of every topic that is not left behind. */
function summarizeDeletion(topic: EventTopic, story: FinishedStory, nowMs: number): Verdict<EventTopicStatus> {
  const { plan, resolved } = story;
  // Nothing is said, so that it stays known when the topic was made.
  if (isUnseen(plan)) return { outcome: waiting("NotYetVisible", nowMs + VISIBILITY_RECHECK_MS) };
  const pending = plan.steps.flatMap(({ action }) => (action.type === "deleteTopic" ? [`"${action.topicName}"`] : []));
  const found = judgeFindings(findingsOf(story), nowMs);
  const awaited = found && { ...found, outcome: soonerOf(found.outcome, resolved.waitsUntilMs) };
  const judgement = awaited ?? {
    reason: "NotYetVisible" as const,
    message: `Topic ${pending.join(", ")} was deleted; waiting until the brokers no longer show it`,
    outcome: waiting("NotYetVisible", nowMs + DELETION_RECHECK_MS),
  };
  const facts = identityFacts(topic, resolved.identity);
  return tell(topic, { facts, judgement, nowMs, events: topicEvents(story), hasChanged: hasActed(story) });
}

function isUnseen(plan: TopicsPlan): boolean {
  return plansOf(plan).some(({ deletion }) => deletion?.kind === "unseen");
}

/** Nothing was refused and nothing failed. */
function judgeWell(topic: EventTopic, story: FinishedStory, result: ResultingTopic | undefined): Judgement {
  const { desired, plan } = story;
  const reason = reasonWhenWell(topic, story, result?.isCreated === true);
  if (reason === "SteppingDown") {
    const message = stepsUnderWay(story)
      .map((hold) => hold.message)
      .join(". ");
    return { reason, message, outcome: settled() };
  }
  if (reason === "RolloutPending") return { reason, message: describeWaits(story), outcome: settled() };
  const replicas = result?.replicationFactor ?? "mixed";
  const shape = `${result?.partitions ?? "an unknown number of"} partitions, replication factor ${replicas}`;
  const state = reason === "Drifted" ? "was changed outside of Kubernetes, which is only reported" : "is as declared";
  const letters = describeDeadLetters([...plan.deadLetters.keys()]);
  const drift = reason === "Drifted" ? `. ${describeDrift(story)}` : "";
  const notes = plansOf(plan)
    .flatMap((ofTopic) => ofTopic.notes)
    .map((note) => `. Tolerated, because it was so before: ${note}`)
    .join("");
  return {
    reason,
    message: `Topic "${desired.source.name}" ${state}: ${shape}${letters}${describeMeans(story)}${drift}${notes}`,
    outcome: settled(),
  };
}

/** Nothing where Kafka is asked itself. */
function describeMeans({ desired: { source, delegation } }: FinishedStory): string {
  const key = delegation?.place === undefined ? undefined : kafkaTopicKey(source.name, delegation);
  const own = delegation?.own.get(source.name);
  if (key === undefined) return "";
  const answer = own === undefined ? undefined : topicOperatorAnswer(own);
  const complaint = answer?.kind === "refused" ? `; ${answer.failure.message}` : "";
  return `, by KafkaTopic "${keyOf(key)}"${complaint}`;
}

function describeDeadLetters(names: readonly string[]): string {
  const [first] = names;
  if (first === undefined) return "";
  return names.length === 1 ? `, dead-letter topic "${first}"` : `, ${names.length} dead-letter topics`;
}

// "Created" stays the reason until something else happens: another look at an unchanged topic is no news.
function reasonWhenWell(topic: EventTopic, story: FinishedStory, isCreated: boolean): EventTopicReason {
  if (stepsUnderWay(story).length > 0) return "SteppingDown";
  if (describeWaits(story) !== "") return "RolloutPending";
  if (story.restricted.withheld.length > 0) return "Drifted";
  if (isCreated) return "Created";
  const before = readyOf(topic);
  const isUnchanged = story.plan.steps.length === 0 && before?.observedGeneration === topic.metadata.generation;
  return isUnchanged && before?.reason === "Created" ? "Created" : "UpToDate";
}

/** What has not come to the topic yet, each thing once. */
function describeWaits({ restricted }: FinishedStory): string {
  const waits = restricted.withheld.filter(({ reason }) => reason === "RolloutPending");
  return [...new Set(waits.map(({ message }) => message))].join(". ");
}

function stepsUnderWay({ restricted, results }: FinishedStory): readonly ToldHold[] {
  return holdsAfter(restricted.guarded, results).filter(({ held }) => held.hold === "step");
}

function plansOf({ source, deadLetters }: TopicsPlan): TopicPlan[] {
  return [source, ...deadLetters.values()];
}

// Until the object is bound to the new topic; that it was bound is told by an event.
function recreationNote({ plan }: FinishedStory): ConditionNote[] {
  const unbound = plansOf(plan).filter(({ binding }) => binding === undefined);
  const recreated = unbound.flatMap(({ recreation }) => recreation ?? []);
  if (recreated.length === 0) return [];
  const told = recreated.map(({ name, before }) => `Topic "${name}" has another id than ${before}`);
  const message = `${told.join("; ")}: deleted and created anew in Kafka`;
  return [{ type: "Recreated", status: "True", reason: "AnotherId", message }];
}

function driftNote(story: FinishedStory, reason: EventTopicReason): ConditionNote[] {
  const message = describeDrift(story);
  if (message === "" || reason === "Drifted") return [];
  return [{ type: "Drifted", status: "True", reason: "Drifted", message }];
}

function describeDrift(story: FinishedStory): string {
  return driftChanges(story)
    .map(({ topicName, key, wanted, found }) => {
      const where = topicName === story.desired.source.name ? "" : ` of dead-letter topic "${topicName}"`;
      return `${key}${where} is "${found}", declared "${wanted}"`;
    })
    .join("; ");
}

interface Telling {
  readonly facts: TopicFacts;
  readonly judgement: Judgement;
  readonly nowMs: number;
  /** Conditions beside those that the reason brings. */
  readonly notes?: readonly ConditionNote[];
  readonly events?: readonly EventNote[];
  /** Something was changed, so that the status must be told whatever it says. */
  readonly hasChanged?: boolean;
}

function tell(
  topic: EventTopic,
  { facts, judgement, nowMs, notes = [], events = [], hasChanged = false }: Telling,
): Verdict<EventTopicStatus> {
  const { reason, cause, message, outcome } = judgement;
  const before = readyOf(topic);
  const generation = topic.metadata.generation ?? 0;
  // As it is, so that only a request to run is answered.
  if (!hasChanged && isNoNews(cause ?? reason, before, generation)) return { outcome, status: topic.status, events };
  const conditionNotes = [...conditionsFor(EVENT_TOPIC_REASONS, reason, message, cause), ...notes];
  const conditions = buildConditions(topic.status?.conditions, conditionNotes, { generation, now: nowMs });
  return { outcome, status: { ...facts, conditions }, events: [...events, ...refusalEvent(judgement, before)] };
}

/**
 * A topic without work to do keeps its status: an outage is the EventBus' news, and that brokers do not show what we have
 * just created is none at all.
 */
function isNoNews(reason: EventTopicReason, before: Condition | undefined, generation: number): boolean {
  if (before === undefined || before.observedGeneration !== generation) return false;
  if (reason === "BusNotReady") return before.reason !== "BusNotReady";
  return reason === "NotYetVisible" && before.status === "True";
}

/** Once for each thing that a person must put right. */
function refusalEvent({ reason, message, outcome }: Judgement, before: Condition | undefined): EventNote[] {
  if (outcome.kind !== "stalled" || (before?.reason === reason && before.message === message)) return [];
  return [{ type: "Warning", reason, action: "Reconcile", note: message }];
}

function readyOf(topic: EventTopic): Condition | undefined {
  return findCondition(topic.status?.conditions, "Ready");
}
