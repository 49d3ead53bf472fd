// A whole run of an EventTopic through its pure phases, with what Kafka answers and what was measured as given.

import { expect } from "chai";

import type { EventTopic, EventTopicSpec, EventTopicStatus } from "../../src/api/event-topic.ts";
import type { TopicAction } from "../../src/controllers/event-topic/actions.ts";
import type { Applied } from "../../src/controllers/event-topic/apply.ts";
import { desiredTopics } from "../../src/controllers/event-topic/desired-topics.ts";
import { memoryOf } from "../../src/controllers/event-topic/memory.ts";
import type { ObservedTopic } from "../../src/controllers/event-topic/observe.ts";
import { planTopics } from "../../src/controllers/event-topic/plan-topics.ts";
import { NO_EVIDENCE, type Evidence } from "../../src/controllers/event-topic/prove.ts";
import { restrictTopics } from "../../src/controllers/event-topic/restrict.ts";
import { summarizeTopic } from "../../src/controllers/event-topic/summarize.ts";
import { ok, type Answer } from "../../src/kafka/model/failure.ts";
import type { Verdict } from "../../src/runtime/reconcile.ts";
import { conditionProblems } from "../environment/condition-problems.ts";
import { anEventTopic } from "./objects.ts";
import { NOW } from "./planned-topic.ts";
import { aResolvedTopic, type ResolvedGiven } from "./topics.ts";

export interface RunGiven extends ResolvedGiven {
  readonly spec?: Partial<EventTopicSpec>;
  readonly status?: EventTopicStatus;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  /** What Kafka holds of the dead-letter topics, by name. */
  readonly observedLetters?: ReadonlyMap<string, Answer<ObservedTopic>>;
  /** What Kafka answers to every action, or to each. */
  readonly answer?: Answer<Applied> | ((action: TopicAction) => Answer<Applied>);
  readonly evidence?: Partial<Evidence>;
  readonly nowMs?: number;
}

export interface RunResult extends Verdict<EventTopicStatus> {
  /** What was written to Kafka, or would have been. */
  readonly written: readonly TopicAction[];
}

/** Generation 2 of an EventTopic whose topic is `source`. */
export function runTopic(source: ObservedTopic, given: RunGiven = {}): RunResult {
  const { nowMs = NOW, annotations = {}, finalizers = [] } = given;
  const topic = anEventTopic(given.spec, { generation: 2, annotations, finalizers }, given.status);
  const memory = memoryOf(topic, nowMs);
  const resolved = aResolvedTopic(topic, given, memory.policyName);
  const desired = desiredTopics(topic, resolved, memory);
  const observed = { source, deadLetters: given.observedLetters ?? new Map() };
  const plan = planTopics(desired, observed, memory);
  const evidence = { ...NO_EVIDENCE, ...given.evidence };
  const restricted = restrictTopics(plan, { resolved, observed, evidence }, topic, { memory, nowMs });
  const { answer = ok(undefined) } = given;
  const answerTo = (action: TopicAction): Answer<Applied> => (typeof answer === "function" ? answer(action) : answer);
  const results = restricted.steps.map((step) => ({ step, answer: answerTo(step.action) }));
  const story = { stage: "finished", resolved, desired, observed, plan, evidence, restricted, results } as const;
  const written = restricted.steps.map(({ action }) => action);
  return { ...checked(topic, summarizeTopic(topic, story, memory, nowMs)), written };
}

/** Every status must hold the invariants that kstatus and people rely on. */
export function checked(topic: EventTopic, verdict: Verdict<EventTopicStatus>): Verdict<EventTopicStatus> {
  if (verdict.status !== undefined) {
    const status = { ...verdict.status, observedGeneration: topic.metadata.generation };
    expect(conditionProblems({ ...topic, status })).to.deep.equal([]);
  }
  return verdict;
}

/** `Type=Status/Reason` of all conditions. */
export function shown(verdict: Pick<Verdict<EventTopicStatus>, "status">): string[] {
  return (verdict.status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status}/${reason}`);
}
