// One look at many consumer groups at once: where they are, what is unread, how old that is, and how near retention is.
// It reads Kafka in a handful of rounds, each of which shares its requests among all groups. It wakes and writes nothing.

import type { GroupObjectives, GroupReading, TopicReading } from "../../domain/group-reading.ts";
import { evaluateTopic, worstOf } from "../../domain/lag-evaluation.ts";
import { extendWindow, latest, type LagWindow } from "../../domain/lag-window.ts";
import { type GroupLook, type PartitionLag, partitionLags, topicLag } from "../../domain/lag.ts";
import { aged, type UnreadAge } from "../../domain/unread-age.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import type { KafkaFailure } from "../../kafka/model/failure.ts";
import type { GroupAnswer } from "./group-positions.ts";
import { headroomOf, readDeletableAgeMs } from "./topic-headroom.ts";
import { lookAtTopics, type TopicAnswer } from "./topic-looks.ts";
import type { TopicTransactions } from "./topic-transactions.ts";
import { type AgeQuestion, findUnreadAges, Probes, type UnreadPartition } from "./unread-ages.ts";

/** A declared group, as far as it is looked at. */
export interface WatchedGroup {
  /** Of its object. */
  readonly key: string;
  readonly groupId: string;
  /** Names in Kafka; undefined: every topic on which the group has committed. */
  readonly topics: readonly string[] | undefined;
  readonly objectives: GroupObjectives;
}

/** What earlier polls of a cluster left behind. */
export interface PollMemory {
  /** By `windowKey`. */
  readonly windows: Map<string, LagWindow>;
  /** Where a group's oldest unread record was found last, by `windowKey`: the next search begins there. */
  readonly ages: Map<string, { readonly age: UnreadAge; readonly atMs: number }>;
  readonly transactions: TopicTransactions;
}

export interface PollWorld {
  readonly admin: KafkaAdmin;
  readonly call: Call;
  /** Before the commits were read, milliseconds since the epoch. */
  readonly nowMs: number;
  /** The same moment, on a clock that is never set. */
  readonly atMs: number;
  readonly memory: PollMemory;
  /** Whether the lag of each partition is part of the readings. */
  readonly keepsPartitions: boolean;
  /** Whether this look counts for evaluation: one of the regular ones. */
  readonly isRegular: boolean;
}

export function windowKey(watched: WatchedGroup, topic: string): string {
  return `${watched.key}\n${topic}`;
}

/** One reading a watched group, by key. `positions`: by group id, of all of them. */
export async function pollGroups(
  groups: readonly WatchedGroup[],
  positions: ReadonlyMap<string, GroupAnswer>,
  world: PollWorld,
): Promise<ReadonlyMap<string, GroupReading>> {
  const { admin, call, memory } = world;
  const asked = groups.map((watched) => ({ watched, position: positions.get(watched.groupId) }));
  const names = new Set(asked.flatMap(({ watched, position }) => topicsOf(watched, position)));
  const looked = await lookAtTopics([...names], world);
  await memory.transactions.learn([...looksOf(asked, looked)], admin, call);
  const known = withTransactions(looked, memory.transactions);
  const subjects = [...looksOf(asked, known)].map((found) => subjectOf(found, world));
  const readings = await readTopics(subjects, world);
  return new Map(asked.map((group) => [group.watched.key, readingOf(group, known, readings)]));
}

interface AskedGroup {
  readonly watched: WatchedGroup;
  readonly position: GroupAnswer | undefined;
}

function topicsOf({ topics }: WatchedGroup, position: GroupAnswer | undefined): readonly string[] {
  if (position?.kind !== "position") return [];
  return topics ?? [...position.commits.keys()];
}

type Looked = ReadonlyMap<string, TopicAnswer>;

function withTransactions(looked: Looked, transactions: TopicTransactions): Looked {
  const known = (answer: TopicAnswer): TopicAnswer =>
    answer.kind === "look" && transactions.has(answer.look.topicId)
      ? { kind: "look", look: { ...answer.look, hasTransactions: true } }
      : answer;
  return new Map([...looked].map(([topic, answer]) => [topic, known(answer)]));
}

/** A group on one of its topics. */
interface FoundLook {
  readonly watched: WatchedGroup;
  readonly hasMembers: boolean;
  readonly topic: string;
  readonly look: GroupLook;
}

function* looksOf(groups: readonly AskedGroup[], looked: Looked): Generator<FoundLook> {
  for (const { watched, position } of groups) {
    if (position?.kind !== "position") continue;
    for (const topic of topicsOf(watched, position)) {
      const answer = looked.get(topic);
      if (answer?.kind !== "look") continue;
      const ofTopic = position.commits.get(topic);
      const commits = answer.look.ends.map((_, partition) => ofTopic?.get(partition));
      yield { watched, hasMembers: position.members > 0, topic, look: { log: answer.look, commits } };
    }
  }
}

