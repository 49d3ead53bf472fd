// The newest Kafka, while everything else runs on the one before it: the contract of the port, and an operator that makes,
// changes, grows, corrects and deletes on it, with a group of the consumer protocol.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { itKeepsTheKafkaAdminContract } from "../contract/kafka-admin.ts";
import { KAFKA_4_4 } from "../contract/kafka-release.ts";
import { startRealKafka } from "../contract/real-kafka.ts";
import { eventually } from "../environment/eventually.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startKafka, type KafkaCluster } from "../environment/kafka.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("Kafka 4.4 as KafkaAdmin", function () {
  this.timeout(60_000);
  itKeepsTheKafkaAdminContract(() => startRealKafka({ release: "kafka-4.4" }), KAFKA_4_4);
});

describe("An operator on Kafka 4.4", function () {
  this.timeout(120_000);
  let kafka: KafkaCluster;
  let probe: KafkaProbe;
  let operator: OperatorUnderTest;
  before(async () => {
    kafka = await startKafka({ release: "kafka-4.4" });
    probe = await startKafkaProbe(kafka.bootstrapServers);
    operator = await startOperatorUnderTest({
      kafka: { bootstrapServers: kafka.bootstrapServers, probe },
      bus: { resyncInterval: "1s", namespaces: [{ deletionPolicies: ["Retain", "Delete", "DeleteGroup"] }] },
    });
  });
  after(async () => {
    await operator.stop();
    await probe.stop();
    await kafka.stop();
  });

  const configOf = async (type: "topic" | "group", name: string, key: string): Promise<string | undefined> =>
    (await probe.describeConfigs({ type, name })).find((entry) => entry.name === key)?.value ?? undefined;

  it("is connected, and tells what this cluster can do", async () => {
    const bus = await eventually(() => operator.bus(), ready("True", "Connected"));
    expect(bus.status).to.deep.include({ kafkaVersion: "4.4", capabilities: KAFKA_4_4.capabilities });
  });

  it("makes a topic, follows edits, grows it, and corrects drift", async () => {
    const name = operator.topicName("made");
    await operator.createTopic("made", { partitions: 2, retention: { time: "1d" } });
    await eventually(() => operator.topic("made"), ready("True", "Created"));
    await operator.patchTopic("made", { spec: { partitions: 4, retention: { time: "2d" } } });
    await eventually(() => operator.topic("made"), ready("True", "UpToDate"));
    expect((await probe.describeTopic(name))?.partitions).to.have.length(4);
    expect(await configOf("topic", name, "retention.ms")).to.equal("172800000");
    await probe.alterConfigs({ type: "topic", name }, { set: { "retention.ms": "259200000" } });
    await eventually(
      () => configOf("topic", name, "retention.ms"),
      (retentionMs) => expect(retentionMs).to.equal("172800000"),
    );
    await thenNothing(operator, ["made"]);
  });

  it("configures a group, and deletes it and a topic that were made to be deleted", async () => {
    const name = operator.topicName("made");
    const groupId = `${operator.id}-reader`;
    const groupConfig = { "consumer.session.timeout.ms": "50000" };
    await operator.createGroup("reader", {
      groupId,
      topics: [{ topicName: name }],
      groupConfig,
      deletionPolicy: "DeleteGroup",
    });
    await eventually(() => operator.group("reader"), ready("True", "Observed"));
    expect(await configOf("group", groupId, "consumer.session.timeout.ms")).to.equal("50000");
    await probe.commitOffsets(groupId, [{ topic: name, partition: 0, offset: 0 }]);
    await eventually(
      () => operator.group("reader"),
      ({ status }) => expect(status?.state).to.equal("Empty"),
    );
    await operator.createTopic("doomed", { deletionPolicy: "Delete" });
    await eventually(() => operator.topic("doomed"), ready("True", "Created"));
    await operator.deleteTopic("doomed");
    await operator.deleteGroup("reader");
    await eventually(
      () => probe.describeTopic(operator.topicName("doomed")),
      (topic) => expect(topic).to.equal(null),
    );
    await eventually(
      async () => (await probe.listGroups()).map((group) => group.groupId),
      (ids) => expect(ids).to.not.include(groupId),
    );
  });
});
