// Reads everything of a Kafka cluster that an export tells. Reads only, and all or nothing: a backup that silently misses
// something is none.

import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import type { Answer } from "../../kafka/model/failure.ts";
import type { TopicState } from "../../kafka/model/topic.ts";
import { CommandError, counted, type Progress } from "../terminal.ts";
import type { LiveGroup } from "./exported-groups.ts";
import type { LiveTopic } from "./exported-topic.ts";

/** Read together: their requests share a few on the wire. */
const CHUNK = 500;

export async function readTopics(
  admin: KafkaAdmin,
  isWanted: (name: string) => boolean,
  call: Call,
  progress: Progress,
): Promise<LiveTopic[]> {
  const all = valueOf(await admin.listTopics(call), "the topics");
  const wanted = all
    .filter(({ isInternal, name }) => !isInternal && !name.startsWith("__") && isWanted(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const read: LiveTopic[] = [];
  for (let start = 0; start < wanted.length; start += CHUNK) {
    progress.say(`Reading ${start.toLocaleString("en")} of ${counted(wanted.length, "topic")}`);
    const chunk = wanted.slice(start, start + CHUNK);
    read.push(...(await Promise.all(chunk.map((topic) => readTopic(topic, admin, call)))));
  }
  return read;
}

async function readTopic(topic: TopicState, admin: KafkaAdmin, call: Call): Promise<LiveTopic> {
  const { name } = topic;
  const entries = valueOf(
    await admin.describeConfigs({ kind: "topic", name }, call),
    `the configuration of topic "${name}"`,
  );
  return { topic, configs: new Map(entries.map((entry) => [entry.key, entry])) };
}

/** Groups of consumers, by commits and members; those of Connect, Streams and shares manage their offsets themselves. */
export async function readGroups(
  admin: KafkaAdmin,
  hasGroupConfigs: boolean,
  call: Call,
  progress: Progress,
): Promise<LiveGroup[]> {
  const { groups, isPartial } = valueOf(await admin.listGroups(call), "the groups");
  if (isPartial) throw new CommandError("Cannot read the groups: not every broker answered; try again");
  const wanted = groups
    .filter(({ groupId, type }) => type !== "share" && type !== "streams" && !groupId.startsWith("connect-"))
    .toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1));
  const read: LiveGroup[] = [];
  for (let start = 0; start < wanted.length; start += CHUNK) {
    progress.say(`Reading ${start.toLocaleString("en")} of ${counted(wanted.length, "group")}`);
    const chunk = wanted.slice(start, start + CHUNK);
    read.push(...(await Promise.all(chunk.map(({ groupId }) => readGroup(groupId, admin, hasGroupConfigs, call)))));
  }
  // One without topics was declared by a client that has never read.
  return read.filter(({ topics }) => topics.length > 0);
}

async function readGroup(groupId: string, admin: KafkaAdmin, hasGroupConfigs: boolean, call: Call): Promise<LiveGroup> {
  const [state, commits, configs] = await Promise.all([
    admin.describeGroup(groupId, call),
    admin.fetchOffsets(groupId, call),
    hasGroupConfigs ? admin.describeConfigs({ kind: "group", name: groupId }, call) : undefined,
  ]);
  const isGone = state.status === "failed" && state.failure.kind === "missing";
  const members = isGone ? [] : valueOf(state, `group "${groupId}"`).members;
  const assigned = members.flatMap(({ assignment }) => assignment.map(({ topic }) => topic));
  const committed = valueOf(commits, `the offsets of group "${groupId}"`).map(({ topic }) => topic);
  return {
    groupId,
    topics: [...new Set([...assigned, ...committed])],
    configs: configs === undefined ? undefined : valueOf(configs, `the configuration of group "${groupId}"`),
  };
}

function valueOf<T>(answer: Answer<T>, what: string): T {
  if (answer.status === "ok") return answer.value;
  throw new CommandError(`Cannot read ${what}: ${answer.status === "failed" ? answer.failure.message : answer.reason}`);
}
