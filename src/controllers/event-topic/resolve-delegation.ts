// What an EventTopic's topics have to do with KafkaTopics of Strimzi. From memory only.

import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { KafkaTopicClaims } from "../strimzi/kafka-topic-claims.ts";
import { delegationOf, type Delegation } from "../strimzi/own-kafka-topics.ts";

/** `wanted`: names of the topics that the object is to have. */
export function resolveDelegation(
  { metadata, status }: EventTopic,
  { spec }: EventBus,
  wanted: readonly string[],
  { kafkaTopics }: { readonly kafkaTopics: KafkaTopicClaims },
): Delegation | undefined {
  const { deadLetters = [], released = [], topicName } = status ?? {};
  const letters = deadLetters.map((letter) => letter.topicName);
  const recorded = [...(topicName === undefined ? [] : [topicName]), ...letters, ...released];
  const place = spec.topicManagement === "KafkaTopic" ? kafkaTopics.placeOf(spec.strimzi) : undefined;
  const owner = keyOf(metadata);
  return delegationOf(owner, place, kafkaTopics.ownedBy(owner), { wanted, recorded });
}
