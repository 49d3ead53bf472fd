import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("A configuration key that Kafka does not know", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest();
  });
  after(() => operator.stop());

  it("is refused before anything is written, and the key that was probably meant is named", async () => {
    const before = await operator.writes();
    // Where adoption is Never, a creation is put on record first.
    await operator.createTopic("typo", { adoption: "Never", config: { "segment.byte": 2_000_000, "flush.ms": 5 } });
    const topic = await eventually(() => operator.topic("typo"), ready("False", "InvalidConfig"));
    expect(topic.status?.conditions?.[0]?.message).to.equal(
      'Kafka knows no topic configuration "segment.byte" (spec); did you mean "segment.bytes"?',
    );
    expect(topic.metadata.annotations ?? {}, "nothing is on record").to.deep.equal({});
    const writes = await operator.writes();
    expect(writes.kubernetes - before.kubernetes, "the status").to.equal(1);
    expect(writes.kafka - before.kafka, "no topic is there to learn the keys from: a creation is judged").to.equal(1);
    expect(await operator.probe.describeTopic(operator.topicName("typo"))).to.equal(null);
    await thenNothing(operator, ["typo"]);
  });

  it("is all that stands in the way", async () => {
    await operator.patchTopic("typo", { spec: { config: { "segment.byte": null, "segment.bytes": 2_000_000 } } });
    await eventually(() => operator.topic("typo"), ready("True", "Created"));
    expect(await operator.probe.topicConfig(operator.topicName("typo"))).to.deep.equal({
      "flush.ms": "5",
      "segment.bytes": "2000000",
    });
  });

  it("is refused with all its like, at no cost, once it is known which keys there are", async () => {
    const before = await operator.writes();
    await operator.createTopic("more", { config: { "flush.message": 1, zzzzzzzzzzzzz: 1 } });
    const topic = await eventually(() => operator.topic("more"), ready("False", "InvalidConfig"));
    expect(topic.status?.conditions?.[0]?.message)
      .to.include('"flush.message" (spec); did you mean "flush.messages"?')
      .and.include('"zzzzzzzzzzzzz" (spec); remove it');
    expect((await operator.writes()).kafka).to.equal(before.kafka);
  });

  it("does not keep the other changes from a topic that exists", async () => {
    await operator.createTopic("exists");
    await eventually(() => operator.topic("exists"), ready("True", "Created"));
    await operator.patchTopic("exists", { spec: { config: { "flush.mz": 1, "flush.messages": 7 } } });
    const topic = await eventually(() => operator.topic("exists"), ready("False", "InvalidConfig"));
    expect(topic.status?.conditions?.[0]?.message).to.include('did you mean "flush.ms"?');
    expect(await operator.probe.topicConfig(operator.topicName("exists"))).to.deep.equal({ "flush.messages": "7" });
  });
});

describe("A number of replicas in sync that no new topic could hold", () => {
  it("is refused before anything is written, although nobody says how many replicas there are", async function () {
    this.timeout(60_000);
    await using operator = await startOperatorUnderTest();
    await operator.createTopic("insync", { minInSyncReplicas: 1 });
    const topic = await eventually(() => operator.topic("insync"), ready("False", "ReplicationFactorInvalid"));
    expect(topic.status?.conditions?.[0]?.message).to.include(
      "lower than the replication factor 1, which the brokers give",
    );
    expect(await operator.probe.describeTopic(operator.topicName("insync"))).to.equal(null);
    await thenNothing(operator, ["insync"]);
  });
});
