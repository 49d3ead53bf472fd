// Tells what a run of an EventTopic came to: status, conditions, events, outcome. Pure, and the only author of conditions.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { Condition } from "../../api/custom-resource.ts";
import type { EventTopic, EventTopicStatus } from "../../api/event-topic.ts";
import { EVENT_TOPIC_REASONS } from "../../api/reasons/event-topic.ts";
import type { EventNote } from "../../kubernetes/events.ts";
import { buildConditions, findCondition, type ConditionNote } from "../../runtime/conditions.ts";
import { settled, waiting } from "../../runtime/outcome.ts";
import type { Verdict } from "../../runtime/reconcile.ts";
import type { Story } from "../pipeline.ts";
import { conditionsFor } from "../ready-reason.ts";
import { topicEvents } from "./events.ts";
import type { TopicFlow } from "./flow.ts";
import { judgeAnswer, judgeFindings, judgeRefusal, type Findings, type Judgement } from "./judgement.ts";
import type { TopicMemory } from "./memory.ts";
import { otherWriterEvents, otherWriterNotes } from "./other-writer.ts";
import type { TopicsPlan } from "./plan-topics.ts";
import type { TopicPlan } from "./plan.ts";
import { resultingTopic, type ResultingTopic } from "./resulting-topic.ts";
import { finishedFacts, identityFacts, type TopicFacts } from "./status.ts";

/** How soon to look whether a deleted topic is gone. */
const DELETION_RECHECK_MS = 500;

type FinishedStory = Extract<Story<TopicFlow>, { stage: "finished" }>;

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

function summarizeFinished(
  topic: EventTopic,
  story: FinishedStory,
  memory: TopicMemory,
  nowMs: number,
): Verdict<EventTopicStatus> {
  const { desired, observed, plan, restricted, results } = story;
  const { source } = desired;
  if (source.presence === "absent") return summarizeDeletion(topic, story, nowMs);
  const result = resultingTopic(source.name, observed.source, results);
  const { resolved } = story;
  const parts = { desired: source, observed: observed.source, plan: plan.source };
  const facts = finishedFacts(topic, { resolved, ...parts, restricted, result, memory });
  const judgement = judgeFindings(findingsOf(story), nowMs) ?? judgeWell(topic, story, result);
  const otherWriter = otherWriterNotes(topic, { ...story, bus: resolved.bus, steps: plan.steps });
  const notes = [...recreationNote(story), ...driftNote(facts, judgement.reason), ...otherWriter];
  const events = [...topicEvents(story), ...otherWriterEvents(topic, otherWriter)];
  const verdict = tell(topic, { facts, judgement, nowMs, notes, events });
  // Nothing in Kafka is to follow the object's deletion. Where Delete is asked for but not granted (any longer), the
  // finalizer stays, so that a topic that is left behind is told.
  return topic.spec.deletionPolicy === "Delete" ? verdict : { ...verdict, release: true };
}

function findingsOf({ observed, restricted, results }: FinishedStory): Findings {
  return { refusals: restricted.refusals, results, deadLetters: observed.deadLetters };
}

/** The finalizer goes only when absence was seen. */
function summarizeDeletion(topic: EventTopic, story: FinishedStory, nowMs: number): Verdict<EventTopicStatus> {
  const { desired, plan, resolved } = story;
  const events = topicEvents(story);
  if (plan.source.deletion?.kind === "done") return { outcome: settled(), release: true, events };
  const judgement = judgeFindings(findingsOf(story), nowMs) ?? {
    reason: "NotYetVisible" as const,
    message: `Topic "${desired.source.name}" was deleted; waiting until the brokers no longer show it`,
    outcome: waiting("NotYetVisible", nowMs + DELETION_RECHECK_MS),
  };
  return tell(topic, { facts: identityFacts(topic, resolved.identity), judgement, nowMs, events });
}

/** Nothing was refused and nothing failed. */
function judgeWell(topic: EventTopic, story: FinishedStory, result: ResultingTopic | undefined): Judgement {
  const { desired, plan } = story;
  const reason = reasonWhenWell(topic, story, result?.isCreated === true);
  const replicas = result?.replicationFactor ?? "mixed";
  const shape = `${result?.partitions ?? "an unknown number of"} partitions, replication factor ${replicas}`;
  const state = reason === "Drifted" ? "was changed outside of Kubernetes, which is only reported" : "is as declared";
  const notes = plansOf(plan)
    .flatMap((ofTopic) => ofTopic.notes)
    .map((note) => `. Tolerated, because it was so before: ${note}`)
    .join("");
  return { reason, message: `Topic "${desired.source.name}" ${state}: ${shape}${notes}`, outcome: settled() };
}

// "Created" stays the reason until something else happens: another look at an unchanged topic is no news.
function reasonWhenWell(topic: EventTopic, story: FinishedStory, isCreated: boolean): EventTopicReason {
  if (story.restricted.withheld.length > 0) return "Drifted";
  if (isCreated) return "Created";
  const before = readyOf(topic);
  const isUnchanged = story.plan.steps.length === 0 && before?.observedGeneration === topic.metadata.generation;
  return isUnchanged && before?.reason === "Created" ? "Created" : "UpToDate";
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

function driftNote({ drift }: TopicFacts, reason: EventTopicReason): ConditionNote[] {
  if (drift === undefined || reason === "Drifted") return [];
  const message = drift.map(({ key, wanted, found }) => `${key} is "${found}", declared "${wanted}"`).join("; ");
  return [{ type: "Drifted", status: "True", reason: "Drifted", message }];
}

interface Telling {
  readonly facts: TopicFacts;
  readonly judgement: Judgement;
  readonly nowMs: number;
  /** Conditions beside those that the reason brings. */
  readonly notes?: readonly ConditionNote[];
  readonly events?: readonly EventNote[];
}

function tell(
  topic: EventTopic,
  { facts, judgement, nowMs, notes = [], events = [] }: Telling,
): Verdict<EventTopicStatus> {
  const { reason, cause, message, outcome } = judgement;
  const before = readyOf(topic);
  const generation = topic.metadata.generation ?? 0;
  if (isNoNews(cause ?? reason, before, generation)) return { outcome, events };
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
