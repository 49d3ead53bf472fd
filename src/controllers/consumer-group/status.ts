// The facts of a ConsumerGroup's status, its conditions and the numbers that move aside (shown-lag.ts). Pure. Lists are
// sorted, empty ones omitted.

import type { ConsumerGroup, ConsumerGroupStatus } from "../../api/consumer-group.ts";
import { partitionsAtRisk, type ReadGroup } from "../../domain/group-reading.ts";
import type { GroupAction } from "./actions.ts";
import type { SecretState } from "./binding-secrets.ts";
import type { FinishedGroupStory } from "./flow.ts";
import type { GroupIdentity } from "./group-world.ts";
import type { GroupMemory } from "./memory.ts";

export type GroupFacts = Omit<ConsumerGroupStatus, "conditions" | "observedGeneration" | "lastHandledReconcileAt">;
type TopicFacts = NonNullable<GroupFacts["topics"]>[number];

const MOST_TOPICS = 64;

/**
 * The group could not be asked: identity, and what is on record of what was done, is kept; of how the group is doing
 * nothing is known, and nothing reads as zero.
 */
export function unknownFacts({ status }: ConsumerGroup, { busName, clusterId }: GroupIdentity): GroupFacts {
  const { binding, bus, managedKeys, state, topics } = status ?? {};
  const word = state === undefined ? undefined : "Unknown";
  return {
    bus: busName === undefined ? bus : { name: busName, clusterId },
    state: word,
    evaluation: word,
    topics: omitEmpty((topics ?? []).map((topic) => recordOf(topic)).filter((record) => hasRecord(record))),
    managedKeys,
    binding,
  };
}

export function finishedFacts(
  group: ConsumerGroup,
  story: FinishedGroupStory,
  memory: GroupMemory,
  nowMs: number,
): GroupFacts {
  const facts = { ...unknownFacts(group, story.resolved.identity), state: "Unknown", evaluation: "Unknown" };
  const { reading } = story.observed;
  const done = {
    topics: topicFacts(group, story, nowMs),
    managedKeys: omitEmpty(managedKeys(story)),
    binding: bindingOf(story, memory),
  };
  if (reading?.kind !== "read") return { ...facts, ...done };
  const { members, state, type } = reading;
  const evaluation = reading.evaluation ?? standing(group.status?.evaluation);
  return { ...facts, ...done, state, type, members, evaluation, headroom: headroomOf(reading) };
}

/** It is too early to judge anew: what was said still counts, except that nothing was ever committed. */
function standing(before: string | undefined): string | undefined {
  return before === "NoCommits" ? "Unknown" : before;
}

/** What was read, beside what is on record; a record outlives the topic's place in the spec. */
function topicFacts(group: ConsumerGroup, story: FinishedGroupStory, nowMs: number): GroupFacts["topics"] {
  const records = recordsAfter(group, story, nowMs);
  const { reading } = story.observed;
  const read = reading?.kind === "read" ? reading.topics : [];
  const facts = read.map(({ topic, topicId, partitionsWithoutCommit }): TopicFacts => ({
    topic,
    // Of a topic that could not be read nothing is known.
    partitionsWithoutCommit: topicId === undefined ? undefined : partitionsWithoutCommit,
    ...records.get(topic),
  }));
  const names = new Set(read.map(({ topic }) => topic));
  const others = [...records].filter(([topic]) => !names.has(topic)).map(([topic, record]) => ({ topic, ...record }));
  const shown = [...facts, ...others].slice(0, MOST_TOPICS);
  return omitEmpty(shown.toSorted((a, b) => (a.topic < b.topic ? -1 : 1)));
}

/** The status with what is about to be done on record, as it is stored before. */
export function withIntent(
  { status }: ConsumerGroup,
  beginnings: readonly string[],
  configKeys: readonly string[],
  nowMs: number,
): ConsumerGroupStatus {
  const initializing = new Date(nowMs).toISOString();
  const topics = new Map((status?.topics ?? []).map((topic) => [topic.topic, topic]));
  for (const topic of beginnings) topics.set(topic, { ...topics.get(topic), topic, initializing });
  return {
    ...status,
    topics: omitEmpty([...topics.values()].toSorted((a, b) => (a.topic < b.topic ? -1 : 1))),
    managedKeys: omitEmpty([...new Set([...(status?.managedKeys ?? []), ...configKeys])].toSorted()),
  };
}

