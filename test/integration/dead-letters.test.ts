import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("Dead letters of a topic", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({
      bus: { resyncInterval: "1s", namespaces: [{ adoption: "Adopt" }] },
    });
  });
  after(() => operator.stop());

  const dlq = (domain: string): string => `${operator.topicName(domain)}.dlq`;
  const lettersOf = async (name: string) => (await operator.topic(name)).status?.deadLetters ?? [];
  const partitionsOf = async (topic: string) => (await operator.probe.describeTopic(topic))?.partitions.length;

  it("are created with it, and Kafka holds them as its copies are to be kept", async () => {
    await operator.createTopic("orders", { partitions: 3, maxMessageBytes: "2Mi", deadLetter: {} });
    const topic = await eventually(() => operator.topic("orders"), ready("True", "Created"));
    const live = await operator.probe.describeTopic(dlq("orders"));
    expect(live?.partitions).to.have.length(3);
    expect(await operator.probe.topicConfig(dlq("orders"))).to.deep.equal({
      "cleanup.policy": "delete",
      "message.timestamp.type": "LogAppendTime",
      "retention.ms": String(14 * 86_400_000),
      "max.message.bytes": String(2 * 1_048_576 + 262_144),
    });
    expect(topic.status?.deadLetters).to.have.length(1);
    expect(topic.status?.deadLetters?.[0]).to.include({
      topicName: dlq("orders"),
      topicId: live?.id,
      partitions: 3,
      state: "Ready",
    });
    await thenNothing(operator, ["orders"]);
  });

  it("are timed by the broker, so that an old record is not deleted for its age", async () => {
    await operator.probe.produce(dlq("orders"), [{ value: "letter", timestamp: 1_000 }]);
    const [letter] = await operator.probe.consume(dlq("orders"));
    expect(letter?.timestamp).to.be.greaterThan(1_000_000_000_000);
  });

  it("grow before it: by a request that has ended when the source's is sent", async () => {
    const before = await operator.writes();
    await operator.patchTopic("orders", { spec: { partitions: 6 } });
    await eventually(() => operator.topic("orders"), ready("True", "UpToDate"));
    // Sent together they would share one.
    expect((await operator.writes()).kafka - before.kafka).to.equal(2);
    expect(await partitionsOf(operator.topicName("orders"))).to.equal(6);
    expect(await partitionsOf(dlq("orders"))).to.equal(6);
    await eventually(
      () => operator.events("orders"),
      (events) => {
        const notes = events.filter(({ reason }) => reason === "PartitionsGrown");
        expect(notes.map(({ note }) => note)).to.have.members([
          `Grow topic "${dlq("orders")}" from 3 to 6 partitions`,
          `Grow topic "${operator.topicName("orders")}" from 3 to 6 partitions`,
        ]);
      },
    );
    await thenNothing(operator, ["orders"]);
  });

  it("that are taken over keep what the usual retention would let Kafka delete", async () => {
    await operator.probe.createTopic({ name: dlq("old"), partitions: 1, configs: { "retention.ms": "-1" } });
    await operator.probe.produce(dlq("old"), [{ value: "letter", timestamp: 1_000 }]);
    await operator.createTopic("old", { partitions: 1, adoption: "Adopt", deadLetter: {} });
    const held = await eventually(() => operator.topic("old"), ready("False", "DeadLetterFailed"));
    expect(held.status?.deadLetters?.[0]?.state).to.equal("ApprovalRequired");
    expect(held.status?.pendingChanges?.[0]).to.include({ key: "retention.ms", from: "-1", deletableRecords: 1 });
    expect(held.status?.pendingChanges?.[0]?.message).to.include(`topic "${dlq("old")}"`);
    const config = await operator.probe.topicConfig(dlq("old"));
    expect(config).to.include({ "retention.ms": "-1", "message.timestamp.type": "LogAppendTime" });
    await thenNothing(operator, ["old"]);
    const bus = await eventually(
      () => operator.bus(),
      ({ status }) => expect(status?.rollout?.id).not.to.equal(undefined),
    );
    await operator.patchBus({ metadata: { annotations: { "eventbus.dev/approve": bus.status?.rollout?.id } } });
    await eventually(() => operator.topic("old"), ready("True", "UpToDate"));
    expect((await operator.probe.topicConfig(dlq("old")))["retention.ms"]).to.equal(String(14 * 86_400_000));
  });

  it("are left alone while the object is suspended, and what they lack is told", async () => {
    await operator.patchTopic("orders", { spec: { suspend: true, deadLetter: { retention: "30d" } } });
    const suspended = await eventually(() => operator.topic("orders"), ready("False", "Suspended"));
    expect(suspended.status?.deadLetters?.[0]?.state).to.equal("Suspended");
    expect((await operator.probe.topicConfig(dlq("orders")))["retention.ms"]).to.equal(String(14 * 86_400_000));
    await operator.patchTopic("orders", { spec: { suspend: false } });
    await eventually(() => operator.topic("orders"), ready("True", "UpToDate"));
    expect((await operator.probe.topicConfig(dlq("orders")))["retention.ms"]).to.equal(String(30 * 86_400_000));
  });

  it("are neither made nor changed on a read-only bus, which is told, and are once it is writable again", async () => {
    const before = await operator.probe.topicConfig(dlq("orders"));
    await operator.patchBus({ spec: { access: "ReadOnly" } });
    await operator.patchTopic("orders", { spec: { deadLetter: { retention: "10h" } } });
    await operator.createTopic("unmade", { deadLetter: {} });
    const edited = await eventually(() => operator.topic("orders"), ready("False", "ReadOnly"));
    expect(edited.status?.deadLetters?.[0]?.state).to.equal("ReadOnly");
    await eventually(() => operator.topic("unmade"), ready("False", "ReadOnly"));
    expect(await operator.probe.topicConfig(dlq("orders"))).to.deep.equal(before);
    expect(await operator.probe.describeTopic(dlq("unmade"))).to.equal(null);
    await operator.patchBus({ spec: { access: "ReadWrite" } });
    await eventually(() => operator.topic("unmade"), ready("True", "Created"));
    expect(await operator.probe.describeTopic(dlq("unmade"))).not.to.equal(null);
    await eventually(() => operator.topic("orders"), ready("True", "UpToDate"));
    expect(await operator.probe.topicConfig(dlq("orders")), "short retention needs short segments").to.include({
      "retention.ms": "36000000",
      "segment.ms": "3600000",
    });
  });

  it("follow when somebody else grows the topic", async () => {
    await operator.createTopic("followed", { deadLetter: {} });
    await eventually(() => operator.topic("followed"), ready("True", "Created"));
    await operator.probe.createPartitions(operator.topicName("followed"), 4);
    await eventually(
      () => partitionsOf(dlq("followed")),
      (count) => expect(count).to.equal(4),
    );
  });

  it("are put right when somebody changes them, and told", async () => {
    await operator.probe.alterConfigs(
      { type: "topic", name: dlq("orders") },
      { set: { "message.timestamp.type": "CreateTime" } },
    );
    await eventually(
      () => operator.probe.topicConfig(dlq("orders")),
      (config) => expect(config["message.timestamp.type"]).to.equal("LogAppendTime"),
    );
    await eventually(
      () => operator.events("orders"),
      (events) => expect(events.map(({ reason }) => reason)).to.include("DriftCorrected"),
    );
  });

  it("that are gone are made anew, and the loss is told", async () => {
    // Taken over, so not too young for its absence to mean anything.
    const [before] = await lettersOf("old");
    await operator.probe.deleteTopic(dlq("old"));
    const [now] = await eventually(
      () => lettersOf("old"),
      ([letter]) => expect(letter?.topicId).not.to.equal(before?.topicId),
    );
    expect((await operator.probe.describeTopic(dlq("old")))?.id).to.equal(now?.topicId);
    const recreated = (await operator.events("old")).find(({ reason }) => reason === "Recreated");
    expect(recreated?.note).to.include(dlq("old"));
  });

  it("that were changed are only reported where drift is", async () => {
    await operator.createTopic("reported", { deadLetter: {}, drift: "Report" });
    await eventually(() => operator.topic("reported"), ready("True", "Created"));
    await operator.probe.alterConfigs({ type: "topic", name: dlq("reported") }, { set: { "retention.ms": "60000" } });
    const topic = await eventually(() => operator.topic("reported"), ready("True", "Drifted"));
    expect(topic.status?.deadLetters?.[0]?.state).to.equal("Drifted");
    expect(topic.status?.conditions?.[0]?.message).to.include(
      `retention.ms of dead-letter topic "${dlq("reported")}" is "60000", declared "${14 * 86_400_000}"`,
    );
    await thenNothing(operator, ["reported"]);
  });
});
