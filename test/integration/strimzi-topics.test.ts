// Topics through Strimzi (EventBus.spec.topicManagement: KafkaTopic): the operator writes KafkaTopics, a double of the Topic
// Operator makes them on the real Kafka.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";
import { startDelegatedWorld, type DelegatedWorld } from "../strimzi/delegated-world.ts";

describe("Topics through Strimzi", () => {
  let world: DelegatedWorld;
  before(async function () {
    this.timeout(60_000);
    world = await startDelegatedWorld();
  });
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
}).timeout(30_000);
