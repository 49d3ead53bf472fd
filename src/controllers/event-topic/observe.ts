// Reads an object's topics from Kafka, the source and its dead letters side by side: what they are and how they are
// configured. Writes nothing.

import type { LiveConfig } from "../../domain/retention-loss.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import { ok, type Answer } from "../../kafka/model/failure.ts";
import type { ConfigEntry } from "../../kafka/model/topic-config.ts";
import type { TopicState } from "../../kafka/model/topic.ts";

export type ObservedTopic = { readonly kind: "absent" } | PresentTopic;

export interface PresentTopic {
  readonly kind: "present";
  /** Partitions that are being moved have the replicas that they are moved to, where that was asked. */
  readonly topic: TopicState;
  readonly configs: ReadonlyMap<string, ConfigEntry>;
}

/** The topics of one object. */
export interface ObservedTopics {
  readonly source: ObservedTopic;
  /** By name. One that cannot be read is its own trouble: the source is served all the same. */
  readonly deadLetters: ReadonlyMap<string, Answer<ObservedTopic>>;
}

/** Whether a topic's replicas are such that somebody may be moving them. */
type MovementTest = (observed: PresentTopic) => boolean;

/** No answer for all only where the source cannot be read. Whether replicas are being moved is asked where they look so. */
export async function observeTopics(
  source: string,
  deadLetters: readonly string[],
  admin: KafkaAdmin,
  call: Call,
  looksMoving: MovementTest = () => false,
): Promise<Answer<ObservedTopics>> {
  const observe = async (name: string): Promise<Answer<ObservedTopic>> => {
    const answer = await observeTopic(name, admin, call);
    const isMoving = answer.status === "ok" && answer.value.kind === "present" && looksMoving(answer.value);
    return isMoving ? await withTargets(answer.value, admin, call) : answer;
  };
  const [answer, ...others] = await Promise.all([
    observe(source),
    ...deadLetters.map(async (name) => [name, await observe(name)] as const),
  ]);
  return answer.status === "ok" ? ok({ source: answer.value, deadLetters: new Map(others) }) : answer;
}

/** One of the topics, as it is in Kafka; undefined where it is not there or could not be read. */
export function presentTopic({ source, deadLetters }: ObservedTopics, name: string): PresentTopic | undefined {
  if (source.kind === "present" && source.topic.name === name) return source;
  const answer = deadLetters.get(name);
  return answer?.status === "ok" && answer.value.kind === "present" ? answer.value : undefined;
}

/** Absence is concluded only from Kafka's "unknown topic" for this very name; anything else unreadable is no answer. */
export async function observeTopic(name: string, admin: KafkaAdmin, call: Call): Promise<Answer<ObservedTopic>> {
  const [topic, configs] = await Promise.all([
    admin.describeTopic({ name }, call),
    admin.describeConfigs({ kind: "topic", name }, call),
  ]);
  if (topic.status === "failed" && topic.failure.kind === "missing") return ok({ kind: "absent" });
  if (topic.status !== "ok") return topic;
  if (configs.status === "failed" && configs.failure.kind === "missing") {
    // The two answers came from brokers that are not equally up to date: ask again.
    return { status: "failed", failure: { ...configs.failure, kind: "busy" } };
  }
  if (configs.status !== "ok") return configs;
  return ok({
    kind: "present",
    topic: topic.value,
    configs: new Map(configs.value.map((entry) => [entry.key, entry])),
  });
}

/** Who may not list the movements sees a topic as it is. */
async function withTargets(observed: PresentTopic, admin: KafkaAdmin, call: Call): Promise<Answer<PresentTopic>> {
  const { topic } = observed;
  const targets = await admin.listReassignments(topic.name, call);
  if (targets.status === "failed" && targets.failure.kind === "denied") return ok(observed);
  if (targets.status !== "ok") return targets;
  const partitions = topic.partitions.map((partition) => ({
    ...partition,
    replicas: targets.value.get(partition.index) ?? partition.replicas,
  }));
  return ok({ ...observed, topic: { ...topic, partitions } });
}

/** The values in effect; what the broker does not tell is not known. */
export function liveConfig(configs: ReadonlyMap<string, ConfigEntry>): LiveConfig {
  const known = [...configs.values()].flatMap(({ key, value }) => (value === null ? [] : [[key, value] as const]));
  return new Map(known);
}
