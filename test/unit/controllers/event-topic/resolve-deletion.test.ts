import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopicSpec, EventTopicStatus } from "../../../../src/api/event-topic.ts";
import { Claims } from "../../../../src/controllers/claims.ts";
import { memoryOf } from "../../../../src/controllers/event-topic/memory.ts";
import { resolveDeletion } from "../../../../src/controllers/event-topic/resolve-deletion.ts";
import type { TopicResolution, TopicWorld } from "../../../../src/controllers/event-topic/resolve.ts";
import type { KafkaTopicClaim } from "../../../../src/controllers/strimzi/kafka-topic-claims.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";

describe("resolveDeletion()", () => {
  const bus = anEventBus();
  const world = {
    buses: { get: (name: string) => (name === "bus" ? bus : undefined), list: () => [bus] },
    isOurs: () => false,
  } as unknown as TopicWorld;

  const cases: readonly (readonly [
    why: string,
    spec: Partial<EventTopicSpec>,
    status: EventTopicStatus | undefined,
  ])[] = [
    ["is retained", { deletionPolicy: "Retain" }, { bus: { name: "bus", clusterId: "c" } }],
    ["is suspended", { deletionPolicy: "Delete", suspend: true }, { bus: { name: "bus", clusterId: "c" } }],
    ["was never bound", { deletionPolicy: "Delete", busRef: { name: "bus" } }, undefined],
    ["takes the only bus", { deletionPolicy: "Delete" }, undefined],
  ];
  for (const [why, spec, status] of cases) {
    it(`leaves an object of another installation to it: one that ${why}`, () => {
      const topic = anEventTopic(spec, {}, status);
      expect(resolveDeletion(topic, memoryOf(topic, 0), world, 0)).to.deep.equal({ kind: "foreign" });
    });
  }

  it("waits while it is not known whether Strimzi manages the topic, and lets go of one that it manages", () => {
    const deleted = "2026-01-01T00:00:00Z";
    const status = { bus: { name: "bus", clusterId: "c" }, topicName: "orders", topicId: "id" };
    const found = anEventTopic({ deletionPolicy: "Delete", busRef: { name: "bus" } }, {}, status);
    const topic = { ...found, metadata: { ...found.metadata, deletionTimestamp: deleted } };
    const resolve = (claim: KafkaTopicClaim): TopicResolution => {
      const connected = {
        ...world,
        isOurs: () => true,
        link: () => ({ kind: "connected", admin: {}, cluster: { id: "c", brokers: [], capabilities: [] } }),
        namespace: () => undefined,
        isTerminating: () => false,
        deletionTimeoutMs: 60_000,
        claims: new Claims(
          (name) => name,
          () => {},
        ),
        kafkaTopics: { find: () => claim },
        unnamed: () => [],
      } as unknown as TopicWorld;
      const nowMs = Date.parse(deleted);
      return resolveDeletion(topic, memoryOf(topic, nowMs), connected, nowMs);
    };
    expect(resolve({ kind: "unreadable", message: "KafkaTopics cannot be read" })).to.deep.include({ kind: "blocked" });
    const managed = resolve({ kind: "managed", namespace: "kafka", name: "orders" });
    expect(managed.kind === "leftBehind" && managed.why).to.include('"kafka/orders"');
  });
});
