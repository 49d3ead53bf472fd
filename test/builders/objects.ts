// Objects of our kinds with everything filled in that a test does not care about.

import type { ConsumerGroup, ConsumerGroupSpec, ConsumerGroupStatus } from "../../src/api/consumer-group.ts";
import type { EventBus, EventBusSpec } from "../../src/api/event-bus.ts";
import type { EventTopic, EventTopicSpec, EventTopicStatus } from "../../src/api/event-topic.ts";
import { API_VERSION } from "../../src/api/group.ts";
import type { RetentionPolicy, RetentionPolicySpec } from "../../src/api/retention-policy.ts";

interface Meta {
  readonly name?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

function metadata(meta: Meta, name: string) {
  return {
    name,
    uid: `uid-${meta.name ?? name}`,
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
    ...meta,
  };
}

export function anEventBus(spec: Partial<EventBusSpec> = {}, meta: Meta = {}): EventBus {
  return {
    apiVersion: API_VERSION,
    kind: "EventBus",
    metadata: metadata(meta, "bus"),
    spec: { kafka: { bootstrapServers: ["kafka:9092"] }, ...spec },
  };
}

export function anEventTopic(
  spec: Partial<EventTopicSpec> = {},
  meta: Meta & { readonly namespace?: string } = {},
  status?: EventTopicStatus,
): EventTopic {
  const named = { domain: "billing", entity: "usage", action: "events" };
  return {
    apiVersion: API_VERSION,
    kind: "EventTopic",
    metadata: { namespace: "team-a", ...metadata(meta, "usage") },
    spec: { ...(spec.topicName === undefined ? named : {}), ...spec },
    status,
  };
}

export function aConsumerGroup(
  spec: Partial<ConsumerGroupSpec> = {},
  meta: Meta & { readonly namespace?: string } = {},
  status?: ConsumerGroupStatus,
): ConsumerGroup {
  return {
    apiVersion: API_VERSION,
    kind: "ConsumerGroup",
    metadata: { namespace: "team-a", ...metadata(meta, "reader") },
    spec,
    status,
  };
}

export function aRetentionPolicy(spec: RetentionPolicySpec = {}, meta: Meta = {}): RetentionPolicy {
  return { apiVersion: API_VERSION, kind: "RetentionPolicy", metadata: metadata(meta, "events"), spec };
}
