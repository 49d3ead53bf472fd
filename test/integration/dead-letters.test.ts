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

  it("grow before it", async () => {
    await operator.patchTopic("orders", { spec: { partitions: 6 } });
    await eventually(() => operator.topic("orders"), ready("True", "UpToDate"));
    expect(await partitionsOf(operator.topicName("orders"))).to.equal(6);
    expect(await partitionsOf(dlq("orders"))).to.equal(6);
    const notes = (await operator.events("orders")).filter(({ reason }) => reason === "PartitionsGrown");
    expect(notes.map(({ note }) => note)).to.have.members([
      `Grow topic "${dlq("orders")}" from 3 to 6 partitions`,
      `Grow topic "${operator.topicName("orders")}" from 3 to 6 partitions`,
    ]);
    await thenNothing(operator, ["orders"]);
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
    const [before] = await lettersOf("followed");
    await operator.probe.deleteTopic(dlq("followed"));
    const [now] = await eventually(
      () => lettersOf("followed"),
      ([letter]) => expect(letter?.topicId).not.to.equal(before?.topicId),
    );
    expect((await operator.probe.describeTopic(dlq("followed")))?.id).to.equal(now?.topicId);
    const recreated = (await operator.events("followed")).find(({ reason }) => reason === "Recreated");
    expect(recreated?.note).to.include(dlq("followed"));
  });
});
