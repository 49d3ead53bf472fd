// Which topics Strimzi's Topic Operator manages: a name with a live managed KafkaTopic is never written by us.
// The rule fails closed: claims that cannot be read forbid every write; absent CRDs mean that there are none.

import type { KafkaRef } from "./strimzi-kinds.ts";

/** What is known of the KafkaTopics that an EventBus must respect. */
export type KafkaTopicClaim =
  | { readonly kind: "none" }
  | { readonly kind: "managed"; readonly namespace: string; readonly name: string }
  | { readonly kind: "unreadable"; readonly message: string };

/** Looks up claims; synchronous, from memory. */
export interface KafkaTopicClaims {
  /** `strimzi` is the bus' `spec.strimzi`; a bus without it lies beside no Topic Operator that we know of. */
  find(strimzi: KafkaRef | undefined, topicName: string): KafkaTopicClaim;
}
