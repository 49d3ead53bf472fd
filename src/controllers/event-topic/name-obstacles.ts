// Who stands between an object and a name in Kafka: another object that holds it or a name that collides, a KafkaTopic of
// Strimzi. From memory only.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { Claims, Owner, WantedName } from "../claims.ts";
import type { Refusal } from "../plan.ts";
import type { KafkaTopicClaims } from "../strimzi/kafka-topic-claims.ts";

/** Where names are looked up. */
export interface Names {
  readonly claims: Claims;
  readonly kafkaTopics: Pick<KafkaTopicClaims, "find">;
}

/** What the claims ledger needs to know of an object. */
export function ownerOf({ metadata }: EventTopic): Owner {
  return { key: keyOf(metadata), uid: metadata.uid, creationTimestamp: metadata.creationTimestamp };
}

/** Keeps a name that the object has claimed for the run, or says who has it. */
export function claimObstacle(
  topic: EventTopic,
  wanted: WantedName,
  { claims }: Names,
): Refusal<EventTopicReason> | undefined {
  const holder = claims.hold(keyOf(topic.metadata), wanted) ? undefined : claims.holder(wanted);
  if (holder !== undefined) {
    return {
      reason: "ClaimedByAnother",
      message: `Topic "${wanted.name}" is held by EventTopic "${holder.key}"; delete one of the two, or choose another name`,
    };
  }
  const collision = wanted.boundId === undefined ? claims.collision(wanted) : undefined;
  if (collision === undefined) return undefined;
  return {
    reason: "NameCollision",
    message:
      `Topic "${wanted.name}" would collide with "${collision.name}" of EventTopic "${collision.holder.key}": Kafka takes ` +
      '"." and "_" for one character; choose another name',
  };
}

/** The rule that a live managed KafkaTopic beats us, at any time, unless it is for this very object. */
export function managedByStrimzi(
  { metadata }: Pick<EventTopic, "metadata">,
  bus: EventBus,
  topicName: string,
  { kafkaTopics }: Pick<Names, "kafkaTopics">,
): Refusal<EventTopicReason> | undefined {
  if (bus.spec.topicManagement === "KafkaTopic" && bus.spec.strimzi === undefined) {
    const message = `EventBus "${bus.metadata.name}" is to write KafkaTopics, and its spec.strimzi does not say where`;
    return { reason: "BusNotReady", message };
  }
  const claim = kafkaTopics.find(bus.spec.strimzi, topicName, keyOf(metadata));
  switch (claim.kind) {
    case "none":
      return undefined;
    case "managed":
      return {
        reason: "ManagedByStrimzi",
        message:
          `Topic "${topicName}" is managed by KafkaTopic "${claim.namespace}/${claim.name}" of Strimzi; release it there ` +
          'first (annotation strimzi.io/managed: "false"), or delete this object',
      };
    case "unreadable":
      return { reason: "BusNotReady", message: claim.message };
  }
}
