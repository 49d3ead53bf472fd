import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { configureByHand } from "../environment/kafka-by-hand.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("The name of a dead-letter topic", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({ bus: { namespaces: [{ adoption: "Adopt" }] } });
    await operator.patchBus({ spec: { legacyNames: [{ pattern: operator.id, patternType: "prefixed" }] } });
  });
  after(() => operator.stop());

  const dlq = (domain: string): string => `${operator.topicName(domain)}.dlq`;
  const idOf = async (topic: string) => (await operator.probe.describeTopic(topic))?.id;
  const names = async (name: string) =>
    ((await operator.topic(name)).status?.deadLetters ?? []).map(({ topicName }) => topicName);
  const ofGroup = (group: string): string => `${operator.topicName("shared")}.${group}.dlq`;
  const refersTo = (name: string) => ({ busRef: { name: operator.id }, deadLetter: { eventTopicRef: { name } } });

  describe("with perGroup", () => {
    it("is there once for each ConsumerGroup that names the topic, whichever came first", async () => {
      await operator.createGroup("early", refersTo("shared"));
      await operator.createTopic("shared", { partitions: 2, deadLetter: { perGroup: true } });
      await eventually(() => operator.topic("shared"), ready("True", "Created"));
      await operator.createGroup("late", { ...refersTo("shared"), groupId: "late.readers" });
      await operator.createGroup("another", refersTo("other"));
      const topic = await eventually(
        () => operator.topic("shared"),
        ({ status }) => expect(status?.deadLetters).to.have.length(2),
      );
      expect(topic.status?.deadLetters?.map(({ topicName, groupId }) => [topicName, groupId])).to.deep.equal([
        [ofGroup("early"), "early"],
        [ofGroup("late.readers"), "late.readers"],
      ]);
      expect((await operator.probe.describeTopic(ofGroup("late.readers")))?.partitions).to.have.length(2);
      await thenNothing(operator, ["shared"]);
    });

    it("is released when the group goes or turns to another topic, and its data stays", async () => {
      await operator.probe.produce(ofGroup("early"), [{ value: "letter" }]);
      await operator.deleteGroup("early");
      await operator.createTopic("other", { deadLetter: { perGroup: true } });
      await operator.patchGroup("late", { spec: { deadLetter: { eventTopicRef: { name: "other" } } } });
      const topic = await eventually(
        () => operator.topic("shared"),
        ({ status }) => expect(status?.released).to.have.length(2),
      );
      expect(topic.status?.released).to.deep.equal([ofGroup("early"), ofGroup("late.readers")]);
      expect(topic.status?.deadLetters).to.equal(undefined);
      expect(await operator.probe.consume(ofGroup("early"))).to.have.length(1);
      const ofOther = ["another", "late.readers"].map((group) => `${operator.topicName("other")}.${group}.dlq`);
      await eventually(
        () => names("other"),
        (now) => expect(now).to.deep.equal(ofOther),
      );
      expect((await operator.events("shared")).map(({ reason }) => reason)).to.include("DeadLetterReleased");
      await thenNothing(operator, ["shared", "other"]);
    });
  });

  it("that another object holds is refused with the holder's name, and the topic is served in full", async () => {
    await operator.createTopic("holder", { topicName: dlq("served") });
    await eventually(() => operator.topic("holder"), ready("True", "Created"));
    await operator.createTopic("served", { partitions: 1, deadLetter: {}, adoption: "Adopt" });
    const topic = await eventually(() => operator.topic("served"), ready("False", "DeadLetterFailed"));
    const [condition] = topic.status?.conditions ?? [];
    expect(condition?.message).to.include(`held by EventTopic "${operator.id}/holder"`);
    expect(topic.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Stalled", "Conflict"]);
    expect(topic.status?.deadLetters).to.deep.equal([{ topicName: dlq("served"), state: "ClaimedByAnother" }]);
    await operator.patchTopic("served", { spec: { partitions: 3, config: { "flush.ms": 9 } } });
    await eventually(() => operator.topic("served"), ready("False", "DeadLetterFailed"));
    expect((await operator.probe.describeTopic(operator.topicName("served")))?.partitions).to.have.length(3);
    expect(await operator.probe.topicConfig(operator.topicName("served"))).to.deep.equal({ "flush.ms": "9" });
    expect((await operator.probe.describeTopic(dlq("served")))?.partitions).to.have.length(1);
    await thenNothing(operator, ["served", "holder"]);
  });

  it("is taken over from an object that goes, as adoption permits", async () => {
    const id = await idOf(dlq("served"));
    await operator.deleteTopic("holder");
    const topic = await eventually(() => operator.topic("served"), ready("True", "UpToDate"));
    expect(topic.status?.deadLetters?.[0]).to.include({ topicId: id, state: "Ready", partitions: 3 });
    expect((await operator.probe.topicConfig(dlq("served")))["message.timestamp.type"]).to.equal("LogAppendTime");
  });

  it("that is in Kafka already is adopted only as far as permitted, and without a write where it is the same", async () => {
    await operator.probe.createTopic({ name: dlq("found"), partitions: 2, configs: { "retention.ms": "5" } });
    await operator.createTopic("found", { partitions: 2, deadLetter: {} });
    const topic = await eventually(() => operator.topic("found"), ready("False", "DeadLetterFailed"));
    expect(topic.status?.deadLetters).to.deep.equal([{ topicName: dlq("found"), state: "AlreadyExists" }]);
    expect(topic.status?.conditions?.[0]?.message).to.include('retention.ms "5"');
    expect(await operator.probe.topicConfig(dlq("found"))).to.deep.equal({ "retention.ms": "5" });
    await configureByHand(operator.probe, dlq("found"), {
      "cleanup.policy": "delete",
      "message.timestamp.type": "LogAppendTime",
      "retention.ms": "1209600000",
      "max.message.bytes": "1310732",
      "min.insync.replicas": "1",
    });
    const before = await operator.writes();
    await operator.patchTopic("found", { metadata: { annotations: { "eventbus.dev/requestedAt": "now" } } });
    const bound = await eventually(() => operator.topic("found"), ready("True", "UpToDate"));
    expect(bound.status?.deadLetters?.[0]?.topicId).to.equal(await idOf(dlq("found")));
    expect((await operator.writes()).kafka).to.equal(before.kafka);
  });

  const invalid: readonly { readonly why: string; readonly template: string; readonly says: string }[] = [
    { why: "is too long", template: `{topic}.${"x".repeat(240)}`, says: "Kafka allows 249" },
    { why: "is the topic itself", template: "{topic}", says: "itself" },
    { why: "is not the topic's own and not permitted", template: "foreign-letters", says: "does not hold {topic}" },
  ];
  for (const [index, { why, template, says }] of invalid.entries()) {
    it(`that ${why} is refused, and the topic is served`, async () => {
      const name = `invalid-${index}`;
      await operator.createTopic(name, { deadLetter: { nameTemplate: template } });
      const topic = await eventually(() => operator.topic(name), ready("False", "DeadLetterFailed"));
      expect(topic.status?.conditions?.[0]?.message).to.include(says);
      expect(topic.status?.topicId).to.equal(await idOf(operator.topicName(name)));
      await thenNothing(operator, [name]);
    });
  }

  it("that would collide once '.' and '_' are one is refused", async () => {
    await operator.createTopic("dotted", { topicName: `${operator.id}.collided_dlq` });
    await eventually(() => operator.topic("dotted"), ready("True", "Created"));
    await operator.createTopic("collided", { deadLetter: {} });
    const topic = await eventually(() => operator.topic("collided"), ready("False", "DeadLetterFailed"));
    expect(topic.status?.deadLetters).to.deep.equal([{ topicName: dlq("collided"), state: "NameCollision" }]);
  });

  it("is not asked for any longer when dead letters are switched off, and comes back to the same topic", async () => {
    const id = await idOf(dlq("found"));
    await operator.patchTopic("found", { spec: { deadLetter: { enabled: false } } });
    const released = await eventually(() => operator.topic("found"), ready("True", "UpToDate"));
    expect(released.status?.released).to.deep.equal([dlq("found")]);
    expect(released.status?.deadLetters).to.equal(undefined);
    expect(await idOf(dlq("found"))).to.equal(id);
    await operator.patchTopic("found", { spec: { deadLetter: { enabled: true } } });
    const back = await eventually(() => operator.topic("found"), ready("True", "UpToDate"));
    expect(back.status?.deadLetters?.[0]).to.include({ topicId: id, state: "Ready" });
    expect(back.status?.released).to.equal(undefined);
  });
});

