import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { EventTopic } from "../../../../src/api/event-topic.ts";
import { BusRegistry } from "../../../../src/controllers/bus-registry.ts";
import type { TopicAction } from "../../../../src/controllers/event-topic/actions.ts";
import type { Applied } from "../../../../src/controllers/event-topic/apply.ts";
import { seen, type SeenTopics } from "../../../../src/controllers/event-topic/fingerprint.ts";
import { observeTopics, type ObservedTopics } from "../../../../src/controllers/event-topic/observe.ts";
import { seenAfter } from "../../../../src/controllers/event-topic/seen-after.ts";
import { TopicSweepSource } from "../../../../src/controllers/event-topic/sweep-source.ts";
import type { StepResult } from "../../../../src/controllers/plan.ts";
import type { Call, WriteCall } from "../../../../src/kafka/admin.ts";
import { failedWith, ok } from "../../../../src/kafka/model/failure.ts";
import { ObjectStore } from "../../../../src/runtime/store.ts";
import { InMemoryKafka } from "../../../fakes/in-memory-kafka/in-memory-kafka.ts";

const BUS = "bus";
const KEY = "team/orders";
type Result = StepResult<TopicAction, Applied>;

function result(action: TopicAction, answer: Result["answer"] = ok(undefined)): Result {
  return { step: { id: "1", after: [], action }, answer };
}

function set(topicName: string, key: string, to: string | undefined): TopicAction {
  return { type: "changeConfig", topicName, key, from: "", to, effective: to, source: "spec", cause: "declared" };
}

