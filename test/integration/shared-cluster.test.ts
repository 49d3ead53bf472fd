import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startKafka, type KafkaCluster } from "../environment/kafka.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("Two EventBuses on one Kafka cluster", () => {
  let operator: OperatorUnderTest;
  let second: string;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest();
    second = `${operator.id}-second`;
    await operator.createBus({ legacyNames: [{ pattern: operator.id, patternType: "prefixed" }] }, second);
    await eventually(() => operator.bus(second), ready("True", "Connected"));
  });
  after(() => operator.stop());

  const elsewhere = (topicName: string) => ({ busRef: { name: second }, topicName });

  it("share one table of claims: who holds a name by one holds it for both", async () => {
    await operator.createTopic("first");
    await eventually(() => operator.topic("first"), ready("True", "Created"));
    const name = operator.topicName("first");
    await operator.createTopic("rival", elsewhere(name));
    const rival = await eventually(() => operator.topic("rival"), ready("False", "ClaimedByAnother"));
    expect(rival.status?.conditions?.[0]?.message).to.include(`EventTopic "${operator.id}/first"`);
    await thenNothing(operator, ["first", "rival"]);
  });

  it("share the names that Kafka does not tell apart", async () => {
    await operator.createTopic("folded", elsewhere(operator.topicName("first").replace(".", "_")));
    await eventually(() => operator.topic("folded"), ready("False", "NameCollision"));
    await operator.deleteTopic("folded");
  });

  it("hand a topic over by deleting the one object while the other waits for its name", async () => {
    const { topicId } = (await operator.topic("first")).status ?? {};
    await operator.deleteTopic("first");
    const heir = await eventually(() => operator.topic("rival"), ready("True", "UpToDate"));
    expect(heir.status).to.deep.include({ topicId, adopted: true });
    expect(heir.status?.bus?.name).to.equal(second);
  });
});

describe("An EventBus that is led to another Kafka cluster", function () {
  this.timeout(60_000);
  let operator: OperatorUnderTest;
  let other: KafkaCluster;
  let otherProbe: KafkaProbe;
  before(async function () {
    this.timeout(120_000);
    [operator, other] = await Promise.all([startOperatorUnderTest(), startKafka({ heapMb: 96 })]);
    otherProbe = await startKafkaProbe(other.bootstrapServers);
  });
  after(async () => {
    await operator.stop();
    await otherProbe.stop();
    await other.stop();
  });

  const leadTo = (bootstrapServers: readonly string[]): Promise<void> =>
    operator.patchBus({ spec: { kafka: { bootstrapServers } } });
  const clusterIds = async (...names: readonly string[]): Promise<(string | undefined)[]> => {
    const topics = await Promise.all(names.map((name) => operator.topic(name)));
    return topics.map(({ status }) => status?.bus?.clusterId);
  };

  it("is pinned to the first: nothing is written to the other, and settled topics keep their status", async () => {
    for (const name of ["moved", "taken"]) {
      await operator.createTopic(name, { partitions: 2 });
      await eventually(() => operator.topic(name), ready("True", "Created"));
    }
    await leadTo(other.bootstrapServers);
    const bus = await eventually(() => operator.bus(), ready("False", "ClusterIdMismatch"));
    expect(bus.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Stalled"]);
    expect(bus.status?.conditions?.[0]?.message).to.include(`set spec.expectedClusterId to "${other.clusterId}"`);
    expect(bus.status?.clusterId, "the pinned one").not.to.equal(other.clusterId);
    await operator.patchTopic("moved", { spec: { config: { "flush.ms": 5 } } });
    await eventually(() => operator.topic("moved"), ready("Unknown", "BusNotReady"));
    ready("True", "Created")(await operator.topic("taken"));
    expect(await otherProbe.listTopics()).to.deep.equal([]);
  });

  it("binds its topics to the other once that is expected, by the rules of adoption", async () => {
    await otherProbe.createTopic({ name: operator.topicName("taken"), partitions: 7 });
    const before = await clusterIds("moved");
    await operator.patchBus({ spec: { expectedClusterId: other.clusterId } });
    await eventually(() => operator.bus(), ready("True", "Connected"));
    const moved = await eventually(() => operator.topic("moved"), ready("True", "Created"));
    const live = await otherProbe.describeTopic(operator.topicName("moved"));
    expect(moved.status).to.deep.include({ topicId: live?.id, partitions: 2, adopted: false });
    await eventually(() => operator.topic("taken"), ready("False", "AlreadyExists"));
    expect((await otherProbe.describeTopic(operator.topicName("taken")))?.partitions).to.have.length(7);
    expect(await clusterIds("moved", "taken")).to.deep.equal([other.clusterId, other.clusterId]);
    expect(before).not.to.include(other.clusterId);
    const left = await operator.probe.topicConfig(operator.topicName("moved"));
    expect(left, "the topic on the first cluster").to.deep.equal({});
    await thenNothing(operator, ["moved", "taken"]);
  });

  it("finds them again when it is led back", async () => {
    await operator.patchTopic("moved", { spec: { config: null } });
    await eventually(() => operator.topic("moved"), ready("True", "UpToDate"));
    await leadTo(operator.bootstrapServers);
    await eventually(() => operator.bus(), ready("False", "ClusterIdMismatch"));
    const { clusterId } = await operator.probe.describeCluster();
    await operator.patchBus({ spec: { expectedClusterId: clusterId } });
    for (const name of ["moved", "taken"]) {
      const live = await operator.probe.describeTopic(operator.topicName(name));
      const topic = await eventually(
        () => operator.topic(name),
        ({ status }) => expect(status).to.deep.include({ topicId: live?.id, adopted: true }),
      );
      ready("True", "UpToDate")(topic);
    }
  });
});
