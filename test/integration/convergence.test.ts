import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { growByHand } from "../environment/kafka-by-hand.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("An EventTopic", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({ bus: { profile: "Development" } });
  });
  after(() => operator.stop());

  it("is one of many that are made at once: each costs one write and no read", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `many-${index}`);
    const before = await operator.writes();
    await Promise.all(names.map((name) => operator.createTopic(name)));
    for (const name of names) await eventually(() => operator.topic(name), ready("True", "Created"));
    const after = await operator.writes();
    expect(after.kubernetes - before.kubernetes).to.equal(names.length);
    expect(after.kafka - before.kafka).to.be.at.most(names.length);
    const requests = await operator.controlPlane.auditedRequests();
    const reads = requests.filter(
      ({ verb, namespace, resource }) => verb === "get" && resource === "eventtopics" && namespace === operator.id,
    );
    expect(reads.filter(({ name }) => name?.startsWith("many-"))).to.deep.equal([]);
  });

  it("leaves to the broker what nobody speaks of", async () => {
    await operator.createTopic("plain");
    const topic = await eventually(() => operator.topic("plain"), ready("True", "Created"));
    expect(topic.status?.partitions).to.equal(1);
    await thenNothing(operator, ["plain"]);
  });

  it("becomes a topic with what it, its bus and its profile say, by one write to the API and one to Kafka", async () => {
    const before = await operator.writes();
    await operator.createTopic("orders", { partitions: 3, config: { "segment.bytes": 1_048_576 } });
    const topic = await eventually(() => operator.topic("orders"), ready("True", "Created"));
    const name = operator.topicName("orders");
    const live = await operator.probe.describeTopic(name);
    expect(live?.partitions).to.have.length(3);
    expect(live?.partitions.every(({ replicas }) => replicas.length === 1)).to.equal(true);
    expect(await operator.probe.topicConfig(name)).to.deep.equal({
      "compression.type": "snappy",
      "max.message.bytes": "1048576",
      "min.insync.replicas": "1",
      "retention.ms": "604800000",
      "segment.bytes": "1048576",
    });
    expect(topic.status).to.deep.include({
      topicName: name,
      topicId: live?.id,
      adopted: false,
      partitions: 3,
      replicationFactor: 1,
      managedKeys: ["compression.type", "max.message.bytes", "min.insync.replicas", "retention.ms", "segment.bytes"],
    });
    expect(topic.metadata.finalizers).to.equal(undefined);
    const writes = await operator.writes();
    expect({ kafka: writes.kafka - before.kafka, kubernetes: writes.kubernetes - before.kubernetes }).to.deep.equal({
      kafka: 1,
      kubernetes: 1,
    });
    await thenNothing(operator, ["orders"]);
  });

  it("follows an edit: partitions grow, configuration changes, a removed key returns to the broker's default", async () => {
    await operator.createTopic("edited", { partitions: 1, config: { "flush.ms": 5 } });
    await eventually(() => operator.topic("edited"), ready("True", "Created"));
    await operator.patchTopic("edited", { spec: { partitions: 4, compressionType: "lz4", config: null } });
    const topic = await eventually(() => operator.topic("edited"), ready("True", "UpToDate"));
    const name = operator.topicName("edited");
    expect((await operator.probe.describeTopic(name))?.partitions).to.have.length(4);
    const config = await operator.probe.topicConfig(name);
    expect(config).to.include({ "compression.type": "lz4" }).and.not.to.have.property("flush.ms");
    await thenNothing(operator, ["edited"]);
    expect((await operator.topic("edited")).status?.managedKeys).not.to.include("flush.ms");
    expect(topic.status?.partitions).to.equal(4);
    const reasons = (await operator.events("edited")).map(({ reason }) => reason);
    expect(reasons.toSorted()).to.deep.equal(["ConfigurationChanged", "PartitionsGrown"]);
  });

  it("keeps the legal half of a bad edit, says so, and takes it back when the edit is", async () => {
    await operator.createTopic("half", { partitions: 3 });
    await eventually(() => operator.topic("half"), ready("True", "Created"));
    await operator.patchTopic("half", { spec: { partitions: 2, compressionType: "zstd" } });
    const topic = await eventually(() => operator.topic("half"), ready("False", "PartitionDecreaseUnsupported"));
    expect(topic.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Stalled"]);
    expect(topic.status?.conditions?.[0]?.message).to.include("has 3 partitions and 2 are declared");
    expect(await operator.probe.topicConfig(operator.topicName("half"))).to.include({ "compression.type": "zstd" });
    expect((await operator.probe.describeTopic(operator.topicName("half")))?.partitions).to.have.length(3);
    await thenNothing(operator, ["half"]);
    await operator.patchTopic("half", { spec: { partitions: 3 } });
    await eventually(() => operator.topic("half"), ready("True", "UpToDate"));
  });

  it("tells what Kafka refuses, in Kafka's own words, and applies nothing of a topic that is yet to be made", async () => {
    await operator.createTopic("refused", { config: { "segment.bytes": 1 } });
    const topic = await eventually(() => operator.topic("refused"), ready("False", "InvalidConfig"));
    expect(topic.status?.conditions?.[0]?.message).to.include("Value must be at least 1048576");
    expect(await operator.probe.describeTopic(operator.topicName("refused"))).to.equal(null);
    await thenNothing(operator, []);
    await operator.patchTopic("refused", { spec: { config: { "segment.bytes": 2_000_000 } } });
    await eventually(() => operator.topic("refused"), ready("True", "Created"));
  });

  it("is sized when it is made and when its own sizing changes, and not when the bus' rate does or somebody grows it", async () => {
    const partitions = async (): Promise<number | undefined> =>
      (await operator.probe.describeTopic(operator.topicName("sized")))?.partitions.length;
    await operator.createTopic("sized", { sizing: { throughput: "20Mi" } });
    await eventually(() => operator.topic("sized"), ready("True", "Created"));
    expect(await partitions()).to.equal(2);
    await operator.patchBus({ spec: { topicDefaults: { perPartitionThroughput: "5Mi" } } });
    await operator.restart();
    await thenNothing(operator, ["sized"]);
    await growByHand(operator.probe, operator.topicName("sized"), 5);
    await operator.patchTopic("sized", { metadata: { annotations: { "eventbus.dev/requestedAt": "grown" } } });
    await eventually(
      () => operator.topic("sized"),
      ({ status }) => expect(status?.partitions).to.equal(5),
    );
    await eventually(() => operator.topic("sized"), ready("True", "Created"));
    await operator.patchTopic("sized", { spec: { sizing: { throughput: "30Mi" } } });
    const topic = await eventually(() => operator.topic("sized"), ready("True", "UpToDate"));
    expect(await partitions()).to.equal(6);
    expect(topic.status?.sizedBy).to.deep.equal({ throughput: 31_457_280, partitions: 6 });
  });

  it("stays in Kafka when it is deleted with the default policy", async () => {
    await operator.createTopic("kept");
    await eventually(() => operator.topic("kept"), ready("True", "Created"));
    const id = (await operator.probe.describeTopic(operator.topicName("kept")))?.id;
    await operator.deleteTopic("kept");
    await thenNothing(operator, []);
    expect((await operator.probe.describeTopic(operator.topicName("kept")))?.id).to.equal(id);
  });

  it("is silent after a restart, and does what was asked for meanwhile", async () => {
    await operator.createTopic("lasting");
    await eventually(() => operator.topic("lasting"), ready("True", "Created"));
    await operator.stop();
    await operator.patchTopic("lasting", { spec: { partitions: 2 } });
    await operator.start();
    await eventually(() => operator.topic("lasting"), ready("True", "UpToDate"));
    const before = await operator.writes();
    await operator.restart();
    await thenNothing(operator, ["lasting", "orders"]);
    const after = await operator.writes();
    expect(after.kafka - before.kafka).to.equal(0);
    expect(after.kubernetes - before.kubernetes).to.equal(2);
  });

  it("runs when asked to, and echoes the token", async () => {
    await operator.createTopic("asked");
    await eventually(() => operator.topic("asked"), ready("True", "Created"));
    await operator.patchTopic("asked", { metadata: { annotations: { "eventbus.dev/requestedAt": "now-1" } } });
    await eventually(
      () => operator.topic("asked"),
      ({ status }) => expect(status?.lastHandledReconcileAt).to.equal("now-1"),
    );
  });
});
