// The double stands for Strimzi's Topic Operator in other tests, so what it copies is held here, in the cases that were
// observed of the real one.

import { randomBytes } from "node:crypto";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { ApiError } from "../environment/api-client.ts";
import { environment } from "../environment/environment.ts";
import { eventually } from "../environment/eventually.ts";
import type { KafkaProbe } from "../environment/kafka-probe.ts";
import { KafkaTopics, type StoredKafkaTopic } from "../strimzi/kafka-topics.ts";
import { installStrimziCrds } from "../strimzi/strimzi-crds.ts";
import { TopicOperatorDouble } from "../strimzi/topic-operator-double.ts";

const LABELS = { "strimzi.io/cluster": "main" };
const namespace = `strimzi-${randomBytes(4).toString("hex")}`;

const nameOf = (name: string): string => `${namespace}.${name}`;

describe("The double of Strimzi's Topic Operator", () => {
  let topics: KafkaTopics;
  let probe: KafkaProbe;
  let double: TopicOperatorDouble;
  before(async function () {
    this.timeout(60_000);
    const controlPlane = await environment().controlPlane();
    probe = await environment().kafkaProbe();
    await installStrimziCrds(controlPlane);
    await controlPlane.request("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
    topics = new KafkaTopics(controlPlane, namespace);
    double = new TopicOperatorDouble({ controlPlane, probe, namespace, cluster: "main" });
    double.start();
  });
  after(() => double.stop());

  const create = (name: string, spec: object = {}, annotations = {}): Promise<StoredKafkaTopic> =>
    topics.create(name, { topicName: nameOf(name), ...spec }, { labels: LABELS, annotations });
  const told = (name: string, expected: string): Promise<StoredKafkaTopic> =>
    eventually(
      () => topics.get(name),
      ({ metadata, status }) => {
        const shown = status?.conditions?.map(({ type, status: is, reason }) =>
          [type, is, reason].filter(Boolean).join("/"),
        );
        expect(shown).to.deep.equal([expected]);
        expect(status?.observedGeneration).to.equal(metadata.generation);
      },
    );
  const gone = async (name: string): Promise<void> => {
    await topics.delete(name);
    await eventually(
      () => topics.get(name).catch((error: unknown) => error),
      (error) => expect(error).to.be.instanceOf(ApiError).with.property("status", 404),
    );
  };

  it("creates, follows edits and deletes", async () => {
    await create("plain", { partitions: 2, config: { "flush.ms": 5, "cleanup.policy": ["compact", "delete"] } });
    const { metadata, status } = await told("plain", "Ready/True");
    expect(metadata.finalizers).to.deep.equal(["strimzi.io/topic-operator"]);
    expect(status).to.include({
      topicName: nameOf("plain"),
      topicId: (await probe.describeTopic(nameOf("plain")))?.id,
    });
    await topics.patch("plain", { spec: { partitions: 3, config: { "flush.ms": null } } });
    await eventually(
      () => probe.topicConfig(nameOf("plain")),
      (config) => expect(config).to.deep.equal({ "cleanup.policy": "compact,delete" }),
    );
    await told("plain", "Ready/True");
    expect((await probe.describeTopic(nameOf("plain")))?.partitions).to.have.length(3);
    await gone("plain");
    expect(await probe.describeTopic(nameOf("plain"))).to.equal(null);
  });

  it("removes what is not in the spec from a topic that it adopts, and takes no partition away", async () => {
    await probe.createTopic({ name: nameOf("adopted"), partitions: 2, configs: { "flush.ms": "77" } });
    await create("adopted", { partitions: 1 });
    await told("adopted", "Ready/False/NotSupported");
    expect(await probe.topicConfig(nameOf("adopted"))).to.deep.equal({});
    expect((await probe.describeTopic(nameOf("adopted")))?.partitions).to.have.length(2);
  });

  it("refuses in the words of Kafka", async () => {
    await create("odd", { config: { "retention.ms": "abc" } });
    const { status } = await told("odd", "Ready/False/KafkaError");
    expect(status?.conditions?.[0]?.message).to.equal(
      "org.apache.kafka.common.errors.InvalidConfigurationException: " +
        "Invalid value abc for configuration retention.ms: Not a number of type LONG",
    );
    expect(status).to.not.have.property("topicId");
  });

  it("lets go of what is not managed, and of what is, when it is deleted, only the topic of the first", async () => {
    await create("released");
    await told("released", "Ready/True");
    await topics.annotate("released", { "strimzi.io/managed": "false" });
    const { status } = await told("released", "Unmanaged/True");
    expect(status).to.not.have.any.keys("topicName", "topicId");
    await gone("released");
    expect(await probe.describeTopic(nameOf("released"))).not.to.equal(null);
  });

  it("pauses, and deletes the topic of what is paused", async () => {
    await create("paused");
    await told("paused", "Ready/True");
    await topics.annotate("paused", { "strimzi.io/pause-reconciliation": "true" });
    await topics.patch("paused", { spec: { partitions: 3 } });
    await told("paused", "ReconciliationPaused/True");
    expect((await probe.describeTopic(nameOf("paused")))?.partitions).to.have.length(1);
    await gone("paused");
    expect(await probe.describeTopic(nameOf("paused"))).to.equal(null);
  });

  it("gives a topic to one of two, and ignores what is not labelled", async () => {
    await create("first", { topicName: nameOf("shared") });
    await told("first", "Ready/True");
    await create("second", { topicName: nameOf("shared") });
    const { metadata, status } = await told("second", "Ready/False/ResourceConflict");
    expect(status?.conditions?.[0]?.message).to.equal(`Managed by Ref{namespace='${namespace}', name='first'}`);
    expect(metadata.finalizers).to.equal(undefined);
    await topics.create("unselected", { topicName: nameOf("unselected") });
    await create("later");
    await told("later", "Ready/True");
    expect((await topics.get("unselected")).status).to.equal(undefined);
  });
});
