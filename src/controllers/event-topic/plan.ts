// The one diff between what is wanted of one topic and what Kafka holds. Pure. An empty plan is up to date.
//
//   Kafka \ object | not bound                          | bound to this id        | bound to another id
//   ---------------|------------------------------------|-------------------------|---------------------------
//   absent         | create                             | gone: create anew, or   | –
//                  |                                    | TopicMissing (Report)   |
//   present        | adoption: bind, bind and change,   | change what differs     | adoption, judged again
//                  | or AlreadyExists                   |                         | (Recreated)
//   being deleted  | –                                  | delete by id            | leave it, and let go

import type { EventTopicReason } from "../../api/conditions.ts";
import { SOURCE, type Setting } from "../../domain/defaults-chain.ts";
import { objectionToMinInSyncReplicas } from "../../domain/limits.ts";
import { isSameConfigValue } from "../../kafka/model/config-value.ts";
import { fewestReplicas, replicationFactorOf } from "../../kafka/model/topic.ts";
import type { Plan, Refusal, Step } from "../plan.ts";
import { describeAction, type TopicAction } from "./actions.ts";
import { configDifference } from "./config-changes.ts";
import { formatCreations } from "./creation-records.ts";
import type { DesiredAbsence, DesiredTopic } from "./desired.ts";
import type { TopicMemory } from "./memory.ts";
import type { ObservedTopic } from "./observe.ts";
import { partitionDifference } from "./partition-changes.ts";

export interface TopicPlan extends Plan<TopicAction, EventTopicReason> {
  /** The object is bound to this topic from now on. */
  readonly binding?:
    | {
        readonly topicId: string;
        readonly isAdopted: boolean;
        /** Until now it was bound to no topic, or to another. */
        readonly isNew: boolean;
      }
    | undefined;
  /** The object is being deleted: what comes of it once the steps are done. */
  readonly deletion?:
    /** `unseen`: we made it so lately that the brokers need not show it yet, and what is not seen is not judged. */
    | { readonly kind: "pending" | "done" | "unseen" }
    | { readonly kind: "leftBehind"; readonly why: string }
    | undefined;
  /** A topic with another id stands where the bound one was. */
  readonly recreation?: { readonly name: string; readonly before: string } | undefined;
  /** True, and worth telling, but nothing to do about. */
  readonly notes: readonly string[];
}

type Present = Extract<ObservedTopic, { kind: "present" }>;

/** The plan of one topic, source or dead letter. */
export function planTopic(
  desired: DesiredTopic | DesiredAbsence,
  observed: ObservedTopic,
  memory: TopicMemory,
): TopicPlan {
  if (desired.presence === "absent") return planDeletion(desired, observed, memory);
  if (observed.kind === "absent") {
    return desired.boundId === undefined ? planCreate(desired) : planGone(desired, memory);
  }
  if (observed.topic.id === desired.boundId) {
    return { ...planChanges(desired, observed, memory), binding: bindingTo(observed, memory.isAdopted, false) };
  }
  return planAdoption(desired, observed, memory);
}

/** By id, so that a namesake survives; and done only when absence was seen. */
function planDeletion(desired: DesiredAbsence, observed: ObservedTopic, { isJustCreated }: TopicMemory): TopicPlan {
  const nothing = { steps: [], refusals: [], notes: [] };
  if (observed.kind === "absent") return { ...nothing, deletion: { kind: isJustCreated ? "unseen" : "done" } };
  const { id } = observed.topic;
  if (id !== desired.boundId) {
    const why = `topic "${desired.name}" has another id, ${id}, than the one that was ours, ${desired.boundId}`;
    return { ...nothing, deletion: { kind: "leftBehind", why } };
  }
  const { name: topicName, isProtected } = desired;
  const action = { type: "deleteTopic", topicName, topicId: id, isProtected, cause: "declared" } as const;
  return { ...nothing, steps: [step(action)], deletion: { kind: "pending" } };
}

function planCreate(desired: DesiredTopic, cause: "declared" | "drift" = "declared"): TopicPlan {
  const { partitions, replicationFactor } = desired.atCreation;
  const configs = withMinInSyncReplicasJudged(desired, replicationFactor?.value);
  const settings: readonly (Setting<unknown> | undefined)[] = [partitions, replicationFactor, ...configs.values()];
  const objections = settings.map((setting) => setting?.objection).filter((objection) => objection !== undefined);
  const undecided = desired.undecided === undefined ? [] : [desired.undecided];
  const refusals = [...desired.refusals, ...undecided, ...objections];
  // A topic that is yet to be made is made right or not at all: there is nothing that half of it would serve.
  if (refusals.length > 0) return { steps: [], refusals, notes: [] };
  const values = Object.fromEntries([...configs].map(([key, setting]) => [key, setting.value]));
  const topic = {
    name: desired.name,
    partitions: partitions?.value,
    replicationFactor: replicationFactor?.value,
    configs: values,
  };
  return { steps: [step({ type: "createTopic", topic, cause })], refusals: [], notes: [] };
}

function planGone(desired: DesiredTopic, memory: TopicMemory): TopicPlan {
  if (memory.isJustCreated) {
    return refusing({
      reason: "NotYetVisible",
      message: `Topic "${desired.name}" was created, but the brokers do not show it yet`,
    });
  }
  if (desired.recreatesWhenGone) return planCreate(desired, "drift");
  return refusing({
    reason: "TopicMissing",
    message:
      `Topic "${desired.name}" (id ${desired.boundId}) is gone from Kafka and is not created anew, because drift is only ` +
      'reported (spec.drift "Report", a read-only bus, or suspend); lift that, or delete this object',
  });
}

