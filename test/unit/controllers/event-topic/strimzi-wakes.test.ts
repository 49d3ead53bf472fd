import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventBus } from "../../../../src/api/event-bus.ts";
import type { EventTopic } from "../../../../src/api/event-topic.ts";
import { BusRegistry } from "../../../../src/controllers/bus-registry.ts";
import { Claims } from "../../../../src/controllers/claims.ts";
import { wakesOnStrimzi } from "../../../../src/controllers/event-topic/strimzi-wakes.ts";
import { TOPIC_INDEXES } from "../../../../src/controllers/event-topic/wakes.ts";
import type { Kafka, KafkaTopic } from "../../../../src/controllers/strimzi/strimzi-kinds.ts";
import { KAFKA_TOPIC_INDEXES } from "../../../../src/controllers/strimzi/strimzi-stores.ts";
import { ObjectStore } from "../../../../src/runtime/store.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";
import { metadataOf } from "../../../builders/strimzi.ts";

const onListenerError = (error: unknown): void => expect.fail(String(error));

function setUp() {
  const topics = new ObjectStore<EventTopic>({ indexes: TOPIC_INDEXES, onListenerError });
  const buses = new ObjectStore<EventBus>({ onListenerError });
  const kafkas = new ObjectStore<Kafka>({ onListenerError });
  const kafkaTopics = new ObjectStore<KafkaTopic>({ indexes: KAFKA_TOPIC_INDEXES, onListenerError });
  const users = new ObjectStore<never>({ onListenerError });
  const strimzi = { namespace: "kafka", name: "main" };
  const beside = anEventBus({ strimzi }, { name: "beside", uid: "beside" });
  const apart = anEventBus({}, { name: "apart", uid: "apart" });
  buses.feed().replace(
    [
      { ...beside, status: { clusterId: "c-beside" } },
      { ...apart, status: { clusterId: "c-apart" } },
    ],
    "1",
  );
  const claims = new Claims(
    (name) => name,
    () => {},
  );
  const woken: string[] = [];
  const stores = { topics, buses, strimzi: new Map([["kafka", { kafkas, topics: kafkaTopics, users }]]) };
  for (const dependency of wakesOnStrimzi(stores, new BusRegistry(), claims)) {
    dependency((keys) => woken.push(...keys));
  }
  const claim = (key: string, clusterId: string, name: string): void =>
    claims.put({ key, uid: key, creationTimestamp: "2026-01-01T00:00:00Z" }, [{ clusterId, name }]);
  const taken = (): string[] => woken.splice(0);
  return { claim, feed: kafkaTopics.feed(), kafkaFeed: kafkas.feed(), taken, topics };
}

function kafkaTopic(version: number, more: Partial<KafkaTopic> = {}): KafkaTopic {
  const metadata = metadataOf("kafka", "orders", { resourceVersion: String(version) });
  return { apiVersion: "kafka.strimzi.io/v1", kind: "KafkaTopic", metadata, spec: {}, ...more };
}

const on = (name: string): EventTopic => anEventTopic({ busRef: { name } }, { name, uid: name });

const kafka = (version: number, watchedNamespace?: string): Kafka => ({
  apiVersion: "kafka.strimzi.io/v1",
  kind: "Kafka",
  metadata: metadataOf("kafka", "main", { resourceVersion: String(version) }),
  spec: { entityOperator: { topicOperator: { watchedNamespace } } },
});

describe("A KafkaTopic", () => {
  it("wakes who claims its name on the cluster of a bus beside it, also before a status tells the name", () => {
    const { claim, feed, taken } = setUp();
    claim("team-a/mine", "c-beside", "orders");
    claim("team-a/foreign", "c-apart", "orders");
    claim("team-a/other", "c-beside", "payments");
    feed.put(kafkaTopic(2));
    expect(taken()).to.deep.equal(["team-a/mine"]);
    feed.put(kafkaTopic(3, { spec: { topicName: "payments" }, status: { topicName: "orders" } }));
    expect(taken(), "the old name and the new").to.have.members(["team-a/mine", "team-a/other"]);
    feed.remove(kafkaTopic(4, { spec: { topicName: "payments" } }));
    expect(taken()).to.include("team-a/other");
  });
});

describe("A Kafka object", () => {
  it("wakes all topics of its buses when its Topic Operator watches elsewhere, and at no other change", () => {
    const { kafkaFeed, taken, topics } = setUp();
    topics.feed().replace([on("beside"), on("apart")], "1");
    kafkaFeed.put(kafka(2));
    expect(taken()).to.deep.equal([]);
    kafkaFeed.put(kafka(3, "teams"));
    expect(taken()).to.deep.equal(["team-a/beside"]);
    kafkaFeed.put(kafka(4, "teams"));
    expect(taken()).to.deep.equal([]);
    kafkaFeed.remove(kafka(5, "teams"));
    expect(taken()).to.deep.equal(["team-a/beside"]);
  });
});