describe("The dead-letter topic of a group in another namespace", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({ environment: { EVENTBUS_WATCH_NAMESPACES: "" } });
  });
  after(() => operator.stop());

  it("is there only with the topic's consent, which the labels of the namespace may give", async () => {
    const foreign = `${operator.id}-foreign`;
    const api = operator.controlPlane;
    await api.request("POST", "/api/v1/namespaces", { metadata: { name: foreign } });
    await api.request("POST", `/apis/eventbus.dev/v1alpha1/namespaces/${foreign}/consumergroups`, {
      apiVersion: "eventbus.dev/v1alpha1",
      kind: "ConsumerGroup",
      metadata: { name: "readers" },
      spec: {
        busRef: { name: operator.id },
        deadLetter: { eventTopicRef: { name: "asked", namespace: operator.id } },
      },
    });
    const consumers = { allowedNamespaces: { selector: { matchLabels: { trusted: "yes" } } } };
    await operator.createTopic("asked", { deadLetter: { perGroup: true }, consumers });
    const asked = await eventually(() => operator.topic("asked"), ready("True", "Created"));
    expect(asked.status?.deadLetters).to.equal(undefined);
    await thenNothing(operator, ["asked"]);
    await api.request("PATCH", `/api/v1/namespaces/${foreign}`, { metadata: { labels: { trusted: "yes" } } });
    const trusted = await eventually(
      () => operator.topic("asked"),
      ({ status }) => expect(status?.deadLetters).to.have.length(1),
    );
    expect(trusted.status?.deadLetters?.[0]).to.include({
      topicName: `${operator.topicName("asked")}.readers.dlq`,
      groupId: "readers",
      state: "Ready",
    });
  });
});
