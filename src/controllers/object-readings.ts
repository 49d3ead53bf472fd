// What the metrics tell of objects, read from memory when somebody asks.

import type { CustomResource } from "../api/custom-resource.ts";
import type { EventTopic } from "../api/event-topic.ts";
import { findCondition } from "../runtime/conditions.ts";
import type { ObjectCount, OwnedTopic } from "../telemetry/object-metrics.ts";

/** One row for each kind, namespace, status and reason that occur. */
export function countObjects(objects: Iterable<CustomResource<unknown>>): ObjectCount[] {
  const counts = new Map<string, ObjectCount>();
  for (const { kind, metadata, status } of objects) {
    const { namespace = "" } = metadata;
    const ready = findCondition(status?.conditions, "Ready") ?? { status: "Unknown", reason: "Pending" };
    const key = [kind, namespace, ready.status, ready.reason].join("/");
    const count = (counts.get(key)?.count ?? 0) + 1;
    counts.set(key, { kind, namespace, ready: ready.status, reason: ready.reason, count });
  }
  return [...counts.values()];
}

/** Those that hold a topic. */
export function ownedTopics(topics: Iterable<EventTopic>): OwnedTopic[] {
  return Array.from(topics).flatMap(({ metadata, spec, status }) => {
    const { bus, topicId, topicName } = status ?? {};
    if (bus === undefined || topicId === undefined || topicName === undefined) return [];
    const { contact = "", team = "" } = spec.owner ?? {};
    const { name, namespace = "" } = metadata;
    return [{ bus: bus.name, namespace, name, topic: topicName, team, contact }];
  });
}
