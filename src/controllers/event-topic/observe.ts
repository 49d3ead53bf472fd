// Reads an object's topics from Kafka, the source and its dead letters side by side: what they are and how they are
// configured. Writes nothing.

import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import { ok, type Answer } from "../../kafka/model/failure.ts";
import type { ConfigEntry } from "../../kafka/model/topic-config.ts";
import type { TopicState } from "../../kafka/model/topic.ts";

export type ObservedTopic =
  | { readonly kind: "absent" }
  | { readonly kind: "present"; readonly topic: TopicState; readonly configs: ReadonlyMap<string, ConfigEntry> };

/** The topics of one object. */
export interface ObservedTopics {
  readonly source: ObservedTopic;
  /** By name. One that cannot be read is its own trouble: the source is served all the same. */
  readonly deadLetters: ReadonlyMap<string, Answer<ObservedTopic>>;
}

/** No answer for all only where the source cannot be read. */
export async function observeTopics(
  source: string,
  deadLetters: readonly string[],
  admin: KafkaAdmin,
  call: Call,
): Promise<Answer<ObservedTopics>> {
  const [answer, ...others] = await Promise.all([
    observeTopic(source, admin, call),
    ...deadLetters.map(async (name) => [name, await observeTopic(name, admin, call)] as const),
  ]);
  return answer.status === "ok" ? ok({ source: answer.value, deadLetters: new Map(others) }) : answer;
}

/** One of the topics, as it is in Kafka; undefined where it is not there or could not be read. */
export function presentTopic(
  { source, deadLetters }: ObservedTopics,
  name: string,
): Extract<ObservedTopic, { kind: "present" }> | undefined {
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
