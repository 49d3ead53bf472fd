import { connect } from "node:net";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { CallError } from "../../environment/json-line-client.ts";
import { startKafkaProbe, type KafkaProbe } from "../../environment/kafka-probe.ts";
import { startKafka, type KafkaCluster } from "../../environment/kafka.ts";
import { until } from "../../environment/until.ts";

describe("A Kafka of one broker", function () {
  this.timeout(90_000);
  let kafka: KafkaCluster;
  let probe: KafkaProbe;

  before(async () => {
    kafka = await startKafka({
      properties: { "log.retention.ms": "123456789" },
      listeners: [{ name: "EXTRA", protocol: "PLAINTEXT" }],
    });
    probe = await startKafkaProbe(kafka.bootstrapServers);
  });
  after(async () => {
    await probe.stop();
    await kafka.stop();
  });

  it("has the cluster id that it was formatted with", async () => {
    expect(await probe.describeCluster()).to.include({ clusterId: kafka.clusterId });
  });

  it("tells topics with ids, replicas and the sources of their configs", async () => {
    const { id } = await probe.createTopic({ name: "told", partitions: 2, configs: { "cleanup.policy": "compact" } });
    const topic = await probe.describeTopic("told");
    expect(topic).to.deep.equal({
      id,
      isInternal: false,
      partitions: [0, 1].map((partition) => ({ partition, leader: 1, replicas: [1], isr: [1] })),
    });
    expect(await probe.topicConfig("told")).to.deep.equal({ "cleanup.policy": "compact" });
    const configs = await probe.describeConfigs({ type: "topic", name: "told" });
    const retention = configs.find(({ name }) => name === "retention.ms");
    expect(retention).to.include({ value: "123456789", source: "STATIC_BROKER_CONFIG" });
    expect(await probe.listTopics()).to.deep.equal(["told"]);
  });

  it("does not create the topics that somebody merely asks for", async () => {
    expect(await probe.describeTopic("never-created")).to.equal(null);
    const outcome = await probe.listOffsets("never-created", "latest").catch((error: unknown) => error);
    expect((outcome as CallError).type).to.equal("UnknownTopicOrPartitionException");
  });

  it("changes only the configs that are named", async () => {
    await probe.createTopic({ name: "altered", configs: { "retention.ms": "1000", "segment.ms": "2000" } });
    const resource = { type: "topic", name: "altered" } as const;
    await probe.alterConfigs(resource, { set: { "max.message.bytes": "9999" }, unset: ["segment.ms"] });
    await until(async () => "max.message.bytes" in (await probe.topicConfig("altered")));
    expect(await probe.topicConfig("altered")).to.deep.equal({ "retention.ms": "1000", "max.message.bytes": "9999" });
  });

  for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"] as const) {
    it(`carries records with compression ${compression}`, async () => {
      const name = `compressed-${compression}`;
      await probe.createTopic({ name, configs: { "retention.ms": "-1" } });
      const records = [
        { key: "k", value: "ä", timestamp: 1_000, headers: { trace: "1" } },
        { key: "gone", value: null },
      ];
      await probe.produce(name, records, { compression, repeat: 2 });
      const read = await probe.consume(name);
      expect(read.map(({ offset, key, value }) => ({ offset, key, value }))).to.deep.equal([
        { offset: 0, key: "k", value: "ä" },
        { offset: 1, key: "gone", value: null },
        { offset: 2, key: "k", value: "ä" },
        { offset: 3, key: "gone", value: null },
      ]);
      expect(read[0]).to.deep.include({ timestamp: 1_000, headers: { trace: "1" } });
    });
  }

  it("lists offsets by time and moves the start of a log", async () => {
    await probe.createTopic({ name: "timed", configs: { "retention.ms": "-1" } });
    await probe.produce(
      "timed",
      [1_000, 2_000, 3_000].map((timestamp) => ({ value: "v", timestamp })),
    );
    expect(await probe.listOffsets("timed", 1_500)).to.deep.equal([{ partition: 0, offset: 1, timestamp: 2_000 }]);
    expect(await probe.deleteRecords("timed", 0, 2)).to.deep.equal({ logStart: 2 });
    expect((await probe.listOffsets("timed", "earliest"))[0]).to.include({ offset: 2 });
    expect((await probe.listOffsets("timed", "latest"))[0]).to.include({ offset: 3 });
  });

  for (const [protocol, type] of [
    ["classic", "Classic"],
    ["consumer", "Consumer"],
  ] as const) {
    it(`has real groups of the ${protocol} protocol`, async () => {
      const [topic, groupId] = [`read-${protocol}`, `group-${protocol}`];
      await probe.createTopic({ name: topic, partitions: 2 });
      await probe.produce(topic, [{ value: "v", partition: 0 }], { repeat: 3 });
      const member = await probe.startConsumer({ groupId, protocol, topics: [topic] });
      expect(await probe.describeGroup(groupId)).to.include({ type, state: "Stable" });
      const listing = (await probe.listGroups()).find((group) => group.groupId === groupId);
      expect(listing).to.include({ type, protocol: "consumer" });
      const foreign = await probe
        .commitOffsets(groupId, [{ topic, partition: 0, offset: 0 }])
        .catch((error: unknown) => error);
      expect(foreign, "a commit under a live group").to.be.instanceOf(CallError);
      await until(async () => (await member.state()).received === 3);
      expect((await member.state()).assignment).to.deep.equal([`${topic}-0`, `${topic}-1`]);
      await member.stop();
      expect((await probe.committedOffsets(groupId))[0]).to.include({ topic, partition: 0, offset: 3 });
      expect(await probe.describeGroup(groupId)).to.include({ state: "Empty" });
      await probe.commitOffsets(groupId, [{ topic, partition: 0, offset: 1 }]);
      expect((await probe.committedOffsets(groupId))[0]).to.include({ offset: 1 });
      await probe.deleteGroup(groupId);
      expect((await probe.listGroups()).map((group) => group.groupId)).to.not.include(groupId);
    });
  }

  it("serves the listeners that were added", async () => {
    const [server] = kafka.bootstrapServersOf("EXTRA");
    const [host, port] = (server ?? "").split(":");
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host: host ?? "", port: Number(port) }, () => resolve(void socket.end()));
      socket.on("error", reject);
    });
  });

  it("keeps topics and records when it is killed", async () => {
    await using other = await startKafka({ sessionTimeoutMs: 3_000 });
    await using client = await startKafkaProbe(other.bootstrapServers);
    const { id } = await client.createTopic({ name: "kept" });
    await client.produce("kept", [{ value: "v" }]);
    await other.brokers[0]?.kill();
    await other.brokers[0]?.start();
    expect(await client.describeTopic("kept")).to.include({ id });
    expect(await client.consume("kept")).to.have.length(1);
    // Two at once: the first, started before, is not disturbed.
    expect(await probe.describeCluster()).to.include({ clusterId: kafka.clusterId });
    expect(other.clusterId).to.not.equal(kafka.clusterId);
  });
});

describe("A Kafka of three brokers", function () {
  this.timeout(90_000);

  it("goes on when any one of them is lost", async () => {
    await using kafka = await startKafka({ brokers: 3, sessionTimeoutMs: 3_000 });
    await using probe = await startKafkaProbe(kafka.bootstrapServers);
    const { brokers, controller } = await probe.describeCluster();
    expect(brokers).to.deep.equal([1, 2, 3]);
    await probe.createTopic({ name: "replicated", partitions: 3, replicationFactor: 3 });
    await kafka.brokers.find(({ id }) => id === controller)?.kill();
    await until(async () => {
      const topic = await probe.describeTopic("replicated");
      return topic?.partitions.every(({ isr, leader }) => isr.length === 2 && leader !== controller) ?? false;
    });
    await probe.createTopic({ name: "after", replicationFactor: 2 });
    await probe.produce("replicated", [{ value: "v" }]);
  });
});