function planAdoption(desired: DesiredTopic, observed: Present, memory: TopicMemory): TopicPlan {
  const { boundId, name } = desired;
  const recreation = boundId === undefined ? undefined : { name, before: boundId };
  if (isRecorded(desired, memory)) {
    return { ...planChanges(desired, observed, memory), binding: bindingTo(observed, false, true), recreation };
  }
  if (desired.refusals.length > 0) return { steps: [], refusals: desired.refusals, recreation, notes: [] };
  const differences = creationDifferences(desired, observed);
  const isIdentical = differences.length === 0 && desired.undecided === undefined;
  if (desired.adoption === "Adopt" || (desired.adoption === "IfIdentical" && isIdentical)) {
    // What was remembered belongs to another topic: on this one nothing is ours yet.
    const fresh = { ...memory, managedKeys: new Set<string>(), lastWanted: new Map<string, string>() };
    const changes = isIdentical ? { steps: [], refusals: [], notes: [] } : planChanges(desired, observed, fresh);
    return { ...changes, binding: bindingTo(observed, true, true), recreation };
  }
  if (desired.adoption === "IfIdentical" && desired.undecided !== undefined) {
    return { steps: [], refusals: [desired.undecided], recreation, notes: [] };
  }
  const why =
    desired.adoption === "Never"
      ? 'adoption is "Never"'
      : `adoption is "IfIdentical" and it differs: ${differences.join("; ")}`;
  return {
    ...refusing({
      reason: "AlreadyExists",
      message: `Topic "${desired.name}" exists already (id ${observed.topic.id}); ${why}`,
    }),
    recreation,
  };
}

/** Our own create, of which no more than the record was stored; with a lost status, whichever of them it was. */
export function isRecorded(desired: DesiredTopic, memory: TopicMemory): boolean {
  const { boundId, name, record } = desired;
  if (record.creator === undefined) return false;
  const records = recordsOf(name, record.creator, memory);
  return boundId === undefined ? records.length > 0 : records.includes(recordedName(desired));
}

/**
 * The name under which a creation is recorded. A topic that is made in place of a lost one is named with what it
 * replaces, or every later namesake would pass for it.
 */
export function recordedName({ name, boundId }: DesiredTopic): string {
  return boundId === undefined ? name : `${name}@${boundId}`;
}

/** What is on record of a topic. */
export function recordsOf(name: string, creator: string, { recordedCreations }: TopicMemory): string[] {
  const prefix = formatCreations(creator, [""]);
  const names = [...recordedCreations].flatMap((entry) =>
    entry.startsWith(prefix) ? [entry.slice(prefix.length)] : [],
  );
  return names.filter((recorded) => recorded.split("@")[0] === name);
}

/** What the create request would carry and the live topic has otherwise; nothing means that adoption changes nothing. */
export function creationDifferences(desired: DesiredTopic, { topic, configs }: Present): string[] {
  const differences: string[] = [];
  const { partitions, replicationFactor } = desired.atCreation;
  const liveFactor = replicationFactorOf(topic);
  if (partitions !== undefined && partitions.value !== topic.partitions.length) {
    differences.push(`partitions ${topic.partitions.length}, declared ${partitions.value}`);
  }
  if (replicationFactor !== undefined && replicationFactor.value !== liveFactor) {
    differences.push(`replication factor ${liveFactor ?? "mixed"}, declared ${replicationFactor.value}`);
  }
  for (const [key, setting] of desired.configs) {
    const entry = configs.get(key);
    if (entry === undefined || !isSameConfigValue(entry.type, entry.value ?? "", setting.value)) {
      differences.push(`${key} ${JSON.stringify(entry?.value ?? null)}, declared "${setting.value}"`);
    }
  }
  return differences;
}

function planChanges(desired: DesiredTopic, observed: Present, memory: TopicMemory): TopicPlan {
  const partitions = partitionDifference(desired, observed.topic, observed.configs);
  const configs = withMinInSyncReplicasJudged(desired, fewestReplicas(observed.topic));
  const difference = configDifference(desired, configs, observed.configs, memory);
  const undecided = desired.undecided === undefined ? [] : [desired.undecided];
  return {
    steps: [...partitions.steps, ...difference.changes].map((action) => step(action)),
    refusals: [...desired.refusals, ...partitions.refusals, ...difference.refusals, ...undecided],
    notes: [...partitions.notes, ...difference.notes],
  };
}

function withMinInSyncReplicasJudged(
  desired: DesiredTopic,
  replicationFactor: number | undefined,
): ReadonlyMap<string, Setting<string>> {
  const setting = desired.configs.get("min.insync.replicas");
  // What a dead-letter topic takes from its source was judged there.
  const isJudged = setting?.objection !== undefined || setting?.source === SOURCE.deadLetter;
  if (setting === undefined || isJudged || replicationFactor === undefined) return desired.configs;
  const objection = objectionToMinInSyncReplicas(setting, replicationFactor, desired.speakers);
  return new Map(desired.configs).set("min.insync.replicas", { ...setting, objection });
}

function bindingTo({ topic }: Present, isAdopted: boolean, isNew: boolean): NonNullable<TopicPlan["binding"]> {
  return { topicId: topic.id, isAdopted, isNew };
}

function refusing(refusal: Refusal<EventTopicReason>): TopicPlan {
  return { steps: [], refusals: [refusal], notes: [] };
}

export function step(action: TopicAction): Step<TopicAction> {
  return { id: describeAction(action), after: [], action };
}
