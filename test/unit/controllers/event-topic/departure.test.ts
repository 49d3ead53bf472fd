import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventBusSpec } from "../../../../src/api/event-bus.ts";
import type { EventTopicSpec, EventTopicStatus } from "../../../../src/api/event-topic.ts";
import { giveUpKafkaTopics, type Departure } from "../../../../src/controllers/event-topic/departure.ts";
import type { LeftInKafka } from "../../../../src/controllers/left-behind-teller.ts";
import { KafkaTopicEditor } from "../../../../src/controllers/strimzi/kafka-topic-editor.ts";
import type { KafkaTopic } from "../../../../src/controllers/strimzi/strimzi-kinds.ts";
import { aKafkaTopic, KafkaTopicsInMemory, told, UNMANAGED } from "../../../builders/kafka-topics.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";
import { strimziStores } from "../../../builders/strimzi.ts";
import { FakeClock, settle } from "../../../fakes/fake-clock.ts";

const KEY = "kafka/orders";
const DELETED_AT = "2026-01-01T00:00:00Z";
const TIMEOUT_MS = 60_000;
const THROUGH: Partial<EventBusSpec> = {
  strimzi: { namespace: "kafka", name: "main" },
  topicManagement: "KafkaTopic",
};
const STATUS: EventTopicStatus = { bus: { name: "bus" }, topicName: "orders", topicId: "id-1" };
const NO_CLAIM = { kind: "none" } as const;
const LEFT: LeftInKafka = { kafkaName: "orders", topicId: "id-1", why: 'its deletionPolicy is "Retain"' };

interface Given {
  readonly topics?: readonly KafkaTopic[];
  readonly spec?: Partial<EventTopicSpec>;
  readonly bus?: Partial<EventBusSpec>;
  readonly left?: readonly LeftInKafka[];
  readonly isDeleted?: boolean;
  readonly mayWrite?: boolean;
  /** KafkaTopics cannot be read; those that there are may be unknown. */
  readonly isUnreadable?: boolean;
  /** Since the object was deleted. */
  readonly passedMs?: number;
  /** What the Topic Operator says of what is written; nothing by default. */
  readonly says?: KafkaTopic["status"];
}

async function depart({ topics = [], spec, bus: more = THROUGH, says, ...given }: Given) {
  const { isDeleted = false, isUnreadable = false, left = [LEFT], mayWrite = true, passedMs = 0 } = given;
  const claim = isUnreadable ? ({ kind: "unreadable", message: "KafkaTopics cannot be read" } as const) : NO_CLAIM;
  const kubernetes = new KafkaTopicsInMemory(topics);
  const clock = new FakeClock();
  const ports = {
    namespaces: new Map([["kafka", { ...strimziStores({}), topics: kubernetes.store }]]),
    writes: new Map([["kafka", { topics: kubernetes.writes, users: {} as never }]]),
    clock,
  };
  const bus = anEventBus(more);
  const world = {
    buses: { get: (name: string) => (name === "bus" ? bus : undefined), list: () => [bus] },
    deletionTimeoutMs: TIMEOUT_MS,
    isTerminating: () => false,
    kafkaTopicEditor: (owner: string) => new KafkaTopicEditor(ports, owner, () => mayWrite),
    kafkaTopics: {
      find: () => claim,
      ownedBy: (owner: string) => kubernetes.store.byIndex("owner", owner),
      placeOf: () => undefined,
    },
  };
  const found = anEventTopic(spec, { namespace: "team", name: "orders" }, STATUS);
  const topic = { ...found, metadata: { ...found.metadata, deletionTimestamp: DELETED_AT } };
  const call = { signal: new AbortController().signal, deadlineMs: 60_000, priority: "live" } as const;
  const departing = giveUpKafkaTopics({ topic, left, isDeleted }, world, call, Date.parse(DELETED_AT) + passedMs);
  await settle();
  if (says !== undefined) kubernetes.change(KEY, (held) => ({ ...held, status: says }));
  await clock.advance(3_000);
  return { departure: await departing, requests: kubernetes.requests, kubernetes };
}

function whyLeft(departure: Departure): string[] {
  return departure.kind === "gone" ? departure.left.map(({ kafkaName, why }) => `${kafkaName}: ${why}`) : ["waiting"];
}