interface Subject extends FoundLook {
  readonly window: LagWindow;
  readonly lags: readonly PartitionLag[];
  readonly unread: readonly UnreadPartition[];
}

function subjectOf(found: FoundLook, { memory, isRegular }: PollWorld): Subject {
  const { watched, topic } = found;
  const key = windowKey(watched, topic);
  const before = memory.windows.get(key);
  const window = extendWindow(before, found.look);
  if (isRegular || before === undefined) memory.windows.set(key, window);
  const look = latest(window);
  const lags = partitionLags(look);
  const allowedLag = watched.objectives.allowedLag ?? 0;
  const unread = lags.flatMap((lag, partition): UnreadPartition[] => {
    if (lag.kind !== "known" || lag.lag <= allowedLag) return [];
    // What is lost is not unread any longer: it would be found older than every age.
    return [{ topic, partition, next: lag.committed + lag.lost, end: look.log.ends[partition] ?? 0 }];
  });
  return { ...found, look, window, lags, unread };
}

/** By `windowKey`. */
type TopicReadings = ReadonlyMap<string, TopicReading>;

async function readTopics(subjects: readonly Subject[], world: PollWorld): Promise<TopicReadings> {
  const probes = new Probes(world);
  const questions = subjects.map((subject) => ageQuestion(subject, world));
  const [ages, deletableMs] = await Promise.all([findUnreadAges(questions, probes), readRetention(subjects, world)]);
  const readings = subjects.map(async (subject, index): Promise<readonly [string, TopicReading]> => {
    const { watched, topic, look, window, lags, unread, hasMembers } = subject;
    const { allowedLag = 0, minHeadroomMs } = watched.objectives;
    const losing = new Set(lags.flatMap((lag, partition) => (lag.kind === "known" && lag.lost > 0 ? [partition] : [])));
    const age = ages[index];
    keepAge(windowKey(watched, topic), age, world);
    const reading: TopicReading = {
      ...topicLag(look),
      ...(await headroomOf({ unread, age, losing, minHeadroomMs }, deletableMs.get(topic), probes)),
      topic,
      topicId: look.log.topicId,
      unreadAge: age,
      partitions: world.keepsPartitions ? lags : undefined,
      evaluation: evaluateTopic(window, { allowedLag, hasMembers }),
    };
    return [windowKey(watched, topic), reading];
  });
  return new Map(await Promise.all(readings));
}

function ageQuestion({ topic, unread, watched }: Subject, { atMs, memory }: PollWorld): AgeQuestion {
  const last = memory.ages.get(windowKey(watched, topic));
  const expected = last && aged(last.age, atMs - last.atMs);
  return { unread, objectiveMs: watched.objectives.maxTimeLagMs, expected };
}

function keepAge(key: string, age: UnreadAge | undefined, { atMs, memory: { ages } }: PollWorld): void {
  if (age === undefined || age.atLeastMs === 0) ages.delete(key);
  else ages.set(key, { age, atMs });
}

/** Of the topics on which something is unread. */
async function readRetention(
  subjects: readonly Subject[],
  { admin, call }: PollWorld,
): Promise<ReadonlyMap<string, number | undefined>> {
  const topics = new Set(subjects.filter(({ unread }) => unread.length > 0).map(({ topic }) => topic));
  const ages = [...topics].map(async (topic) => [topic, await readDeletableAgeMs(topic, admin, call)] as const);
  return new Map(await Promise.all(ages));
}

function readingOf({ watched, position }: AskedGroup, looked: Looked, readings: TopicReadings): GroupReading {
  if (position?.kind !== "position") return position ?? neverAsked(watched.groupId);
  const { groupId, state, type, members } = position;
  const names = topicsOf(watched, position).toSorted();
  const topics = names.flatMap((topic): TopicReading[] => {
    const answer = looked.get(topic);
    if (answer?.kind === "failed") return [unreadable(topic, answer.failure)];
    return [readings.get(windowKey(watched, topic)) ?? []].flat();
  });
  const missingTopics = names.filter((topic) => looked.get(topic)?.kind === "missing");
  const evaluation = worstOf(topics.map((topic) => topic.evaluation));
  return { kind: "read", groupId, state, type, members, topics, missingTopics, evaluation };
}

function unreadable(topic: string, failure: KafkaFailure): TopicReading {
  return {
    topic,
    topicId: undefined,
    failure,
    lag: undefined,
    partitionsWithoutCommit: 0,
    unreadablePartitions: 0,
    lostRecords: 0,
    unreadAge: undefined,
    partitionsAtRisk: undefined,
    evaluation: "Unknown",
  };
}

function neverAsked(groupId: string): GroupReading {
  const failure = { kind: "unreachable", name: "NOT_ASKED", message: `Group "${groupId}" was not asked for` } as const;
  return { kind: "unknown", groupId, failure };
}
