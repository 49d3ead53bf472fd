// Reads one topic from Kafka: what it is and how it is configured. Writes nothing.

import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import { ok, type Answer } from "../../kafka/model/failure.ts";
import type { ConfigEntry } from "../../kafka/model/topic-config.ts";
import type { TopicState } from "../../kafka/model/topic.ts";

export type ObservedTopic =
  | { readonly kind: "absent" }
  | { readonly kind: "present"; readonly topic: TopicState; readonly configs: ReadonlyMap<string, ConfigEntry> };

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
