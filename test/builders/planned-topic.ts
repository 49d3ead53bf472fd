// The plan that comes of an EventTopic and a topic in Kafka, through the pure phases.

import type { EventTopicSpec, EventTopicStatus } from "../../src/api/event-topic.ts";
import { desiredTopic } from "../../src/controllers/event-topic/desired.ts";
import { memoryOf } from "../../src/controllers/event-topic/memory.ts";
import type { ObservedTopic } from "../../src/controllers/event-topic/observe.ts";
import { planTopics } from "../../src/controllers/event-topic/plan-topics.ts";
import type { TopicPlan } from "../../src/controllers/event-topic/plan.ts";
import { anEventTopic } from "./objects.ts";
import { aResolvedTopic, type ResolvedGiven } from "./topics.ts";

/** When the pure phases run in tests. */
export const NOW = Date.parse("2026-06-01T00:00:00Z");
export interface PlanGiven extends ResolvedGiven {
  readonly spec?: Partial<EventTopicSpec>;
  readonly status?: EventTopicStatus;
}

export function planned(observed: ObservedTopic, given: PlanGiven = {}): TopicPlan {
  const topic = anEventTopic(given.spec, {}, given.status);
  const memory = memoryOf(topic, NOW);
  const resolved = aResolvedTopic(topic, given);
  const source = desiredTopic(topic, resolved, memory);
  const plan = planTopics({ source, deadLetters: [] }, { source: observed, deadLetters: new Map() }, memory);
  return { ...plan.source, steps: plan.steps, refusals: plan.refusals };
}

/** Status of an object bound to `aTopicInKafka()`. */
export function bound(more: EventTopicStatus = {}): EventTopicStatus {
  const bus = { name: "bus", clusterId: "cluster-1" };
  return { bus, topicName: "billing.usage.events", topicId: "id-1", ...more };
}