describe("giveUpKafkaTopics()", () => {
  const without: readonly (readonly [why: string, given: Given, told: readonly LeftInKafka[]])[] = [
    ["a topic that was retained through Strimzi, as it was asked for, is no news", {}, []],
    ["one that was retained on a bus that writes directly is told", { bus: {} }, [LEFT]],
    [
      "one that was to be deleted and stays is told, also through Strimzi",
      { spec: { deletionPolicy: "Delete" } },
      [LEFT],
    ],
  ];
  for (const [why, given, left] of without) {
    it(`where there is no KafkaTopic: ${why}`, async () => {
      const { departure, requests } = await depart(given);
      expect(departure).to.deep.equal({ kind: "gone", left });
      expect(requests).to.deep.equal([]);
    });
  }

  it("releases a KafkaTopic, and deletes it once Strimzi has said that it lets go of the topic", async () => {
    const { departure, kubernetes, requests } = await depart({
      topics: [aKafkaTopic()],
      says: told("Unmanaged", "True"),
    });
    expect(departure).to.deep.equal({ kind: "gone", left: [] });
    expect(requests).to.deep.equal([`replace ${KEY}`, `delete ${KEY}`]);
    expect(kubernetes.get(KEY)?.metadata.annotations).to.include({ "strimzi.io/managed": "false" });
  });

  it("waits for a Topic Operator that says nothing, and not for ever: then the KafkaTopic stays, released and told", async () => {
    const waits = await depart({ topics: [aKafkaTopic()] });
    expect(waits.requests).to.deep.equal([`replace ${KEY}`]);
    const { departure } = waits;
    if (departure.kind !== "waiting") throw new Error(`It is ${departure.kind}`);
    expect(departure.judgement.reason).to.equal("AwaitingStrimzi");
    expect(departure.judgement.outcome).to.include({
      kind: "waiting",
      recheckAt: Date.parse(DELETED_AT) + TIMEOUT_MS,
    });
    const over = await depart({ topics: [aKafkaTopic()], passedMs: TIMEOUT_MS });
    expect(over.requests).to.deep.equal([`replace ${KEY}`]);
    const [why = ""] = whyLeft(over.departure);
    expect(why)
      .to.include(`orders: KafkaTopic "${KEY}" stays as it is, because`)
      .and.include("the time to wait for it is over");
  });

  const forbidden: readonly (readonly [why: string, given: Given])[] = [
    ["the object is suspended", { spec: { suspend: true } }],
    ['EventBus "bus" is read-only', { bus: { ...THROUGH, access: "ReadOnly" } }],
    ['EventBus "bus" is suspended', { bus: { ...THROUGH, suspend: true } }],
  ];
  for (const [why, given] of forbidden) {
    it(`writes nothing where ${why}, and tells that the KafkaTopic stays`, async () => {
      const plain = await depart({ ...given, topics: [aKafkaTopic()] });
      expect(plain.requests).to.deep.equal([]);
      expect(whyLeft(plain.departure)).to.deep.equal([`orders: KafkaTopic "${KEY}" stays as it is, because ${why}`]);
      const spec = { ...given.spec, deletionPolicy: "Delete" } as const;
      const { departure } = await depart({ ...given, spec, topics: [aKafkaTopic()] });
      // Told once, with the reason for which the topic itself stays, and its id.
      expect(departure).to.deep.equal({
        kind: "gone",
        left: [{ ...LEFT, why: `${LEFT.why}; KafkaTopic "${KEY}" stays as it is, because ${why}` }],
      });
    });
  }

  const deletionTimestamp = DELETED_AT;

  it("only waits for a KafkaTopic that goes with its topic", async () => {
    const going = aKafkaTopic({ status: told("Ready", "True") }, { deletionTimestamp });
    const { departure, requests } = await depart({ topics: [going], isDeleted: true, left: [] });
    expect(departure.kind === "waiting" && departure.judgement.message).to.include(
      `KafkaTopic "${KEY}" is being deleted with its topic`,
    );
    expect(requests).to.deep.equal([]);
  });

  it("releases a KafkaTopic that somebody else deletes while its topic is to stay", async () => {
    const going = aKafkaTopic({ status: told("Ready", "True") }, { deletionTimestamp });
    const { departure, kubernetes, requests } = await depart({
      topics: [going],
      says: told("Unmanaged", "True"),
    });
    expect(departure).to.deep.equal({ kind: "gone", left: [] });
    expect(requests).to.deep.equal([`replace ${KEY}`]);
    expect(kubernetes.get(KEY)?.metadata.annotations).to.include({ "strimzi.io/managed": "false" });
  });

  it("has nothing to do with what is given up already, and with what is for others", async () => {
    const givenUp = aKafkaTopic({ status: told("Unmanaged", "True") }, { annotations: UNMANAGED, deletionTimestamp });
    const others = aKafkaTopic({}, { name: "others", annotations: { "eventbus.dev/event-topic": "team/others" } });
    const { departure, requests } = await depart({ topics: [givenUp, others] });
    expect(departure).to.deep.equal({ kind: "gone", left: [] });
    expect(requests).to.deep.equal([]);
  });

  it("does not go while nothing may be written, and tries again", async () => {
    const { departure, requests } = await depart({ topics: [aKafkaTopic()], mayWrite: false });
    expect(departure.kind === "waiting" && departure.judgement.outcome.kind).to.equal("failed");
    expect(requests).to.deep.equal([]);
  });

  it("does not go while KafkaTopics cannot be read, though not for ever: that one may stay is told", async () => {
    const { departure } = await depart({ isUnreadable: true });
    if (departure.kind !== "waiting") throw new Error(`It is ${departure.kind}`);
    expect(departure.judgement.message).to.include("KafkaTopics cannot be read");
    // Nothing wakes it when they can be read, so it is tried again.
    expect(departure.judgement.outcome).to.include({
      kind: "failed",
      recheckAt: Date.parse(DELETED_AT) + TIMEOUT_MS,
    });
    const over = await depart({ isUnreadable: true, passedMs: TIMEOUT_MS });
    const [why = "", ...others] = whyLeft(over.departure);
    expect(others).to.deep.equal([]);
    expect(why).to.match(/^orders: .*KafkaTopics cannot be read.*the time to wait for it is over$/);
  });

  it("goes where KafkaTopics cannot be read, and its topic never had one", async () => {
    const { departure } = await depart({ isUnreadable: true, bus: {} });
    expect(departure).to.deep.equal({ kind: "gone", left: [LEFT] });
  });

  it("waits as long as one of several KafkaTopics is not released", async () => {
    const letters = aKafkaTopic({}, { name: "orders.dlq" });
    const { departure } = await depart({ topics: [aKafkaTopic(), letters], says: told("Unmanaged", "True") });
    expect(departure.kind === "waiting" && departure.judgement.message).to.include('"kafka/orders.dlq"');
  });
});
