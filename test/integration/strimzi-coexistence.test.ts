import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { EventTopic } from "../../src/api/event-topic.ts";
import { ApiError } from "../environment/api-client.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";
import type { StoredKafkaTopic } from "../strimzi/kafka-topics.ts";
import { createStrimziNamespace, type StrimziNamespace } from "../strimzi/strimzi-namespace.ts";
import { TopicOperatorDouble } from "../strimzi/topic-operator-double.ts";

const MANAGED = { labels: { "strimzi.io/cluster": "main" } };

const gone = (read: () => Promise<unknown>): Promise<unknown> =>
  eventually(
    () => read().catch((error: unknown) => error),
    (error) => expect(error).to.be.instanceOf(ApiError).with.property("status", 404),
  );

describe("Beside Strimzi's Topic Operator", () => {
  let strimzi: StrimziNamespace;
  let double: TopicOperatorDouble;
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    strimzi = await createStrimziNamespace();
    operator = await startOperatorUnderTest({
      environment: { EVENTBUS_STRIMZI_NAMESPACES: strimzi.name },
      bus: {
        strimzi: { namespace: strimzi.name, name: "main" },
        namespaces: [{ adoption: "IfIdentical", deletionPolicies: ["Retain", "Delete"] }],
      },
    });
    const { controlPlane, probe } = operator;
    double = new TopicOperatorDouble({ controlPlane, probe, namespace: strimzi.name, cluster: "main" });
    double.start();
  });
  after(async () => {
    await operator.stop();
    await double.stop();
  });

  const idOf = async (domain: string): Promise<string | undefined> =>
    (await operator.probe.describeTopic(operator.topicName(domain)))?.id;
  const conflict = async (topic: string, kafkaTopic = topic): Promise<EventTopic> => {
    const loser = await eventually(() => operator.topic(topic), ready("False", "ManagedByStrimzi"));
    expect(loser.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Stalled", "Conflict"]);
    expect(loser.status?.conditions?.[0]?.message).to.include(`"${strimzi.name}/${kafkaTopic}"`);
    return loser;
  };
  const served = (name: string, condition = "Ready"): Promise<StoredKafkaTopic> =>
    eventually(
      () => strimzi.topics.get(name),
      ({ metadata, status }) => {
        expect(status?.conditions).to.have.length(1);
        expect(status?.conditions?.[0]).to.include({ type: condition, status: "True" });
        expect(status?.observedGeneration).to.equal(metadata.generation);
      },
    );
  const records = async (domain: string): Promise<number> =>
    (await operator.probe.consume(operator.topicName(domain))).length;
  const produce = (domain: string): Promise<void> =>
    operator.probe.produce(operator.topicName(domain), [{ value: "kept" }], { repeat: 50 });

  it("a topic goes from Strimzi to us with its id and every record", async () => {
    const topicName = operator.topicName("taken");
    await strimzi.topics.create("taken", { topicName, partitions: 2, config: { "flush.ms": 5 } }, MANAGED);
    await served("taken");
    await produce("taken");
    const id = await idOf("taken");
    await operator.createTopic("taken", { partitions: 2, config: { "flush.ms": 5 } });
    await conflict("taken");
    await operator.restart();
    await conflict("taken");
    await thenNothing(operator, ["taken"]);
    await strimzi.topics.annotate("taken", { "strimzi.io/managed": "false" });
    const taken = await eventually(() => operator.topic("taken"), ready("True", "UpToDate"));
    expect(taken.status).to.include({ topicId: id, adopted: true });
    await served("taken", "Unmanaged");
    await strimzi.topics.delete("taken");
    await gone(() => strimzi.topics.get("taken"));
    await operator.patchTopic("taken", { spec: { config: { "flush.ms": 6 } } });
    await eventually(() => operator.topic("taken"), ready("True", "UpToDate"));
    expect(await operator.probe.topicConfig(topicName)).to.deep.equal({ "flush.ms": "6" });
    expect({ id: await idOf("taken"), records: await records("taken") }).to.deep.equal({ id, records: 50 });
    await thenNothing(operator, ["taken"]);
  }).timeout(40_000);

  for (const policy of ["Retain", "Delete"] as const) {
    it(`a topic of ours goes to Strimzi with its id and every record, its object's policy being ${policy}`, async () => {
      const name = `given-${policy.toLowerCase()}`;
      const topicName = operator.topicName(name);
      const config = { "flush.ms": 5 };
      await operator.createTopic(name, { partitions: 2, config, deletionPolicy: policy, deletionProtection: false });
      await eventually(() => operator.topic(name), ready("True", "Created"));
      await produce(name);
      const id = await idOf(name);
      const paused = { ...MANAGED, annotations: { "strimzi.io/pause-reconciliation": "true" } };
      await strimzi.topics.create(name, { topicName, partitions: 2, config }, paused);
      const given = await conflict(name);
      expect(given.status, "the binding is kept").to.include({ topicId: id });
      await strimzi.topics.annotate(name, { "strimzi.io/pause-reconciliation": null });
      const { status } = await served(name);
      expect(status).to.include({ topicId: id });
      await operator.deleteTopic(name);
      await gone(() => operator.topic(name));
      await strimzi.topics.patch(name, { spec: { config: { "flush.ms": 7 } } });
      await eventually(
        () => operator.probe.topicConfig(topicName),
        (live) => expect(live).to.deep.equal({ "flush.ms": "7" }),
      );
      expect({ id: await idOf(name), records: await records(name) }).to.deep.equal({ id, records: 50 });
    }).timeout(40_000);
  }

  it("a name is ours again once its KafkaTopic is gone with its topic, which is made anew", async () => {
    await strimzi.topics.create("lost", { topicName: operator.topicName("lost") }, MANAGED);
    await served("lost");
    const id = await idOf("lost");
    await operator.createTopic("lost");
    await conflict("lost");
    await strimzi.topics.delete("lost");
    await eventually(() => operator.topic("lost"), ready("True", "Created"));
    expect(await idOf("lost")).not.to.be.oneOf([id, undefined]);
  });

  it("a KafkaTopic of another cluster, or of none, is no obstacle", async () => {
    const topicName = operator.topicName("free");
    await strimzi.topics.create("other", { topicName }, { labels: { "strimzi.io/cluster": "other" } });
    await strimzi.topics.create("unlabelled", { topicName });
    await operator.createTopic("free");
    await eventually(() => operator.topic("free"), ready("True", "Created"));
    await strimzi.topics.patch("unlabelled", { metadata: MANAGED });
    await conflict("free", "unlabelled");
    await strimzi.topics.patch("unlabelled", { metadata: { labels: null } });
    await eventually(() => operator.topic("free"), ready("True", "UpToDate"));
  });

  it("a KafkaTopic that was renamed keeps both names until it is put right", async () => {
    await strimzi.topics.create("renamed", { topicName: operator.topicName("before") }, MANAGED);
    await served("renamed");
    await strimzi.topics.patch("renamed", { spec: { topicName: operator.topicName("after") } });
    await eventually(
      () => strimzi.topics.get("renamed"),
      ({ status }) => expect(status?.conditions?.[0]).to.include({ reason: "NotSupported" }),
    );
    for (const name of ["before", "after"]) {
      await operator.createTopic(name);
      await conflict(name, "renamed");
    }
    expect(await idOf("after")).to.equal(undefined);
    await strimzi.topics.patch("renamed", { spec: { topicName: operator.topicName("before") } });
    await eventually(() => operator.topic("after"), ready("True", "Created"));
    await conflict("before", "renamed");
  });

  it("a dead-letter topic that Strimzi manages is its own trouble, and the source is served", async () => {
    const topicName = `${operator.topicName("source")}.dlq`;
    await strimzi.topics.create("letters", { topicName, config: { "retention.ms": 1000 } }, MANAGED);
    await served("letters");
    await operator.createTopic("source", { partitions: 2, deadLetter: { enabled: true } });
    const source = await eventually(() => operator.topic("source"), ready("False", "DeadLetterFailed"));
    expect(source.status?.conditions?.[0]?.message).to.include(`"${strimzi.name}/letters"`);
    expect((await operator.probe.describeTopic(operator.topicName("source")))?.partitions).to.have.length(2);
    expect(await operator.probe.topicConfig(topicName)).to.deep.equal({ "retention.ms": "1000" });
    await strimzi.topics.annotate("letters", { "strimzi.io/managed": "false" });
    await eventually(
      () => operator.topic("source"),
      ({ status }) => expect(status?.conditions?.[0]?.message).not.to.include(strimzi.name),
    );
  });

  it("nothing is written while Strimzi watches where we do not look, and work goes on when it does not", async () => {
    const entityOperator = { topicOperator: { watchedNamespace: "elsewhere" } };
    await strimzi.writeKafka("main", { listeners: [], entityOperator });
    const blind = await eventually(() => operator.bus(), ready("False", "StrimziNotFound"));
    expect(blind.status?.conditions?.[0]?.message).to.include('"elsewhere"').and.include("EVENTBUS_STRIMZI_NAMESPACES");
    await operator.createTopic("hidden");
    await eventually(() => operator.topic("hidden"), ready("Unknown", "BusNotReady"));
    expect(await idOf("hidden")).to.equal(undefined);
    await strimzi.writeKafka("main", { listeners: [] });
    await eventually(() => operator.topic("hidden"), ready("True", "Created"));
    await eventually(() => operator.bus(), ready("True", "Connected"));
  });

  it("throttles that Cruise Control sets on our topics are left alone", async () => {
    await operator.createTopic("throttled", { configOwnership: "Full" });
    await eventually(() => operator.topic("throttled"), ready("True", "Created"));
    const name = operator.topicName("throttled");
    const throttles = {
      "leader.replication.throttled.replicas": "0:1",
      "follower.replication.throttled.replicas": "0:1",
    };
    await operator.probe.alterConfigs({ type: "topic", name }, { set: throttles });
    await thenNothing(operator, ["throttled"]);
    expect(await operator.probe.topicConfig(name)).to.deep.equal(throttles);
  });
});