type TopicRecord = Pick<TopicFacts, "initialized" | "initializing" | "initializedPartitions">;

/** What is on record of beginnings once the run has ended, by topic. */
function recordsAfter({ status }: ConsumerGroup, story: FinishedGroupStory, nowMs: number): Map<string, TopicRecord> {
  const before = (status?.topics ?? []).filter((topic) => hasRecord(topic));
  const records = new Map<string, TopicRecord>(before.map((topic) => [topic.topic, recordOf(topic)]));
  const initializing = new Date(nowMs).toISOString();
  for (const { beginnings } of doneActions(story, "recordIntent")) {
    for (const topic of beginnings) records.set(topic, { initializing });
  }
  for (const [topic, partitions] of [...story.plan.beginnings, ...seededTopics(story)]) {
    records.set(topic, { initialized: true, initializedPartitions: partitions });
  }
  return records;
}

/** Topics on which every partition has got its beginning, with their number. */
function seededTopics(story: FinishedGroupStory): (readonly [string, number])[] {
  return doneActions(story, "seedOffsets").flatMap(({ topicName }) => {
    const live = story.observed.topics.get(topicName);
    if (live?.status !== "ok" || live.value.kind === "absent") return [];
    return [[topicName, live.value.topic.partitions.length] as const];
  });
}

type ActionOf<Type extends GroupAction["type"]> = Extract<GroupAction, { type: Type }>;

function doneActions<Type extends GroupAction["type"]>({ results }: FinishedGroupStory, type: Type): ActionOf<Type>[] {
  return results
    .filter(({ answer }) => answer.status === "ok" && answer.value === "done")
    .map(({ step }) => step.action)
    .filter((action): action is ActionOf<Type> => action.type === type);
}

function recordOf({ topic, initialized, initializing, initializedPartitions }: TopicFacts): TopicFacts {
  return { topic, initialized, initializing, initializedPartitions };
}

function hasRecord({ initialized, initializing }: TopicRecord): boolean {
  return initialized === true || initializing !== undefined;
}

/** Set in Kafka and ours, once the run has ended. */
function managedKeys(story: FinishedGroupStory): string[] {
  const keys = new Set(story.plan.managedKeys);
  for (const { configKeys } of doneActions(story, "recordIntent")) for (const key of configKeys) keys.add(key);
  for (const { key, to } of doneActions(story, "changeConfigs").flatMap(({ changes }) => changes)) {
    if (to === undefined) keys.delete(key);
    else keys.add(key);
  }
  return [...keys].toSorted();
}

function bindingOf(story: FinishedGroupStory, { bindingName }: GroupMemory): GroupFacts["binding"] {
  const name = secretNameAfter(story, bindingName);
  return name === undefined ? undefined : { name };
}

/** The Secret that is there: the former one until it is gone, so that it is not forgotten. */
function secretNameAfter(story: FinishedGroupStory, recorded: string | undefined): string | undefined {
  const { former, wanted } = story.observed.secrets;
  const isLeft = former?.kind === "own" && doneActions(story, "deleteBinding").length === 0;
  // Not looked at: nothing is known to have changed.
  if (isLeft || (former === undefined && wanted === undefined)) return recorded;
  const name = wantedSecret(story);
  if (wanted?.kind === "current" || doneActions(story, "writeBinding").length > 0) return name;
  if (former?.kind === "denied") return recorded;
  return isOurs(wanted, recorded === name) ? name : undefined;
}

function wantedSecret({ desired }: FinishedGroupStory): string | undefined {
  return desired.presence === "present" ? desired.binding?.secretName : undefined;
}

/** What may not be read any longer is still what was recorded. */
function isOurs(state: SecretState | undefined, isRecorded: boolean): boolean {
  return state?.kind === "own" || (state?.kind === "denied" && isRecorded);
}

function headroomOf(reading: ReadGroup): GroupFacts["headroom"] {
  const atRisk = reading.topics.length === 0 ? undefined : partitionsAtRisk(reading);
  return atRisk === undefined ? undefined : { partitionsAtRisk: atRisk };
}

function omitEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
