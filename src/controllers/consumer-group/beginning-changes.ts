// Where a group begins on each of its topics: what of initialOffsets is to be done, and what is settled for ever. Pure.
//
//   on record \ in Kafka | no commit on the topic          | some commits
//   ---------------------|---------------------------------|---------------------------------------------
//   nothing              | record, then commit everywhere  | it has begun: settled
//   begun                | commit everywhere, as of then   | commit what is missing, as of then; else settled
//   settled, n partitions| leave it: commits expire        | partitions after the n-th: at their first record
//
// Nothing is committed while the group has members: they decide, and when they have committed it is settled.

import type { CommittedOffset, OffsetAt } from "../../kafka/model/offsets.ts";
import type { SeedAction } from "./actions.ts";
import type { DesiredGroup } from "./desired.ts";
import type { Beginning, GroupMemory } from "./memory.ts";
import { hasMembers, type LiveTopics, type ObservedGroup } from "./observed.ts";

export interface BeginningPlan {
  readonly actions: readonly SeedAction[];
  /** Topics whose beginning must be on record before the first commit. */
  readonly begun: readonly string[];
  /** By topic: partitions that have a beginning now, without anything being done. */
  readonly settled: ReadonlyMap<string, number>;
}

/** Whether any topic may be without a beginning, so that it must be asked where the group stands. */
export function isUnsettled(topics: LiveTopics, { beginnings }: GroupMemory): boolean {
  return [...topics.keys()].some((name) => {
    const partitions = partitionsOf(topics, name);
    return partitions !== undefined && !isSettled(beginnings.get(name), partitions);
  });
}

export function planBeginnings(
  { begin, groupId, topics }: DesiredGroup,
  observed: ObservedGroup,
  { beginnings }: GroupMemory,
): BeginningPlan {
  const actions: SeedAction[] = [];
  const begun: string[] = [];
  const settled = new Map<string, number>();
  const { positions } = observed;
  if (begin === undefined || positions?.group.status !== "ok" || positions.commits.status !== "ok") {
    return { actions, begun, settled };
  }
  const mayCommit = !hasMembers(positions.group.value);
  for (const { name } of topics) {
    const partitions = partitionsOf(observed.topics, name);
    const record = beginnings.get(name);
    if (partitions === undefined || isSettled(record, partitions)) continue;
    const { at, cause, missing } = missingOn(name, partitions, positions.commits.value, record, begin);
    if (missing.length === 0) settled.set(name, partitions.length);
    else if (mayCommit) {
      actions.push({ type: "seedOffsets", groupId, topicName: name, partitions: missing, at, cause });
      if (record === undefined) begun.push(name);
    }
  }
  return { actions, begun, settled };
}

/** Undefined where the topic is not there or could not be read. */
function partitionsOf(topics: LiveTopics, name: string): readonly number[] | undefined {
  const live = topics.get(name);
  if (live?.status !== "ok" || live.value.kind === "absent") return undefined;
  return live.value.topic.partitions.map(({ index }) => index);
}

function isSettled(record: Beginning | undefined, partitions: readonly number[]): boolean {
  return record?.isDone === true && record.partitions === partitions.length;
}

interface Missing {
  readonly missing: readonly number[];
  readonly at: OffsetAt;
  readonly cause: SeedAction["cause"];
}

function missingOn(
  topic: string,
  partitions: readonly number[],
  commits: readonly CommittedOffset[],
  record: Beginning | undefined,
  begin: OffsetAt,
): Missing {
  const committed = new Set(commits.filter((commit) => commit.topic === topic).map(({ partition }) => partition));
  const without = partitions.filter((partition) => !committed.has(partition));
  if (record?.isDone === true) {
    const known = record.partitions ?? partitions.length;
    return { missing: without.filter((partition) => partition >= known), at: "earliest", cause: "growth" };
  }
  if (record?.startedAtMs !== undefined)
    return { missing: without, at: asOf(begin, record.startedAtMs), cause: "begin" };
  return { missing: committed.size > 0 ? [] : without, at: begin, cause: "begin" };
}

/** The end as it was then: whatever was written since must not be passed over. */
function asOf(begin: OffsetAt, startedAtMs: number): OffsetAt {
  return begin === "latest" ? startedAtMs : begin;
}
