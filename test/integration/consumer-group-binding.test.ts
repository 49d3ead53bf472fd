import { expect } from "chai";
import { Kafka, logLevel, type ConsumerConfig, type KafkaConfig, type ProducerConfig } from "kafkajs";
import { after, before, describe, it } from "mocha";

import {
  createSecret,
  deleteSecret,
  grantBindingsNamed,
  patchSecret,
  secretOf,
} from "../environment/bindings-under-test.ts";
import { eventually } from "../environment/eventually.ts";
import { condition, messageOf, thenNothingOfGroups } from "../environment/group-expectations.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

describe("The binding of a ConsumerGroup", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({ bus: { resyncInterval: "500ms" } });
    await operator.createTopic("read", { partitions: 2 });
    await eventually(() => operator.topic("read"), ready("True", "Created"));
  });
  after(() => operator.stop());

  const topics = [{ eventTopicRef: { name: "read" } }];
  const declare = (name: string, spec: object = {}) =>
    operator.createGroup(name, { groupId: `${operator.id}-${name}`, topics, ...spec });
  const isBound = (name: string) =>
    eventually(
      () => operator.group(name),
      (group) => {
        ready("True", "Observed")(group);
        condition("BindingReady", "True/Current")(group);
      },
    );

  it("needs a right that the platform gives in each namespace, and says which", async () => {
    await declare("early", { binding: { secretName: "early-kafka" } });
    const refused = await eventually(() => operator.group("early"), ready("False", "InsufficientPermissions"));
    expect(messageOf(refused)).to.include('"event-bus-operator-bindings"');
    condition("BindingReady", "False/InsufficientPermissions")(refused);
    await grantBindingsNamed(operator, ["early-kafka", "first-kafka", "second-kafka", "taken", "edited-kafka"]);
    await isBound("early");
    expect((await operator.requests(["secrets"])).map(({ verb }) => verb)).not.to.include.members(["list", "watch"]);
  });

  it("is a Secret of the object's own, typed, with no credential, and gone when it is not wanted any longer", async () => {
    await declare("first", { binding: { secretName: "first-kafka", credentialsSecretRef: { name: "first-user" } } });
    const group = await isBound("first");
    expect(group.status?.binding).to.deep.equal({ name: "first-kafka" });
    const secret = await secretOf(operator, "first-kafka");
    expect(secret?.type).to.equal("servicebinding.io/kafka");
    expect(secret?.metadata.ownerReferences?.map(({ kind, uid }) => [kind, uid])).to.deep.equal([
      ["ConsumerGroup", group.metadata.uid],
    ]);
    expect(secret?.content).to.include({
      type: "kafka",
      "bootstrap.servers": operator.bootstrapServers.join(","),
      "group.id": `${operator.id}-first`,
      topics: operator.topicName("read"),
      KAFKA_TOPIC_PREFIX: operator.id,
    });
    await thenNothingOfGroups(operator, ["first"]);
    await operator.patchGroup("first", { spec: { binding: { secretName: "second-kafka" } } });
    await eventually(
      () => operator.group("first"),
      ({ status }) => expect(status?.binding?.name).to.equal("second-kafka"),
    );
    await eventually(
      () => secretOf(operator, "first-kafka"),
      (former) => expect(former).to.equal(undefined),
    );
    await operator.patchGroup("first", { spec: { binding: null } });
    await eventually(
      () => secretOf(operator, "second-kafka"),
      (former) => expect(former).to.equal(undefined),
    );
    const unbound = await eventually(() => operator.group("first"), condition("BindingReady", "absent"));
    expect(unbound.status?.binding).to.equal(undefined);
  });

  it("is all that a kafkajs program needs to write and read", async () => {
    const settings = JSON.parse((await secretOf(operator, "early-kafka"))?.content["kafkajs.json"] ?? "") as {
      readonly kafka: KafkaConfig;
      readonly producer: ProducerConfig;
      readonly consumer: ConsumerConfig;
      readonly subscribe: { readonly topics: string[]; readonly fromBeginning: boolean };
      readonly run: { readonly autoCommit: boolean };
      readonly send: { readonly acks: number };
    };
    const kafka = new Kafka({ ...settings.kafka, logLevel: logLevel.NOTHING });
    const producer = kafka.producer(settings.producer);
    const consumer = kafka.consumer(settings.consumer);
    const received: string[] = [];
    try {
      await producer.connect();
      const [topic = ""] = settings.subscribe.topics;
      await producer.send({ ...settings.send, topic, messages: [{ key: "tenant", value: "used" }] });
      await consumer.connect();
      await consumer.subscribe(settings.subscribe);
      await consumer.run({
        ...settings.run,
        eachMessage: ({ message }) => Promise.resolve(void received.push(String(message.value))),
      });
      await eventually(
        () => operator.group("early"),
        (group) => {
          expect(received).to.deep.equal(["used"]);
          condition("Active", "True/HasMembers")(group);
          expect(group.status?.topics?.[0]).to.include({ topic, lag: 0 });
        },
        30_000,
      );
    } finally {
      await Promise.all([consumer.disconnect(), producer.disconnect()]);
    }
  }).timeout(45_000);

  it("never touches a Secret that somebody else made", async () => {
    await createSecret(operator, "taken", { stringData: { password: "secret" } });
    const before = await secretOf(operator, "taken");
    await declare("greedy", { binding: { secretName: "taken" } });
    const refused = await eventually(() => operator.group("greedy"), ready("False", "SecretConflict"));
    expect(messageOf(refused)).to.include(`"${operator.id}/taken"`).and.not.include('secret"');
    await thenNothingOfGroups(operator, ["greedy"]);
    expect(await secretOf(operator, "taken")).to.deep.equal(before);
    await deleteSecret(operator, "taken");
    await isBound("greedy");
  });

  it("follows the bus and the settings, keeps what others put on it, and comes back when it is edited or deleted", async () => {
    await declare("edited", { binding: { secretName: "edited-kafka" } });
    await isBound("edited");
    await patchSecret(operator, "edited-kafka", { metadata: { annotations: { note: "theirs" } } });
    await operator.patchGroup("edited", { spec: { client: { maxPollRecords: 7 } } });
    const changed = await eventually(
      () => secretOf(operator, "edited-kafka"),
      (secret) => expect(secret?.content["consumer.properties"]).to.include("max.poll.records=7"),
    );
    expect(changed?.metadata.annotations).to.include({ note: "theirs" });
    await operator.patchBus({ spec: { topicDefaults: { compressionType: "zstd" } } });
    await eventually(
      () => secretOf(operator, "edited-kafka"),
      (secret) => expect(secret?.content["producer.properties"]).to.include("compression.type=zstd"),
    );
    await patchSecret(operator, "edited-kafka", { data: { "group.id": "ZWxzZQ==" } });
    await operator.patchGroup("edited", { metadata: { annotations: { "eventbus.dev/requestedAt": "now" } } });
    await eventually(
      () => secretOf(operator, "edited-kafka"),
      (secret) => expect(secret?.content["group.id"]).to.equal(`${operator.id}-edited`),
    );
    await deleteSecret(operator, "edited-kafka");
    await operator.patchGroup("edited", { metadata: { annotations: { "eventbus.dev/requestedAt": "again" } } });
    await eventually(
      () => secretOf(operator, "edited-kafka"),
      (secret) => expect(secret).not.to.equal(undefined),
    );
  });

  it("follows the bus' address, and the topics as they come and go", async () => {
    const content = async (): Promise<Readonly<Record<string, string>>> =>
      (await secretOf(operator, "early-kafka"))?.content ?? {};
    await operator.createTopic("more", { partitions: 1 });
    await eventually(() => operator.topic("more"), ready("True", "Created"));
    const names = ["read", "more"].map((name) => operator.topicName(name));
    await operator.patchGroup("early", { spec: { topics: [...topics, { eventTopicRef: { name: "more" } }] } });
    await eventually(content, (found) => {
      expect(found["topics"]?.split(",")).to.have.members(names);
      const { subscribe } = JSON.parse(found["kafkajs.json"] ?? "{}") as { subscribe: { topics: string[] } };
      expect(subscribe.topics).to.have.members(names);
    });
    await operator.patchGroup("early", { spec: { topics: [{ eventTopicRef: { name: "more" } }] } });
    await eventually(content, (found) => expect(found["topics"]).to.equal(names[1]));
    const moved = operator.bootstrapServers.map((address) => address.replace("127.0.0.1", "localhost"));
    await operator.patchBus({ spec: { kafka: { bootstrapServers: moved } } });
    await eventually(content, (found) => {
      expect(found["bootstrap.servers"]).to.equal(moved.join(","));
      expect(found["KAFKA_BROKERS"]).to.equal(moved.join(","));
      expect(found["consumer.properties"]).to.include(moved[0]);
    });
    await isBound("early");
    await thenNothingOfGroups(operator, ["early"]);
  });
});
