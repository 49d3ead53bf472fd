// Where consumer groups are, as Kafka says now: state, members, commits. Reads only, and concludes nothing.

import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import type { Answer, KafkaFailure } from "../../kafka/model/failure.ts";
import type { CommittedOffset, GroupListing, GroupState, GroupType } from "../../kafka/model/offsets.ts";

/** A group that could be asked. */
export interface GroupPosition {
  readonly kind: "position";
  readonly groupId: string;
  /** `Absent`, or Kafka's own word. */
  readonly state: string;
  readonly type: GroupType;
  readonly members: number;
  /** Topics that members are assigned to, or that were committed on. */
  readonly topics: ReadonlySet<string>;
  /** By topic and partition. */
  readonly commits: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

export type GroupAnswer =
  | GroupPosition
  | { readonly kind: "unknown"; readonly groupId: string; readonly failure: KafkaFailure };

export type Listings = ReadonlyMap<string, GroupListing>;

/** What is wrong with an answer that is no value. */
export function failureOf(answer: Exclude<Answer<unknown>, { status: "ok" }>): KafkaFailure {
  if (answer.status === "failed") return answer.failure;
  return { kind: "unreachable", name: "NOT_ASKED", message: answer.reason };
}

/**
 * One group. The listing saves asking for the members of one that is empty; one that it does not name is asked for all the
 * same, since a listing may be partial or leave out what we may not see.
 */
export async function readPosition(
  groupId: string,
  listed: GroupListing | undefined,
  admin: KafkaAdmin,
  call: Call,
): Promise<GroupAnswer> {
  if (listed?.type === "share") return position(listed, [], []);
  const isKnownEnough = listed?.state === "Empty" || listed?.type === "streams";
  const [commits, group] = await Promise.all([
    admin.fetchOffsets(groupId, call),
    isKnownEnough ? { ...listed, members: [] } : describe(groupId, admin, call),
  ]);
  if ("kind" in group) return { kind: "unknown", groupId, failure: group };
  // It has no offsets of this kind, and asking for them is an error.
  if (group.type === "share") return position(group, [], []);
  if (commits.status !== "ok") return { kind: "unknown", groupId, failure: failureOf(commits) };
  return position(group, group.members, commits.value);
}

async function describe(groupId: string, admin: KafkaAdmin, call: Call): Promise<GroupState | KafkaFailure> {
  const answer = await admin.describeGroup(groupId, call);
  if (answer.status === "ok") return answer.value;
  const failure = failureOf(answer);
  return failure.kind === "missing" ? { groupId, type: "unknown", state: "Absent", members: [] } : failure;
}

function position(
  { groupId, type, state }: GroupListing,
  members: GroupState["members"],
  offsets: readonly CommittedOffset[],
): GroupPosition {
  const commits = new Map<string, Map<number, number>>();
  for (const { topic, partition, offset } of offsets) {
    const ofTopic = commits.get(topic) ?? new Map<number, number>();
    commits.set(topic, ofTopic.set(partition, Number(offset)));
  }
  const topics = new Set(commits.keys());
  for (const { assignment } of members) for (const { topic } of assignment) topics.add(topic);
  return { kind: "position", groupId, state, type, members: members.length, topics, commits };
}
