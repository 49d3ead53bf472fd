// What one look at a consumer group says, in the words of its status, metrics and conditions; and when that is news.
// Pure.

import type { KafkaFailure } from "../kafka/model/failure.ts";
import type { GroupType } from "../kafka/model/offsets.ts";
import type { Evaluation } from "./lag-evaluation.ts";
import type { PartitionLag, TopicLag } from "./lag.ts";
import { VOLATILE } from "./shown-numbers.ts";
import { exceeds, type UnreadAge } from "./unread-age.ts";

/** What lag is acceptable: `ConsumerGroup.spec.slo` with its presets. Absent: nothing is asked of it. */
export interface GroupObjectives {
  readonly maxTimeLagMs?: number | undefined;
  /** Over all topics. */
  readonly maxRecordLag?: number | undefined;
  readonly minHeadroomMs?: number | undefined;
  /** Per partition; absent: 0, on a topic with transactions 1. */
  readonly allowedLag?: number | undefined;
}

export interface TopicReading extends TopicLag {
  readonly topic: string;
  /** Undefined where the topic could not be read: nothing of it is known then, and `failure` says why. */
  readonly topicId: string | undefined;
  readonly failure?: KafkaFailure | undefined;
  /** Of the oldest unread record; undefined where it could not be found out. */
  readonly unreadAge: UnreadAge | undefined;
  /** Until retention by time reaches the oldest unread record; undefined where it never does, or nothing is unread. */
  readonly headroomMs?: number | undefined;
  /** Partitions below the objective for headroom, and those that have lost records; undefined where not known. */
  readonly partitionsAtRisk: number | undefined;
  /** By partition, where that was asked for. */
  readonly partitions?: readonly PartitionLag[] | undefined;
  /** Undefined: lags, and was not looked at often enough yet to say how it does. */
  readonly evaluation: Evaluation | undefined;
}

/** The group could be asked. */
export interface ReadGroup {
  readonly kind: "read";
  readonly groupId: string;
  /** `Absent`, or Kafka's own word. */
  readonly state: string;
  readonly type: GroupType;
  /** 0 for a group of a protocol whose members are not read (share, streams). */
  readonly members: number;
  /** Sorted by name. */
  readonly topics: readonly TopicReading[];
  /** Declared topics that are not there. */
  readonly missingTopics: readonly string[];
  /** Undefined: too early to say; what was said before still counts. */
  readonly evaluation: Evaluation | undefined;
}

/** It could not be asked: its state is `Unknown`, and so is everything else of it; nothing reads as zero. */
export interface UnknownGroup {
  readonly kind: "unknown";
  readonly groupId: string;
  readonly failure: KafkaFailure;
}

export type GroupReading = ReadGroup | UnknownGroup;

/** An objective, and whether the group keeps it: undefined where that is not known. */
export interface ObjectiveJudgement {
  readonly objective: "maxTimeLag" | "maxRecordLag" | "minRetentionHeadroom";
  readonly isMet: boolean | undefined;
}

/** Unread records over all topics; undefined where those of one are not known. */
export function totalLag({ topics }: ReadGroup): number | undefined {
  return sumOf(
    topics.map(({ lag, partitionsWithoutCommit, unreadablePartitions }) =>
      // A topic without any commit adds nothing that can be told.
      lag === undefined && unreadablePartitions === 0 && partitionsWithoutCommit > 0 ? 0 : lag,
    ),
  );
}

export function lostRecords({ topics }: ReadGroup): number {
  return topics.reduce((sum, topic) => sum + topic.lostRecords, 0);
}

/** Undefined where that of a topic is not known. */
export function partitionsAtRisk({ topics }: ReadGroup): number | undefined {
  return sumOf(topics.map((topic) => topic.partitionsAtRisk));
}

/** Of the topic nearest to it; undefined where retention reaches nothing that is unread. */
export function headroomMs({ topics }: ReadGroup): number | undefined {
  const known = topics.flatMap((topic) => topic.headroomMs ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Of the objectives that are set, each. */
export function judgeObjectives(reading: ReadGroup, objectives: GroupObjectives): readonly ObjectiveJudgement[] {
  const { maxTimeLagMs, maxRecordLag, minHeadroomMs } = objectives;
  const judgements: ObjectiveJudgement[] = [];
  if (maxTimeLagMs !== undefined) {
    judgements.push({ objective: "maxTimeLag", isMet: isYoungEnough(reading, maxTimeLagMs) });
  }
  if (maxRecordLag !== undefined) {
    const lag = totalLag(reading);
    judgements.push({ objective: "maxRecordLag", isMet: lag === undefined ? undefined : lag <= maxRecordLag });
  }
  if (minHeadroomMs !== undefined) {
    const count = partitionsAtRisk(reading);
    judgements.push({ objective: "minRetentionHeadroom", isMet: count === undefined ? undefined : count === 0 });
  }
  return judgements;
}

/** Whether somebody who was told `before` should be told `now`: what is judged changed, or a number notably. */
export function isGroupNews(before: GroupReading | undefined, now: GroupReading, objectives: GroupObjectives): boolean {
  if (before?.kind !== now.kind) return true;
  if (before.kind === "unknown" || now.kind === "unknown") return wordsOf(before, {}) !== wordsOf(now, {});
  return wordsOf(before, objectives) !== wordsOf(now, objectives) || haveNumbersMoved(before, now);
}

function isYoungEnough({ topics }: ReadGroup, maxTimeLagMs: number): boolean | undefined {
  const exceeded = topics.map(({ unreadAge }) => unreadAge && exceeds(unreadAge, maxTimeLagMs));
  if (exceeded.includes(true)) return false;
  return exceeded.includes(undefined) ? undefined : true;
}

/** All that is told exactly. */
function wordsOf(reading: GroupReading, objectives: GroupObjectives): string {
  if (reading.kind === "unknown") return `${reading.failure.kind} ${reading.failure.name}`;
  const { state, type, members, topics, missingTopics, evaluation } = reading;
  return JSON.stringify([
    [state, type, members, evaluation, missingTopics, judgeObjectives(reading, objectives)],
    topics.map(({ topic, topicId, lag, partitionsWithoutCommit, unreadablePartitions }) => [
      topic,
      topicId,
      lag === undefined,
      partitionsWithoutCommit,
      unreadablePartitions,
    ]),
    [partitionsAtRisk(reading)],
  ]);
}

function haveNumbersMoved(before: ReadGroup, now: ReadGroup): boolean {
  const numbersOf = (reading: ReadGroup): readonly number[] => [
    ...reading.topics.flatMap(({ lag, unreadAge }) => [lag ?? 0, unreadAge?.atLeastMs ?? 0]),
    lostRecords(reading),
    Math.floor((headroomMs(reading) ?? 0) / 1000),
  ];
  const was = numbersOf(before);
  return numbersOf(now).some((number, index) => VOLATILE.isNews(was[index] ?? 0, number));
}

/** Undefined as soon as one is. */
function sumOf(numbers: readonly (number | undefined)[]): number | undefined {
  return numbers.reduce((sum, number) => (sum === undefined || number === undefined ? undefined : sum + number), 0);
}
