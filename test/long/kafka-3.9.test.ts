// The oldest Kafka that is supported: the contract of the port, and an operator that makes, changes, grows, corrects and
// deletes on it. It knows neither the consumer protocol (KIP-848) nor configurations of groups.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { itKeepsTheKafkaAdminContract } from "../contract/kafka-admin.ts";
import { KAFKA_3_9 } from "../contract/kafka-release.ts";
import { startRealKafka } from "../contract/real-kafka.ts";
import { eventually } from "../environment/eventually.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startKafka, type KafkaCluster } from "../environment/kafka.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("Kafka 3.9 as KafkaAdmin", function () {
  this.timeout(60_000);
  itKeepsTheKafkaAdminContract(() => startRealKafka({ release: "kafka-3.9" }), KAFKA_3_9);
});

describe("An operator on Kafka 3.9", function () {
  this.timeout(120_000);
  let kafka: KafkaCluster;
  let probe: KafkaProbe;
  let operator: OperatorUnderTest;
  before(async () => {
    kafka = await startKafka({ release: "kafka-3.9" });
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

  const configOf = async (name: string, key: string): Promise<string | undefined> =>
    (await probe.describeConfigs({ type: "topic", name })).find((entry) => entry.name === key)?.value ?? undefined;

  it("is connected, and tells what this cluster can do", async () => {
    const bus = await eventually(() => operator.bus(), ready("True", "Connected"));
    expect(bus.status).to.deep.include({ kafkaVersion: "3.9", capabilities: ["incrementalAlterConfigs", "topicIds"] });
  });

  it("makes a topic, follows edits, grows it, and corrects drift", async () => {
    const name = operator.topicName("made");
    await operator.createTopic("made", { partitions: 2, retention: { time: "1d" } });
    await eventually(() => operator.topic("made"), ready("True", "Created"));
    await operator.patchTopic("made", { spec: { partitions: 4, retention: { time: "2d" } } });
    await eventually(() => operator.topic("made"), ready("True", "UpToDate"));
    expect((await probe.describeTopic(name))?.partitions).to.have.length(4);
    expect(await configOf(name, "retention.ms")).to.equal("172800000");
    await probe.alterConfigs({ type: "topic", name }, { set: { "retention.ms": "259200000" } });
    await eventually(
      () => configOf(name, "retention.ms"),
      (retentionMs) => expect(retentionMs).to.equal("172800000"),
    );
    await thenNothing(operator, ["made"]);
  });

  it("deletes what was made to be deleted", async () => {
    const name = operator.topicName("doomed");
    await operator.createTopic("doomed", { deletionPolicy: "Delete" });
    await eventually(() => operator.topic("doomed"), ready("True", "Created"));
    await operator.deleteTopic("doomed");
    await eventually(
      () => probe.describeTopic(name),
      (topic) => expect(topic).to.equal(null),
    );
  });

  it("observes a classic group, and refuses what only newer brokers have", async () => {
    const name = operator.topicName("made");
    await operator.createGroup("reader", {
      topics: [{ topicName: name }],
      groupConfig: { "consumer.session.timeout.ms": "50000" },
    });
    await eventually(() => operator.group("reader"), ready("False", "GroupConfigUnsupported"));
    await operator.patchGroup("reader", { spec: { groupConfig: null } });
    const group = await eventually(() => operator.group("reader"), ready("True", "Observed"));
    expect(group.status?.state).to.equal("Absent");
    await probe.commitOffsets("reader", [{ topic: name, partition: 0, offset: 0 }]);
    await eventually(
      () => operator.group("reader"),
      ({ status }) => expect(status?.state).to.equal("Empty"),
    );
  });
});
