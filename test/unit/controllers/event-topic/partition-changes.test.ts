import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventBusSpec } from "../../../../src/api/event-bus.ts";
import type { EventTopicSpec, EventTopicStatus } from "../../../../src/api/event-topic.ts";
import { desiredAbsence, desiredTopic } from "../../../../src/controllers/event-topic/desired.ts";
import { memoryOf } from "../../../../src/controllers/event-topic/memory.ts";
import { looksMoving, partitionDifference } from "../../../../src/controllers/event-topic/partition-changes.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";
import { bound, NOW } from "../../../builders/planned-topic.ts";
import { aResolvedTopic, aTopicInKafka, type PresentTopic } from "../../../builders/topics.ts";

interface Given {
  readonly spec?: Partial<EventTopicSpec>;
  readonly bus?: Partial<EventBusSpec>;
  readonly status?: EventTopicStatus;
  readonly live: PresentTopic;
}

const bound3 = bound({ replicationFactor: 3 });

function messages({ live, ...given }: Given): string[] {
  const topic = anEventTopic(given.spec, {}, bound());
  const desired = desiredTopic(topic, aResolvedTopic(topic), memoryOf(topic, NOW));
  const present = aTopicInKafka(live);
  return partitionDifference(desired, present.topic, present.configs).refusals.map(({ message }) => message);
}

describe("looksMoving()", () => {
  const cases: (Given & { readonly why: string; readonly looks: boolean })[] = [
    {
      why: "the declared factor is there",
      spec: { replicationFactor: 3 },
      live: { replicationFactor: 3 },
      looks: false,
    },
    {
      why: "nobody declares one, and it is the one of before",
      status: bound3,
      live: { replicationFactor: 3 },
      looks: false,
    },
    {
      why: "nobody declares one, and none was seen before",
      status: bound(),
      live: { replicationFactor: 3 },
      looks: false,
    },
    { why: "more replicas than declared", spec: { replicationFactor: 3 }, live: { replicationFactor: 4 }, looks: true },
    { why: "fewer than declared", spec: { replicationFactor: 3 }, live: { replicationFactor: 2 }, looks: true },
    { why: "more than before", status: bound3, live: { replicationFactor: 6 }, looks: true },
    { why: "partitions differ, whatever was declared", live: { replicationFactor: [3, 4, 3] }, looks: true },
    {
      why: "an adoption would be of another factor than the bus' default",
      bus: { topicDefaults: { replicationFactor: 2 } },
      live: { replicationFactor: 3 },
      looks: true,
    },
    {
      why: "min ISR would be set, which must stay below the factor",
      spec: { minInSyncReplicas: 2 },
      status: bound3,
      live: { replicationFactor: 3 },
      looks: true,
    },
    {
      why: "min ISR is as declared already",
      spec: { minInSyncReplicas: 2 },
      status: bound3,
      live: { replicationFactor: 3, configs: { "min.insync.replicas": "2" } },
      looks: false,
    },
  ];
  for (const { why, looks, live, ...given } of cases) {
    it(`${looks ? "asks" : "asks nothing"} where ${why}`, () => {
      const topic = anEventTopic(given.spec, {}, given.status);
      const memory = memoryOf(topic, NOW);
      const desired = desiredTopic(topic, aResolvedTopic(topic, { bus: anEventBus(given.bus) }), memory);
      expect(looksMoving(desired, aTopicInKafka(live), memory)).to.equal(looks);
    });
  }

  it("asks nothing where the topic is to go", () => {
    const topic = anEventTopic({ replicationFactor: 3 }, {}, bound3);
    const memory = memoryOf(topic, NOW);
    const desired = desiredAbsence(topic, "billing.usage.events", "id-1", memory);
    expect(looksMoving(desired, aTopicInKafka({ replicationFactor: 4 }), memory)).to.equal(false);
  });
});

describe("partitionDifference()", () => {
  it("says which factor the topic has", () => {
    const [message] = messages({ spec: { replicationFactor: 3 }, live: { replicationFactor: 2 } });
    expect(message).to.include("has replication factor 2 and 3 is declared");
  });

  it("says which partitions have another factor than most", () => {
    const [message] = messages({ spec: { replicationFactor: 3 }, live: { replicationFactor: [3, 2, 3, 3, 2, 1] } });
    expect(message).to.include(
      "has replication factors 3 and 2 (partitions 1, 4) and 1 (partitions 5) and 3 is declared",
    );
  });

  it("says nothing where nobody declares one", () => {
    expect(messages({ live: { replicationFactor: [3, 2] } })).to.deep.equal([]);
  });
});
