// What an object wants of Kafka: its source topic, and the dead-letter topics beside it. Pure.

import type { EventTopic } from "../../api/event-topic.ts";
import { milliseconds } from "../../domain/defaults-chain.ts";
import type { Delegation } from "../strimzi/own-kafka-topics.ts";
import type { DeadLetterWish } from "./dead-letters.ts";
import { desiredAbsence, desiredTopic, type DesiredAbsence, type DesiredTopic } from "./desired.ts";
import type { TopicMemory } from "./memory.ts";
import type { ResolvedDeadLetter } from "./resolve-dead-letters.ts";
import type { ResolvedTopic } from "./resolve.ts";

export interface DesiredTopics {
  readonly source: DesiredTopic | DesiredAbsence;
  readonly deadLetters: readonly DeadLetterWish[];
  /** What its topics have to do with KafkaTopics. */
  readonly delegation?: Delegation | undefined;
}

export function desiredTopics(topic: EventTopic, resolved: ResolvedTopic, memory: TopicMemory): DesiredTopics {
  const source =
    memory.deletedAtMs === undefined
      ? desiredTopic(topic, resolved, memory)
      : desiredAbsence(topic, resolved.identity.topicName, memory.topicId, memory);
  const deadLetters = resolved.deadLetters.map((letter) => wishOf(letter, topic, memory));
  return { source, deadLetters, delegation: resolved.delegation };
}

function wishOf(letter: ResolvedDeadLetter, topic: EventTopic, memory: TopicMemory): DeadLetterWish {
  const { partitions, retention } = topic.spec.deadLetter ?? {};
  const { lastWanted = new Map<string, string>(), isJustCreated = false } = memory.deadLetters.get(letter.name) ?? {};
  return {
    ...letter,
    partitions,
    retentionMs: milliseconds(retention),
    memory: { ...memory, isAdopted: false, managedKeys: new Set(), lastWanted, isJustCreated },
    absence: desiredAbsence(topic, letter.name, letter.boundId, memory),
  };
}
