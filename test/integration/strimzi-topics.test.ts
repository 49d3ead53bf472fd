// Topics through Strimzi (EventBus.spec.topicManagement: KafkaTopic): the operator writes KafkaTopics, a double of the Topic
// Operator makes them on the real Kafka.

import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";

import type { EventBus } from "../../src/api/event-bus.ts";
import { plan } from "../../src/cli/plan.ts";
import type { PlannedObject } from "../../src/cli/plan/planned.ts";
import { CommandLine } from "../environment/command-line.ts";
import { eventually } from "../environment/eventually.ts";
import { configureByHand } from "../environment/kafka-by-hand.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";
import { gone, MANAGED, startDelegatedWorld, type DelegatedWorld } from "../strimzi/delegated-world.ts";

describe("Topics through Strimzi", () => {
  let world: DelegatedWorld;
  before(async function () {
    this.timeout(60_000);
    world = await startDelegatedWorld({ legacyNames: [{ pattern: "t", patternType: "prefixed" }] });
  });
  afterEach(() => world.strimziUp());
  after(() => world.stop());

  it("a topic is made by its KafkaTopic, and nothing is written to Kafka by us", async () => {
    const { operator, strimzi } = world;
    await operator.createTopic("made", { partitions: 2, config: { "flush.ms": 5 } });
    const made = await eventually(() => operator.topic("made"), ready("True", "Created"));
    const topicName = operator.topicName("made");
    expect(made.status).to.include({ kafkaTopic: `${strimzi.name}/${topicName}`, topicId: await world.idOf("made") });
    const { metadata, spec } = await strimzi.topics.get(topicName);
    expect(spec).to.deep.equal({ partitions: 2, config: { "flush.ms": "5" } });
    expect(metadata.labels).to.deep.equal({
      "strimzi.io/cluster": "main",
      "app.kubernetes.io/managed-by": "event-bus-operator",
    });
    expect(metadata.annotations).to.deep.equal({ "eventbus.dev/event-topic": `${operator.id}/made` });
    expect(await world.configOf("made")).to.deep.equal({ "flush.ms": "5" });
    await thenNothing(operator, ["made"]);
    // A first creation asks the brokers which keys there are, by one that is only validated.
    const { kafka } = await operator.writes();
    await operator.createTopic("more", { partitions: 2, config: { "flush.ms": 5 } });
    await eventually(() => operator.topic("more"), ready("True", "Created"));
    expect((await operator.writes()).kafka).to.equal(kafka);
  });

  it("an edit reaches Kafka through the KafkaTopic: values, keys that go, and more partitions", async () => {
    const { operator } = world;
    await operator.createTopic("edited", { partitions: 1, config: { "flush.ms": 5, "segment.ms": 70_000 } });
    await eventually(() => operator.topic("edited"), ready("True", "Created"));
    const id = await world.idOf("edited");
    await operator.patchTopic("edited", { spec: { partitions: 3, config: { "flush.ms": 6, "segment.ms": null } } });
    const edited = await eventually(() => operator.topic("edited"), ready("True", "UpToDate"));
    expect(edited.status).to.include({ partitions: 3, topicId: id });
    expect(await world.configOf("edited")).to.deep.equal({ "flush.ms": "6" });
    expect((await world.kafkaTopic("edited")).spec).to.deep.equal({ partitions: 3, config: { "flush.ms": "6" } });
    expect((await operator.probe.describeTopic(operator.topicName("edited")))?.partitions).to.have.length(3);
    await thenNothing(operator, ["edited"]);
  });

  it("what Strimzi refuses is told in its words, and what is put right goes through", async () => {
    const { operator, strimzi } = world;
    await operator.createTopic("refused", { config: { "flush.ms": 5 } });
    await eventually(() => operator.topic("refused"), ready("True", "Created"));
    await operator.patchTopic("refused", { spec: { config: { "flush.ms": "soon" } } });
    const refused = await eventually(() => operator.topic("refused"), ready("False", "InvalidConfig"));
    expect(refused.status?.conditions?.[0]?.message)
      .to.include(`Strimzi says of KafkaTopic "${strimzi.name}/${operator.topicName("refused")}": KafkaError: `)
      .and.include("Invalid value soon for configuration flush.ms");
    const writes = await world.kafkaTopicWrites();
    await thenNothing(operator, ["refused"]);
    expect(await world.kafkaTopicWrites()).to.equal(writes);
    // Taken back: Kafka is as declared, but the KafkaTopic must not go on asking for it.
    await operator.patchTopic("refused", { spec: { config: { "flush.ms": 5 } } });
    await eventually(() => operator.topic("refused"), ready("True", "UpToDate"));
    await eventually(
      () => world.kafkaTopic("refused"),
      ({ spec, status }) => {
        expect(spec.config).to.deep.equal({ "flush.ms": "5" });
        expect(status?.conditions?.[0]).to.include({ type: "Ready", status: "True" });
      },
    );
  });

  it("while Strimzi is down its KafkaTopic says what is wanted, once; nothing fails, and it comes about later", async () => {
    const { operator, strimzi } = world;
    await operator.createTopic("there", { config: { "flush.ms": 5 } });
    await eventually(() => operator.topic("there"), ready("True", "Created"));
    await world.strimziDown();
    await operator.createTopic("late", { partitions: 2, deadLetter: { enabled: true } });
    await operator.patchTopic("there", { spec: { config: { "flush.ms": 6 } } });
    const late = await eventually(() => operator.topic("late"), ready("False", "AwaitingStrimzi"));
    await eventually(() => operator.topic("there"), ready("False", "AwaitingStrimzi"));
    expect(late.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Reconciling"]);
    expect(late.status?.conditions?.[0]?.message).to.include(`"${strimzi.name}/${operator.topicName("late")}"`);
    expect(await operator.bus()).to.satisfy((bus: EventBus) => bus.status?.conditions?.[0]?.status === "True");
    const writes = await world.kafkaTopicWrites();
    await thenNothing(operator, ["late", "there"]);
    await operator.restart();
    await thenNothing(operator, ["late", "there"]);
    expect(await world.kafkaTopicWrites()).to.equal(writes);
    expect(await world.idOf("late")).to.equal(undefined);
    world.strimziUp();
    const made = await eventually(() => operator.topic("late"), ready("True", "UpToDate"));
    expect(made.status).to.include({ topicId: await world.idOf("late"), adopted: false });
    expect(made.status?.deadLetters?.[0]).to.include({ state: "Ready", partitions: 2 });
    await eventually(() => operator.topic("there"), ready("True", "UpToDate"));
    expect(await world.configOf("there")).to.deep.equal({ "flush.ms": "6" });
  });

  it("what was asked of Strimzi while it was down, and is taken back before it is up, never comes about", async () => {
    const { operator } = world;
    await operator.createTopic("regretted", { partitions: 2, retention: { time: "7d" } });
    await eventually(() => operator.topic("regretted"), ready("True", "Created"));
    await world.strimziDown();
    await operator.patchTopic("regretted", {
      spec: { partitions: 5, retention: { time: "1h" }, config: { "flush.ms": 5 } },
    });
    await eventually(() => operator.topic("regretted"), ready("False", "AwaitingStrimzi"));
    expect((await world.kafkaTopic("regretted")).spec).to.deep.include({ partitions: 5 });
    await operator.patchTopic("regretted", { spec: { partitions: 2, retention: { time: "7d" }, config: null } });
    await eventually(
      () => operator.topic("regretted"),
      (topic) => {
        // The KafkaTopic is written, and Strimzi has not confirmed that yet.
        expect(topic.status?.observedGeneration).to.equal(topic.metadata.generation);
      },
    );
    await eventually(
      () => world.kafkaTopic("regretted"),
      ({ spec }) => expect(spec).to.deep.equal({ partitions: 2, config: { "retention.ms": "604800000" } }),
    );
    world.strimziUp();
    await eventually(() => operator.topic("regretted"), ready("True", "UpToDate"));
    expect(await world.configOf("regretted")).to.deep.equal({ "retention.ms": "604800000" });
    expect((await operator.probe.describeTopic(operator.topicName("regretted")))?.partitions).to.have.length(2);
  });

  it("dead letters have a KafkaTopic each, which is released when they are no longer wanted", async () => {
    const { operator, strimzi } = world;
    await operator.createTopic("source", { partitions: 2, deadLetter: { enabled: true } });
    const source = await eventually(() => operator.topic("source"), ready("True", "Created"));
    const letters = `${operator.topicName("source")}.dlq`;
    const letterId = (await operator.probe.describeTopic(letters))?.id;
    expect(source.status?.deadLetters?.[0]).to.include({ topicName: letters, topicId: letterId, state: "Ready" });
    expect((await strimzi.topics.get(letters)).spec.partitions).to.equal(2);
    await operator.patchTopic("source", { spec: { partitions: 4 } });
    await eventually(() => operator.topic("source"), ready("True", "UpToDate"));
    expect((await operator.probe.describeTopic(letters))?.partitions).to.have.length(4);
    await operator.patchTopic("source", { spec: { deadLetter: { enabled: false } } });
    const without = await eventually(() => operator.topic("source"), ready("True", "UpToDate"));
    expect(without.status?.released).to.deep.equal([letters]);
    await gone(() => strimzi.topics.get(letters));
    expect((await operator.probe.describeTopic(letters))?.id).to.equal(letterId);
    await thenNothing(operator, ["source"]);
  });

  it("eventbus plan foretells what would be said to Strimzi, and writes nothing", async () => {
    const { operator } = world;
    const name = operator.topicName("foretold");
    await operator.probe.createTopic({ name, partitions: 2, configs: { "segment.ms": "70000" } });
    await using line = await CommandLine.beside(operator);
    const terminal = line.terminal();
    const file = await line.file(line.topic("foretold", { adoption: "Adopt", config: { "flush.ms": 5 } }));
    const writes = await world.kafkaTopicWrites();
    await plan([file], { namespace: operator.id, output: "json", cluster: true }, terminal, line.ports);
    const { objects } = JSON.parse(terminal.stdout()) as { readonly objects: readonly PlannedObject[] };
    const planned = objects.flatMap(({ actions }) => actions.map(({ type }) => type));
    expect(planned, terminal.stdout()).to.include.members(["declareKafkaTopic", "changeConfig"]);
    expect(await world.kafkaTopicWrites()).to.equal(writes);
  });

  it("a name that Kubernetes does not allow gets a KafkaTopic of another name", async () => {
    const { operator, strimzi } = world;
    const topicName = `${operator.id}_Upper.CASE`;
    await operator.createTopic("upper", { topicName });
    const upper = await eventually(() => operator.topic("upper"), ready("True", "Created"));
    expect((await operator.probe.describeTopic(topicName))?.id).to.equal(upper.status?.topicId);
    const [, name = ""] = upper.status?.kafkaTopic?.split("/") ?? [];
    expect(name).to.match(/^event-topic-[0-9a-f]{20}$/);
    expect((await strimzi.topics.get(name)).spec.topicName).to.equal(topicName);
  });

  it("drift is set back by Strimzi, and told until it is", async () => {
    const { double, operator } = world;
    await operator.createTopic("drifted", { config: { "flush.ms": 5 } });
    await eventually(() => operator.topic("drifted"), ready("True", "Created"));
    const name = operator.topicName("drifted");
    await configureByHand(operator.probe, name, { "flush.ms": "7" });
    await operator.patchTopic("drifted", { metadata: { annotations: { "eventbus.dev/requestedAt": "now" } } });
    const drifted = await eventually(() => operator.topic("drifted"), ready("False", "AwaitingStrimzi"));
    expect(drifted.status?.conditions?.[0]?.message).to.include("puts that right at its next pass");
    double.pass();
    await eventually(
      () => world.configOf("drifted"),
      (live) => expect(live).to.deep.equal({ "flush.ms": "5" }),
    );
    await operator.patchTopic("drifted", { metadata: { annotations: { "eventbus.dev/requestedAt": "later" } } });
    await eventually(() => operator.topic("drifted"), ready("True", "UpToDate"));
  });

  it("what others have put into a KafkaTopic stays there", async () => {
    const { operator, strimzi } = world;
    await operator.createTopic("shared", { config: { "flush.ms": 5 } });
    await eventually(() => operator.topic("shared"), ready("True", "Created"));
    const name = operator.topicName("shared");
    const metadata = { labels: { team: "a" }, annotations: { note: "b" }, finalizers: ["example.com/held"] };
    const { finalizers = [] } = (await strimzi.topics.get(name)).metadata;
    await strimzi.topics.patch(name, {
      metadata: { ...metadata, finalizers: [...finalizers, ...metadata.finalizers] },
      spec: { config: { "segment.ms": 80_000 } },
    });
    await operator.patchTopic("shared", { spec: { config: { "flush.ms": 6 } } });
    await eventually(() => operator.topic("shared"), ready("True", "UpToDate"));
    const kept = await strimzi.topics.get(name);
    expect(kept.metadata.labels).to.include({ team: "a", "strimzi.io/cluster": "main" });
    expect(kept.metadata.annotations).to.include({ note: "b" });
    expect(kept.metadata.finalizers).to.include("example.com/held");
    expect(kept.spec.config).to.deep.equal({ "flush.ms": "6", "segment.ms": 80_000 });
    await strimzi.topics.patch(name, { metadata: { finalizers } });
  });

  it("a KafkaTopic of others beats us, and one in the way is left as it is", async () => {
    const { operator, strimzi } = world;
    const topicName = operator.topicName("foreign");
    await strimzi.topics.create("somebodys", { topicName }, MANAGED);
    await operator.createTopic("foreign");
    const beaten = await eventually(() => operator.topic("foreign"), ready("False", "ManagedByStrimzi"));
    expect(beaten.status?.conditions?.[0]?.message).to.include(`"${strimzi.name}/somebodys"`);
    const blocked = operator.topicName("blocked");
    await strimzi.topics.create(blocked, { topicName: operator.topicName("else") });
    await operator.createTopic("blocked");
    const inTheWay = await eventually(() => operator.topic("blocked"), ready("False", "KafkaTopicConflict"));
    expect(inTheWay.status?.conditions?.[0]?.message).to.include(`"${strimzi.name}/${blocked}" stands in the way`);
    expect((await strimzi.topics.get(blocked)).spec).to.deep.equal({ topicName: operator.topicName("else") });
    expect(await world.idOf("blocked")).to.equal(undefined);
    await strimzi.topics.delete(blocked);
    await eventually(() => operator.topic("blocked"), ready("True", "Created"));
  });

  it("a KafkaTopic that is handed over is gone on with, once the topic may be adopted", async () => {
    const { operator, strimzi } = world;
    const topicName = operator.topicName("handed");
    await strimzi.topics.create("handed", { topicName, partitions: 2, config: { "flush.ms": 5 } }, MANAGED);
    await eventually(
      () => strimzi.topics.get("handed"),
      ({ status }) => expect(status?.topicId).not.to.equal(undefined),
    );
    await operator.createTopic("handed", { partitions: 2, config: { "flush.ms": 9 } });
    await eventually(() => operator.topic("handed"), ready("False", "ManagedByStrimzi"));
    await strimzi.topics.annotate("handed", { "eventbus.dev/event-topic": `${operator.id}/handed` });
    await eventually(() => operator.topic("handed"), ready("False", "AlreadyExists"));
    await operator.patchTopic("handed", { spec: { adoption: "Adopt" } });
    const adopted = await eventually(() => operator.topic("handed"), ready("True", "UpToDate"));
    expect(adopted.status).to.include({ adopted: true, kafkaTopic: `${strimzi.name}/handed` });
    expect((await strimzi.topics.get("handed")).spec.config).to.deep.equal({ "flush.ms": "9" });
    expect(await world.configOf("handed")).to.deep.equal({ "flush.ms": "9" });
  });
}).timeout(30_000);
