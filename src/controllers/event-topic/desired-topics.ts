// What an object wants of Kafka: its source topic, and the dead-letter topics beside it. Pure.

import type { EventTopic } from "../../api/event-topic.ts";
import type { DeadLetterWish } from "./dead-letters.ts";
import { desiredAbsence, desiredTopic, type DesiredAbsence, type DesiredTopic } from "./desired.ts";
import type { TopicMemory } from "./memory.ts";
import type { ResolvedTopic } from "./resolve.ts";

export interface DesiredTopics {
  readonly source: DesiredTopic | DesiredAbsence;
  readonly deadLetters: readonly DeadLetterWish[];
}

export function desiredTopics(topic: EventTopic, resolved: ResolvedTopic, memory: TopicMemory): DesiredTopics {
  const desired = memory.deletedAtMs === undefined ? desiredTopic : desiredAbsence;
  return { source: desired(topic, resolved, memory), deadLetters: [] };
}