describe("What is to be seen after a run", () => {
  let kafka: InMemoryKafka;
  const call: Call = { signal: new AbortController().signal, deadlineMs: 1_000, priority: "live" };
  beforeEach(() => {
    kafka = new InMemoryKafka();
    for (const name of ["orders", "orders.dlq"]) kafka.topics.create({ name, partitions: 2, configs: {} });
  });
  const observe = async (deadLetters = ["orders.dlq"]): Promise<ObservedTopics> => {
    const answer = await observeTopics("orders", deadLetters, kafka.admin(), call);
    if (answer.status !== "ok") throw new Error(`Not read: ${answer.status}`);
    return answer.value;
  };
  const alter = async (name: string, key: string, value: string): Promise<void> => {
    const write: WriteCall = { ...call, clusterId: kafka.clusterId };
    await kafka.admin().alterConfigs({ kind: "topic", name }, { set: { [key]: value }, unset: [] }, write);
  };
  /** Whether the next sweep wakes the object. */
  const wakes = async (topics: SeenTopics | undefined): Promise<boolean> => {
    const store = new ObjectStore<EventTopic>({
      indexes: { bus: ({ status }) => (status?.bus === undefined ? [] : [status.bus.name]) },
      onListenerError: () => {},
    });
    const bus = { name: BUS, clusterId: kafka.clusterId };
    const status = { bus, topicName: "orders", topicId: kafka.topics.get("orders")?.id };
    const metadata = { namespace: "team", name: "orders", uid: "1", resourceVersion: "1" };
    store.feed().put({ metadata, spec: {}, status } as unknown as EventTopic);
    const registry = new BusRegistry();
    const admin = kafka.admin();
    const answer = await admin.cluster(call);
    if (answer.status !== "ok") throw new Error("No cluster");
    registry.report(BUS, { kind: "connected", cluster: answer.value, admin });
    const woken: string[] = [];
    const source = new TopicSweepSource(store, registry, (key) => woken.push(key));
    source.saw(KEY, topics);
    for (const item of source.begin(BUS)) await item.look(admin, call);
    return woken.length > 0;
  };

  it("is what a sweep sees, of the topic and of its dead letters, so that it wakes nobody", async () => {
    const before = await observe();
    await alter("orders", "retention.ms", "60000");
    await alter("orders.dlq", "flush.ms", "5");
    const changes = [result(set("orders", "retention.ms", "60000")), result(set("orders.dlq", "flush.ms", "5"))];
    expect(await wakes(seenAfter(before, changes))).to.equal(false);
    expect(await wakes(seenAfter(await observe(), [])), "of a run that changed nothing").to.equal(false);
    expect(await wakes(seen(before)), "as it was").to.equal(true);
  });

  it("differs from what a sweep sees where Kafka did otherwise", async () => {
    const before = await observe();
    await alter("orders", "retention.ms", "70000");
    expect(await wakes(seenAfter(before, [result(set("orders", "retention.ms", "60000"))]))).to.equal(true);
  });

  it("does not depend on what is written on the object", async () => {
    const observed = await observe();
    const written = result({ type: "recordOwnership", finalizer: true, cause: "declared" });
    expect(seenAfter(observed, [written])).to.deep.equal(seen(observed));
  });

  describe("that made topics", () => {
    const write: WriteCall = { ...call, clusterId: new InMemoryKafka().clusterId };
    const make = async (name: string, asked: Readonly<Record<string, string>>, got = asked): Promise<Result> => {
      const topic = { name, partitions: 2, configs: got };
      const answer = await kafka.admin().createTopic(topic, { ...write, clusterId: kafka.clusterId });
      return result({ type: "createTopic", topic: { ...topic, configs: asked }, cause: "declared" }, answer);
    };
    beforeEach(() => {
      kafka = new InMemoryKafka();
    });

    it("is what a sweep sees of them, whatever they inherit, so that it wakes nobody", async () => {
      const before = await observe([]);
      expect(await wakes(seenAfter(before, [await make("orders", { "retention.ms": "60000" })]))).to.equal(false);
    });

    it("differs from what a sweep sees where somebody changes them", async () => {
      const before = await observe([]);
      const made = [await make("orders", { "retention.ms": "60000" })];
      await alter("orders", "flush.ms", "5");
      expect(await wakes(seenAfter(before, made))).to.equal(true);
    });

    it("is not known where dead letters are, which take more from their source than it was given", async () => {
      const before = await observe();
      const made = [await make("orders", { "retention.ms": "60000" }), await make("orders.dlq", {})];
      expect(seenAfter(before, made)).to.equal(undefined);
    });

    for (const [why, asked, got] of [
      ["a value is another than was asked", { "retention.ms": "60000" }, { "retention.ms": "70000" }],
      ["a value was left out", { "retention.ms": "60000", "flush.ms": "5" }, { "flush.ms": "5" }],
      ["a value was added", { "flush.ms": "5" }, { "retention.ms": "60000", "flush.ms": "5" }],
    ] as const) {
      it(`is not known where ${why}: the object is looked at`, async () => {
        expect(seenAfter(await observe([]), [await make("orders", asked, got)])).to.equal(undefined);
      });
    }
  });

  const creation: TopicAction = { type: "createTopic", topic: { name: "orders", configs: {} }, cause: "declared" };
  const busy = failedWith({ kind: "busy", name: "X", message: "later" });
  for (const [why, results] of [
    ["a change failed", [result(set("orders", "flush.ms", "5"), busy)]],
    ["a change was not tried", [result(set("orders", "flush.ms", "5"), { status: "skipped", after: "0" })]],
    ["a change got no answer", [result(set("orders", "flush.ms", "5"), { status: "unknown", reason: "lost" })]],
    ["a key falls back to what the broker gives", [result(set("orders", "flush.ms", undefined))]],
    ["a topic was made of which the broker tells only its id", [result(creation, ok({ id: "1" }))]],
    ["a topic was grown", [result({ type: "growPartitions", topicName: "orders", from: 2, to: 3, cause: "declared" })]],
  ] as const) {
    it(`is not known where ${why}`, async () => {
      expect(seenAfter(await observe(), results)).to.equal(undefined);
    });
  }
});
