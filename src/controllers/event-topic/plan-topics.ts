// The plan of an object: the plans of its topics, composed in the order in which they may take effect. Pure. What differs
// in one topic is found by plan.ts alone.

import type { EventTopicReason } from "../../api/conditions.ts";
import { ok } from "../../kafka/model/failure.ts";
import type { Plan, Refusal, Step } from "../plan.ts";
import type { TopicAction } from "./actions.ts";
import { deadLetterTopic, type SourceShape } from "./dead-letters.ts";
import type { DesiredTopics } from "./desired-topics.ts";
import type { DesiredTopic } from "./desired.ts";
import type { TopicMemory } from "./memory.ts";
import type { ObservedTopics } from "./observe.ts";
import { planTopic, step, type TopicPlan } from "./plan.ts";
import { resultingTopic } from "./resulting-topic.ts";

/** Steps and refusals are those of all topics: what carries out, permits or proves a step need not know which is which. */
export interface TopicsPlan extends Plan<TopicAction, EventTopicReason> {
  readonly source: TopicPlan;
  /** By name; one that could not be read or may not be provided has none. */
  readonly deadLetters: ReadonlyMap<string, TopicPlan>;
}

export function planTopics(desired: DesiredTopics, observed: ObservedTopics, memory: TopicMemory): TopicsPlan {
  const source = planTopic(desired.source, observed.source, memory);
  const deadLetters = planDeadLetters(desired, observed, source);
  const before = [...deadLetters.values()].flatMap(({ steps }) => steps);
  const steps = [...before, ...growthAfter(before, source.steps)];
  return {
    source,
    deadLetters,
    steps: desired.source.presence === "absent" ? steps : recordedFirst(steps, desired.source, memory),
    refusals: [...source.refusals, ...deadLetterRefusals(desired, deadLetters)],
  };
}

function planDeadLetters(
  { source, deadLetters }: DesiredTopics,
  observed: ObservedTopics,
  sourcePlan: TopicPlan,
): ReadonlyMap<string, TopicPlan> {
  const plans = new Map<string, TopicPlan>();
  for (const wish of deadLetters) {
    const live = observed.deadLetters.get(wish.name);
    if (wish.obstacle !== undefined || live?.status !== "ok") continue;
    const desired =
      source.presence === "absent"
        ? wish.absence
        : deadLetterTopic(wish, source, sourceAfter(source, observed, sourcePlan), live.value);
    plans.set(wish.name, planTopic(desired, live.value, wish.memory));
  }
  return plans;
}

/** What dead letters go by: the source as it will be once its plan is carried out. */
function sourceAfter(source: DesiredTopic, observed: ObservedTopics, { steps }: TopicPlan): SourceShape {
  const results = steps.map((planned) => ({ step: planned, answer: ok(undefined) }));
  const result = resultingTopic(source.name, observed.source, results);
  if (result !== undefined) return result;
  const { partitions, replicationFactor } = source.atCreation;
  const configs = new Map([...source.configs].map(([key, { value }]) => [key, { value }] as const));
  return { partitions: partitions?.value, replicationFactor: replicationFactor?.value, configs };
}

// Some producers of dead letters write to the partition that the record came from, so there must never be fewer.
function growthAfter(
  deadLetters: readonly Step<TopicAction>[],
  source: readonly Step<TopicAction>[],
): readonly Step<TopicAction>[] {
  const first = deadLetters.filter(({ action }) => action.type === "createTopic" || action.type === "growPartitions");
  const ids = first.map(({ id }) => id);
  return source.map((planned) =>
    planned.action.type === "growPartitions" ? { ...planned, after: [...planned.after, ...ids] } : planned,
  );
}

function deadLetterRefusals(
  { deadLetters }: DesiredTopics,
  plans: ReadonlyMap<string, TopicPlan>,
): Refusal<EventTopicReason>[] {
  return deadLetters.flatMap(({ name, obstacle }) => {
    const refusals = obstacle === undefined ? (plans.get(name)?.refusals ?? []) : [obstacle];
    return refusals.map(({ reason, message }) => ({ reason: "DeadLetterFailed", cause: reason, message }) as const);
  });
}

/** What must be on record before anything is done goes first, and everything else after it. */
function recordedFirst(
  steps: readonly Step<TopicAction>[],
  { record }: DesiredTopic,
  memory: TopicMemory,
): readonly Step<TopicAction>[] {
  const creates = steps.some(({ action }) => action.type === "createTopic");
  const lacksFinalizer = record.finalizer && !memory.hasFinalizer;
  const creation = creates && record.creation !== memory.recordedCreation ? record.creation : undefined;
  if (!lacksFinalizer && creation === undefined) return steps;
  const first = step({ type: "recordOwnership", finalizer: record.finalizer, creation, cause: "declared" });
  return [first, ...steps.map((other) => ({ ...other, after: [...other.after, first.id] }))];
}
