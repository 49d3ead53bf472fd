// Which consumer groups use a topic: by members that read it or by commits on it. Reads only; one look at all groups of
// a cluster serves everybody who waits for one, since a mass deletion asks for thousands of topics at once.

import { setImmediate } from "node:timers/promises";

import type { Call, KafkaAdmin } from "../kafka/admin.ts";
import type { GroupListing } from "../kafka/model/offsets.ts";

/** Groups by topic, with what they committed by partition. */
export interface GroupUse {
  readonly groupId: string;
  readonly hasMembers: boolean;
  readonly commits: ReadonlyMap<number, bigint>;
}

/** Undefined: not every group could be asked, so nothing can be said of any topic. */
type Snapshot = ReadonlyMap<string, readonly GroupUse[]> | undefined;

/** Groups that are not read by offsets of their own; while they are idle they use nothing. */
const IDLE_STATES: ReadonlySet<string> = new Set(["Empty", "Dead"]);

/**
 * Guarantees
 * - What it tells was read after it was asked: whoever asks while a look is under way shares the next one.
 */
export class GroupUsage {
  /** The look that has not begun yet, by cluster. */
  readonly #next = new WeakMap<KafkaAdmin, Promise<Snapshot>>();
  readonly #current = new WeakMap<KafkaAdmin, Promise<unknown>>();

  /** Groups that use the topic; undefined where that cannot be determined. */
  async of(topicName: string, admin: KafkaAdmin, call: Call): Promise<readonly GroupUse[] | undefined> {
    const snapshot = await this.#snapshot(admin, call);
    return snapshot === undefined ? undefined : (snapshot.get(topicName) ?? []);
  }

  #snapshot(admin: KafkaAdmin, call: Call): Promise<Snapshot> {
    const waiting = this.#next.get(admin);
    if (waiting !== undefined) return waiting;
    const next = this.#look(admin, call);
    this.#next.set(admin, next);
    return next;
  }

  async #look(admin: KafkaAdmin, call: Call): Promise<Snapshot> {
    // Runs of one moment ask within one turn of the event loop.
    await setImmediate();
    await this.#current.get(admin);
    this.#next.delete(admin);
    // Shared by many callers, so one caller's abort must not end it.
    const taken = takeSnapshot(admin, { ...call, signal: new AbortController().signal });
    this.#current.set(admin, taken);
    return await taken;
  }
}

async function takeSnapshot(admin: KafkaAdmin, call: Call): Promise<Snapshot> {
  // Who may not describe the cluster is not told of groups that are hidden from it, nor that there are any. Asked before
  // and after, one after the other: the right may come and go meanwhile.
  if (!(await seesAllGroups(admin, call))) return undefined;
  const listing = await admin.listGroups(call);
  if (listing.status !== "ok" || listing.value.isPartial || !(await seesAllGroups(admin, call))) return undefined;
  const uses = await Promise.all(listing.value.groups.map((group) => usesOf(group, admin, call)));
  const byTopic = new Map<string, GroupUse[]>();
  for (const use of uses) {
    if (use === undefined) return undefined;
    for (const [topic, ofTopic] of use) byTopic.set(topic, [...(byTopic.get(topic) ?? []), ofTopic]);
  }
  return byTopic;
}

async function seesAllGroups(admin: KafkaAdmin, call: Call): Promise<boolean> {
  const answer = await admin.cluster(call);
  return answer.status === "ok" && answer.value.operations?.includes("Describe") === true;
}

/** Who reads in such a group is not told. */
function hasHiddenMembers(type: GroupListing["type"]): boolean {
  return type === "share" || type === "streams";
}

async function usesOf(
  { groupId, state, type }: GroupListing,
  admin: KafkaAdmin,
  call: Call,
): Promise<ReadonlyMap<string, GroupUse> | undefined> {
  if (hasHiddenMembers(type)) return IDLE_STATES.has(state) ? new Map() : undefined;
  const [group, commits] = await Promise.all([admin.describeGroup(groupId, call), admin.fetchOffsets(groupId, call)]);
  // Gone since it was listed: it uses nothing.
  if (group.status === "failed" && group.failure.kind === "missing") return new Map();
  if (group.status !== "ok" || commits.status !== "ok") return undefined;
  // Become one since it was listed.
  if (hasHiddenMembers(group.value.type)) return undefined;
  const read = new Set(group.value.members.flatMap(({ assignment }) => assignment.map(({ topic }) => topic)));
  const topics = new Set([...read, ...commits.value.map(({ topic }) => topic)]);
  return new Map(
    [...topics].map((topic) => {
      const ofTopic = commits.value.filter((commit) => commit.topic === topic);
      const byPartition = new Map(ofTopic.map(({ partition, offset }) => [partition, offset]));
      return [topic, { groupId, hasMembers: read.has(topic), commits: byPartition }];
    }),
  );
}
