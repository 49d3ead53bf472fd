// How many EventTopics of a bus hold a topic, are well, or contend for a name. Counts objects; asks nobody.

import type { EventTopic } from "../../api/event-topic.ts";
import { findCondition } from "../../runtime/conditions.ts";

export interface TopicCounts {
  /** Hold a topic. */
  readonly managed: number;
  /** Those of them that are Ready. */
  readonly ready: number;
  /** Want a name that somebody else holds. */
  readonly conflicting: number;
}

export function countTopics(topics: Iterable<EventTopic>): TopicCounts {
  let [managed, ready, conflicting] = [0, 0, 0];
  for (const topic of topics) {
    if (isTrue(topic, "Conflict")) conflicting += 1;
    if (topic.status?.topicId === undefined) continue;
    managed += 1;
    if (isTrue(topic, "Ready")) ready += 1;
  }
  return { managed, ready, conflicting };
}

function isTrue(topic: EventTopic, type: string): boolean {
  return findCondition(topic.status?.conditions, type)?.status === "True";
}
