// What Strimzi's Topic Operator says of a KafkaTopic, in the words of our own port to Kafka. Pure.

import type { FailureKind, KafkaFailure } from "../../kafka/model/failure.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { isManaged } from "./own-kafka-topics.ts";
import type { KafkaTopic, StrimziCondition } from "./strimzi-kinds.ts";

export type TopicOperatorAnswer =
  /** It has made Kafka as this generation says. */
  | { readonly kind: "served"; readonly topicId: string | undefined }
  | { readonly kind: "refused"; readonly failure: KafkaFailure }
  /** It has not, and may yet; `message` says what is missing. */
  | { readonly kind: "silent"; readonly message: string };

/** What the Topic Operator says when two KafkaTopics ask for one topic; also our word for any KafkaTopic in the way. */
export const KAFKA_TOPIC_CONFLICT = "KAFKA_TOPIC_CONFLICT";

/** The API server's refusal of a KafkaTopic, so that Strimzi never heard of it. */
export const KAFKA_TOPIC_UNWRITTEN = "KAFKA_TOPIC_UNWRITTEN";

/** Kafka's refusals, by the class of its Java client that the Topic Operator quotes. Others are told as they are. */
const REFUSALS: Readonly<Record<string, readonly [FailureKind, string]>> = {
  InvalidConfigurationException: ["invalid", "INVALID_CONFIG"],
  InvalidReplicationFactorException: ["invalid", "INVALID_REPLICATION_FACTOR"],
  InvalidTopicException: ["invalid", "INVALID_TOPIC_EXCEPTION"],
  InvalidPartitionsException: ["invalid", "INVALID_PARTITIONS"],
  PolicyViolationException: ["invalid", "POLICY_VIOLATION"],
  TopicAuthorizationException: ["denied", "TOPIC_AUTHORIZATION_FAILED"],
  ClusterAuthorizationException: ["denied", "CLUSTER_AUTHORIZATION_FAILED"],
};

/** It tries these again by itself. */
const PASSING = /(Timeout|Disconnect|Network|NotController|NotLeader|NotAvailable|Throttling|Retriable)\w*Exception/;

export function topicOperatorAnswer(topic: KafkaTopic): TopicOperatorAnswer {
  const { metadata, status } = topic;
  const what = describeKafkaTopic(topic);
  if (metadata.deletionTimestamp !== undefined) return silent(`${what} is being deleted`);
  if (!isManaged(topic)) {
    return silent(
      `${what} is unmanaged (annotation strimzi.io/managed: "false"); remove that annotation to have Strimzi go on`,
    );
  }
  const conditions = status?.conditions ?? [];
  if (conditions.some(({ type, status: is }) => type === "ReconciliationPaused" && is === "True")) {
    return silent(`${what} is paused (annotation strimzi.io/pause-reconciliation); remove that annotation`);
  }
  const isCurrent = (status?.observedGeneration ?? -1) >= (metadata.generation ?? 0);
  const ready = conditions.find(({ type }) => type === "Ready");
  if (!isCurrent || ready === undefined) {
    return silent(`${what} is written, and Strimzi's Topic Operator has not acted on it yet`);
  }
  return ready.status === "True" ? { kind: "served", topicId: status?.topicId } : refusal(ready, what);
}

/** It has said within so many milliseconds that Kafka is as this generation says. */
export function isServedLately(topic: KafkaTopic, withinMs: number, nowMs: number): boolean {
  if (topicOperatorAnswer(topic).kind !== "served") return false;
  const ready = topic.status?.conditions?.find(({ type }) => type === "Ready");
  return nowMs - Date.parse(ready?.lastTransitionTime ?? "") < withinMs;
}

/** Whether a write of a KafkaTopic was refused by Strimzi, and so may still come about; not where it could not be written. */
export function isOfTopicOperator({ name }: KafkaFailure): boolean {
  return name !== KAFKA_TOPIC_UNWRITTEN && name !== KAFKA_TOPIC_CONFLICT;
}

/** As messages name it. */
export function describeKafkaTopic({ metadata }: Pick<KafkaTopic, "metadata">): string {
  return `KafkaTopic "${keyOf(metadata)}"`;
}

function refusal({ reason = "", message = "" }: StrimziCondition, what: string): TopicOperatorAnswer {
  const told = `Strimzi says of ${what}: ${[reason, message].filter((part) => part !== "").join(": ")}`;
  if (PASSING.test(message)) return silent(told);
  const [, exception = ""] = /org[.]apache[.]kafka[.]common[.]errors[.](\w+)/.exec(message) ?? [];
  const [kind, name] = REFUSALS[exception] ?? byReason(reason);
  return { kind: "refused", failure: { kind, name, message: told } };
}

function byReason(reason: string): readonly [FailureKind, string] {
  if (reason === "ResourceConflict") return ["invalid", KAFKA_TOPIC_CONFLICT];
  return [reason === "NotSupported" ? "unsupported" : "other", reason];
}

function silent(message: string): TopicOperatorAnswer {
  return { kind: "silent", message };
}
