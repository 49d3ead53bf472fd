// The plan of an object: the plans of its topics, composed in the order in which they may take effect. Pure. What differs
// in one topic is found by plan.ts alone.

import type { EventTopicReason } from "../../api/conditions.ts";
import { lossesOf } from "../../domain/retention-loss.ts";
import { ok } from "../../kafka/model/failure.ts";
import type { Plan, Refusal, Step } from "../plan.ts";
import type { Delegation } from "../strimzi/own-kafka-topics.ts";
import { effectiveChange, isConfigChange, type TopicAction } from "./actions.ts";
import { formatCreations } from "./creation-records.ts";
import { deadLetterTopic, type DeadLetterWish, type SourceShape } from "./dead-letters.ts";
import { delegatedSteps, latentChanges, type HeldTopic, type LatentChange } from "./delegated-changes.ts";
import type { DesiredTopics } from "./desired-topics.ts";
import type { DesiredAbsence, DesiredTopic } from "./desired.ts";
import type { TopicMemory } from "./memory.ts";
import { presentTopic, type ObservedTopics } from "./observe.ts";
import { creationDifferences, isRecorded, planTopic, recordedName, recordsOf, step, type TopicPlan } from "./plan.ts";
import { resultingTopic } from "./resulting-topic.ts";

/** Steps and refusals are those of all topics: what carries out, permits or proves a step need not know which is which. */
export interface TopicsPlan extends Plan<TopicAction, EventTopicReason> {
  readonly source: TopicPlan;
  /** By name; one that could not be read or may not be provided has none. */
  readonly deadLetters: ReadonlyMap<string, DeadLetterPlan>;
  /** Some of its topics was there already and comes to be the object's. */
  readonly takesOver: boolean;
  /** What KafkaTopics of the object say and Kafka is not. */
  readonly latent: readonly LatentChange[];
}

export interface DeadLetterPlan extends TopicPlan {
  readonly desired: DesiredTopic | DesiredAbsence;
}

export function planTopics(desired: DesiredTopics, observed: ObservedTopics, memory: TopicMemory): TopicsPlan {
  const { source: wanted, deadLetters: wishes } = desired;
  const source = planTopic(wanted, observed.source, memory);
  if (wanted.presence === "absent") {
    const absences = planEach(wishes, observed, ({ absence }) => absence);
    const all = [...absences.values(), source];
    // Together or not yet: what has been done is told, and nobody would know any more what is only too young to be seen.
    const isUnseen = all.some(({ deletion }) => deletion?.kind === "unseen");
    const steps = isUnseen
      ? []
      : delegatedSteps(
          all.flatMap((plan) => plan.steps),
          [],
          releasedBefore(desired),
        );
    return composed(source, absences, steps, []);
  }
  // Dead letters of a topic that is not (yet) ours would be nobody's.
  if (!isServed(source)) return composed(source, new Map(), recordedFirst(source.steps, wanted, new Map(), memory), []);
  const shape = sourceAfter(wanted, observed, source);
  const letters = planEach(wishes, observed, (wish, live) => {
    const letter = deadLetterTopic(wish, wanted, shape, live);
    const asCreated = deadLetterTopic(wish, wanted, shapeAtCreation(wanted), live);
    return isOwnCreation(asCreated, live) ? { ...letter, adoption: "Adopt" } : letter;
  });
  const { delegation } = desired;
  const held = heldTopics(wanted, source, letters, observed, memory);
  const steps = delegatedSteps(ordered(source, [...letters.values()]), held, delegation);
  const latent = latentChanges(held, delegation);
  return composed(source, letters, recordedFirst(steps, wanted, letters, memory), wishes, latent);
}

function composed(
  source: TopicPlan,
  deadLetters: TopicsPlan["deadLetters"],
  steps: readonly Step<TopicAction>[],
  wishes: readonly DeadLetterWish[],
  latent: readonly LatentChange[] = [],
): TopicsPlan {
  const refusals = [...source.refusals, ...deadLetterRefusals(wishes, deadLetters)];
  const takesOver = [source, ...deadLetters.values()].some(({ binding }) => binding?.isNew === true);
  return { source, deadLetters, takesOver, steps, refusals, latent };
}

/** While topics are written directly, Strimzi must have let go of them before they are deleted. */
function releasedBefore({ delegation }: DesiredTopics): Delegation | undefined {
  return delegation?.place === undefined ? delegation : undefined;
}

/** The topics that are there and the object's. */
function heldTopics(
  wanted: DesiredTopic,
  source: TopicPlan,
  letters: TopicsPlan["deadLetters"],
  observed: ObservedTopics,
  memory: TopicMemory,
): readonly HeldTopic[] {
  const ours = new Set([...wanted.configs.keys(), ...memory.managedKeys]);
  const plans = [
    [wanted.name, source, ours] as const,
    ...[...letters].map(([name, plan]) => [name, plan, keysOf(plan)] as const),
  ];
  return plans.flatMap(([name, plan, keys]) => {
    const present = plan.binding === undefined ? undefined : presentTopic(observed, name);
    return present === undefined ? [] : [{ present, keys }];
  });
}

function keysOf({ desired }: DeadLetterPlan): ReadonlySet<string> {
  return new Set(desired.presence === "present" ? desired.configs.keys() : []);
}

