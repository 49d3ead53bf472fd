import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("Drift", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({ bus: { resyncInterval: "300ms" } });
  });
  after(() => operator.stop());

  it("is not suspected of topics that were just made: sweeps find what the brokers said of them, and run none", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `made-${index}`);
    const runs = async (): Promise<number> => {
      const lines = await operator.metrics('controller_runtime_reconcile_total{controller="event-topic"');
      return lines.reduce((sum, line) => sum + Number(line.split(" ")[1]), 0);
    };
    const [before, runsBefore] = [await operator.writes(), await runs()];
    for (const name of names) await operator.createTopic(name, { config: { "flush.ms": 5 } });
    for (const name of names) await eventually(() => operator.topic(name), ready("True", "Created"));
    const sweeps = operator.kafkaRequests("DescribeConfigs");
    await eventually(
      () => operator.kafkaRequests("DescribeConfigs"),
      (requests) => expect(requests).to.be.greaterThan(sweeps + 4),
    );
    expect((await runs()) - runsBefore, "one a topic").to.equal(names.length);
    expect((await operator.writes()).kubernetes - before.kubernetes, "one a topic").to.equal(names.length);
  });

  it("is found by the sweep and corrected, whatever key of ours it is, and told as an event", async () => {
    await operator.createTopic("corrected", { compressionType: "lz4", config: { "flush.ms": 5 } });
    await eventually(() => operator.topic("corrected"), ready("True", "Created"));
    const name = operator.topicName("corrected");
    await operator.probe.alterConfigs(
      { type: "topic", name },
      { set: { "compression.type": "gzip" }, unset: ["flush.ms"] },
    );
    await eventually(
      () => operator.probe.topicConfig(name),
      (config) => expect(config).to.deep.equal({ "compression.type": "lz4", "flush.ms": "5" }),
    );
    const events = await eventually(
      () => operator.events("corrected"),
      (found) => expect(found).to.have.length(1),
    );
    expect(events[0]).to.include({ reason: "DriftCorrected", type: "Warning" });
    await thenNothing(operator, ["corrected"]);
  });

  it("is only reported where it is to be, and corrected when it may be", async () => {
    await operator.createTopic("reported", { compressionType: "lz4", drift: "Report" });
    await eventually(() => operator.topic("reported"), ready("True", "Created"));
    const name = operator.topicName("reported");
    await operator.probe.alterConfigs({ type: "topic", name }, { set: { "compression.type": "gzip" } });
    const topic = await eventually(() => operator.topic("reported"), ready("True", "Drifted"));
    expect(topic.status?.drift).to.deep.equal([{ key: "compression.type", wanted: "lz4", found: "gzip" }]);
    await operator.patchTopic("reported", { spec: { drift: "Correct" } });
    await eventually(() => operator.topic("reported"), ready("True", "UpToDate"));
    expect(await operator.probe.topicConfig(name)).to.deep.equal({ "compression.type": "lz4" });
  });

  it("that comes back a third time within an hour is another writer's, and from then on only reported", async function () {
    this.timeout(60_000);
    await operator.createTopic("contested", { compressionType: "lz4" });
    await eventually(() => operator.topic("contested"), ready("True", "Created"));
    const name = operator.topicName("contested");
    const meddle = (value: string): Promise<void> =>
      operator.probe.alterConfigs({ type: "topic", name }, { set: { "compression.type": value } });
    const compressionBecomes = async (value: string): Promise<void> => {
      await eventually(
        () => operator.probe.topicConfig(name),
        (config) => expect(config).to.deep.equal({ "compression.type": value }),
      );
    };
    const sweeps = async (): Promise<void> => {
      const before = operator.kafkaReads();
      await eventually(operator.kafkaReads, (reads) => expect(reads).to.be.greaterThan(before + 6));
    };
    for (const value of ["gzip", "zstd"]) {
      await meddle(value);
      await compressionBecomes("lz4");
    }
    await meddle("gzip");
    const topic = await eventually(() => operator.topic("contested"), ready("True", "Drifted"));
    expect(topic.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Drifted", "OtherWriter"]);
    expect(topic.status?.conditions?.at(-1)?.message).to.include('compression.type of topic "' + name + '" is "gzip"');
    expect(topic.status?.drift).to.deep.equal([{ key: "compression.type", wanted: "lz4", found: "gzip" }]);
    await eventually(
      () => operator.events("contested"),
      (found) => expect(found.map(({ reason }) => reason)).to.include("OtherWriter"),
    );
    const before = await operator.writes();
    await sweeps();
    await operator.restart();
    await sweeps();
    expect(await operator.writes(), "nothing, also after a restart").to.deep.equal(before);
    // An edit gives it another try.
    await operator.patchTopic("contested", { spec: { config: { "flush.ms": 5 } } });
    await eventually(() => operator.topic("contested"), ready("True", "UpToDate"));
    expect(await operator.probe.topicConfig(name)).to.deep.equal({ "compression.type": "lz4", "flush.ms": "5" });
    await thenNothing(operator, ["contested"]);
  });

  it("of keys that nobody declares is none, and they are listed", async () => {
    await operator.createTopic("tuned", { compressionType: "lz4" });
    await eventually(() => operator.topic("tuned"), ready("True", "Created"));
    const name = operator.topicName("tuned");
    await operator.probe.alterConfigs({ type: "topic", name }, { set: { "segment.ms": "100000" } });
    await eventually(
      () => operator.topic("tuned"),
      ({ status }) => expect(status?.undeclared).to.deep.equal(["segment.ms"]),
    );
    expect(await operator.probe.topicConfig(name)).to.include({ "segment.ms": "100000" });
  });

  it("by more partitions than declared is told, since Kafka cannot take them back", async () => {
    await operator.createTopic("grown", { partitions: 2 });
    await eventually(() => operator.topic("grown"), ready("True", "Created"));
    await operator.probe.createPartitions(operator.topicName("grown"), 4);
    await eventually(() => operator.topic("grown"), ready("False", "PartitionDecreaseUnsupported"));
    await operator.patchTopic("grown", { spec: { partitions: 4 } });
    await eventually(() => operator.topic("grown"), ready("True", "UpToDate"));
  });

  it("by deletion is mended by a new topic, empty, and said so; where drift is only reported, nothing is made", async function () {
    this.timeout(60_000);
    await operator.createTopic("deleted", { partitions: 2 });
    await operator.createTopic("missed", { drift: "Report" });
    for (const name of ["deleted", "missed"]) {
      await eventually(() => operator.topic(name), ready("True", "Created"));
      // Our own create is trusted for a while; an edit ends that.
      await operator.patchTopic(name, { spec: { config: { "flush.ms": 5 } } });
      await eventually(() => operator.topic(name), ready("True", "UpToDate"));
    }
    const id = (await operator.topic("deleted")).status?.topicId;
    for (const name of ["deleted", "missed"]) await operator.probe.deleteTopic(operator.topicName(name));
    await eventually(() => operator.topic("missed"), ready("False", "TopicMissing"));
    const topic = await eventually(
      () => operator.topic("deleted"),
      ({ status }) => expect(status?.topicId).not.to.equal(id),
    );
    ready("True", "Created")(topic);
    const events = await eventually(
      () => operator.events("deleted"),
      (found) => expect(found.map(({ reason }) => reason)).to.include("Recreated"),
    );
    expect(events.find(({ reason }) => reason === "Recreated")?.note).to.include("the data is gone");
    expect(await operator.probe.describeTopic(operator.topicName("missed"))).to.equal(null);
  });

  it("by a topic of another id is told as such, and adoption is judged again", async () => {
    await operator.createTopic("remade", { partitions: 2 });
    await eventually(() => operator.topic("remade"), ready("True", "Created"));
    const name = operator.topicName("remade");
    await operator.patchBus({ spec: { suspend: true } });
    await operator.probe.deleteTopic(name);
    await eventually(
      () => operator.probe.describeTopic(name),
      (live) => expect(live).to.equal(null),
    );
    const { id } = await operator.probe.createTopic({ name, partitions: 1 });
    await operator.patchBus({ spec: { suspend: false } });
    const topic = await eventually(() => operator.topic("remade"), ready("False", "AlreadyExists"));
    expect(topic.status?.conditions?.map(({ type }) => type)).to.include("Recreated");
    expect((await operator.probe.describeTopic(name))?.id).to.equal(id);
    expect((await operator.probe.describeTopic(name))?.partitions).to.have.length(1);
  });

  it("is looked for without a word to the API server, by a few requests to Kafka for all topics together", async () => {
    await operator.createTopic("quiet");
    await eventually(() => operator.topic("quiet"), ready("True", "Created"));
    await thenNothing(operator, ["quiet"]);
    const before = { ...(await operator.writes()), reads: operator.kafkaReads() };
    await eventually(operator.kafkaReads, (reads) => expect(reads).to.be.greaterThan(before.reads + 6));
    const writes = await operator.writes();
    expect(writes).to.deep.equal({ kafka: before.kafka, kubernetes: before.kubernetes });
    await eventually(
      () => operator.bus(),
      ({ status }) => expect(status?.offlinePartitions).to.equal(0),
    );
  });
});
