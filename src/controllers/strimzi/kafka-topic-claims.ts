// Which topics Strimzi's Topic Operator manages: a name with a live managed KafkaTopic is never written by us, but through
// that KafkaTopic where it is our own. The rule fails closed: claims that cannot be read forbid every write; absent CRDs mean
// that there are none.

import type { KafkaTopicPlace } from "./own-kafka-topics.ts";
import type { KafkaRef, KafkaTopic } from "./strimzi-kinds.ts";

/** What is known of the KafkaTopics that an EventBus must respect. */
export type KafkaTopicClaim =
  | { readonly kind: "none" }
  | { readonly kind: "managed"; readonly namespace: string; readonly name: string }
  | { readonly kind: "unreadable"; readonly message: string };

/** Looks up claims; synchronous, from memory. */
export interface KafkaTopicClaims {
  /**
   * `strimzi` is the bus' `spec.strimzi`; a bus without it lies beside no Topic Operator that we know of. KafkaTopics of
   * the EventTopic of key `owner` claim nothing against it.
   */
  find(strimzi: KafkaRef | undefined, topicName: string, owner?: string): KafkaTopicClaim;
  /** KafkaTopics that are for the EventTopic of this key, in every namespace that is followed. */
  ownedBy(owner: string): readonly KafkaTopic[];
  /** Where KafkaTopics of a Kafka object belong; undefined while that is not known. */
  placeOf(strimzi: KafkaRef | undefined): KafkaTopicPlace | undefined;
}

/** Where nothing of Strimzi is known. */
export const NO_KAFKA_TOPICS: KafkaTopicClaims = {
  find: () => ({ kind: "none" }),
  ownedBy: () => [],
  placeOf: () => undefined,
};