function isServed({ binding, steps }: TopicPlan): boolean {
  return binding !== undefined || steps.some(({ action }) => action.type === "createTopic");
}

type Live = Parameters<typeof planTopic>[1];

function planEach(
  wishes: readonly DeadLetterWish[],
  observed: ObservedTopics,
  desiredOf: (wish: DeadLetterWish, live: Live) => DesiredTopic | DesiredAbsence,
): ReadonlyMap<string, DeadLetterPlan> {
  const plans = new Map<string, DeadLetterPlan>();
  for (const wish of wishes) {
    const answer = observed.deadLetters.get(wish.name);
    if (wish.obstacle !== undefined || answer?.status !== "ok") continue;
    const desired = desiredOf(wish, answer.value);
    plans.set(wish.name, { ...planTopic(desired, answer.value, wish.memory), desired });
  }
  return plans;
}

/** What dead letters go by: the source as it will be once its plan is carried out. */
function sourceAfter(source: DesiredTopic, observed: ObservedTopics, { steps }: TopicPlan): SourceShape {
  const results = steps.map((planned) => ({ step: planned, answer: ok(undefined) }));
  return resultingTopic(source.name, observed.source, results) ?? shapeAtCreation(source);
}

/** As far as it is known before the broker has made it. */
function shapeAtCreation({ atCreation, configs }: DesiredTopic): SourceShape {
  return {
    partitions: atCreation.partitions?.value,
    replicationFactor: atCreation.replicationFactor?.value,
    configs: new Map([...configs].map(([key, { value }]) => [key, { value }] as const)),
  };
}

/** Made beside the source, while the broker's own values were not known, by a run that could not store it. */
function isOwnCreation(asCreated: DesiredTopic, live: Live): boolean {
  const { adoption, boundId } = asCreated;
  if (boundId !== undefined || live.kind === "absent" || adoption !== "IfIdentical") return false;
  return creationDifferences(asCreated, live).length === 0;
}

/**
 * Dead letters grow before the source, since some producers of them write to the partition that the record came from; and
 * their retention is lowered only after the source's, since they are kept as long at least.
 */
function ordered(source: TopicPlan, deadLetters: readonly TopicPlan[]): readonly Step<TopicAction>[] {
  const steps = deadLetters.flatMap((plan) => plan.steps);
  const first = steps.filter(({ action }) => action.type === "createTopic" || action.type === "growPartitions");
  const waitsFor = first.map(({ id }) => id);
  const lowered = source.steps.filter((planned) => lowersRetention(planned)).map(({ id }) => id);
  return [
    ...first,
    ...source.steps.map((planned) => (planned.action.type === "growPartitions" ? { ...planned, waitsFor } : planned)),
    ...steps
      .filter((planned) => !first.includes(planned))
      .map((planned) => (lowersRetention(planned) ? { ...planned, after: [...planned.after, ...lowered] } : planned)),
  ];
}

function lowersRetention({ action }: Step<TopicAction>): boolean {
  if (!isConfigChange(action) || action.key !== "retention.ms") return false;
  return lossesOf([effectiveChange(action)], new Map()).size > 0;
}

function deadLetterRefusals(
  wishes: readonly DeadLetterWish[],
  plans: ReadonlyMap<string, TopicPlan>,
): Refusal<EventTopicReason>[] {
  return wishes.flatMap(({ name, obstacle }) => {
    const refusals = obstacle === undefined ? (plans.get(name)?.refusals ?? []) : [obstacle];
    return refusals.map(({ reason, message }) => ({ reason: "DeadLetterFailed", cause: reason, message }) as const);
  });
}

/** What must be on record before anything is done goes first, and everything else after it. */
function recordedFirst(
  steps: readonly Step<TopicAction>[],
  source: DesiredTopic,
  letters: TopicsPlan["deadLetters"],
  memory: TopicMemory,
): readonly Step<TopicAction>[] {
  const { creator, finalizer } = source.record;
  const creation = creator === undefined ? undefined : creationRecord(creator, steps, source, letters, memory);
  if ((!finalizer || memory.hasFinalizer) && creation === undefined) return steps;
  const first = step({ type: "recordOwnership", finalizer, creation, cause: "declared" });
  return [first, ...steps.map((other) => ({ ...other, after: [...other.after, first.id] }))];
}

/** Undefined where every topic that is about to be created is on record. */
function creationRecord(
  creator: string,
  steps: readonly Step<TopicAction>[],
  source: DesiredTopic,
  letters: TopicsPlan["deadLetters"],
  memory: TopicMemory,
): string | undefined {
  const wanted = [source, ...[...letters.values()].map(({ desired }) => desired)];
  const topics = wanted.filter((topic) => topic.presence === "present");
  const created = steps.flatMap(({ action }) => (action.type === "createTopic" ? [action.topic.name] : []));
  const missing = created.flatMap((name) =>
    topics.filter((topic) => topic.name === name && !isRecorded(topic, memory)),
  );
  if (missing.length === 0) return undefined;
  const kept = topics
    .filter((topic) => !missing.includes(topic))
    .flatMap(({ name }) => recordsOf(name, creator, memory));
  return formatCreations(creator, [...kept, ...missing.map((topic) => recordedName(topic))]);
}
