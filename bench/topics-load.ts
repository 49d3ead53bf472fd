// The EventTopics of the topics benchmark, as Strimzi was measured with.

import type { EventTopicSpec } from "../src/api/event-topic.ts";
import type { Subject } from "./object-load.ts";

export interface TopicShape {
  readonly bus: string;
  readonly partitions: number;
}

/** Three configurations, of which two have a typed field. */
export function topicSpec(index: number, { bus, partitions }: TopicShape): Partial<EventTopicSpec> {
  return {
    busRef: { name: bus },
    domain: `topic-${index}`,
    partitions,
    replicationFactor: 1,
    retention: { time: "7d" },
    maxMessageBytes: "1Mi",
    config: { "segment.bytes": 104_857_600 },
  };
}

export function topicName(index: number): string {
  return `topic-${index}`;
}

export const EVENT_TOPICS: Subject<TopicShape> = {
  kind: "EventTopic",
  plural: "eventtopics",
  controller: "event-topic",
  name: topicName,
  spec: topicSpec,
};
