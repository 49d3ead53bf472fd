// The newest Kafka, while everything else runs on the one before it: the contract of the port, and an operator that makes,
// changes, grows, corrects and deletes on it, with a group of the consumer protocol.

import { expect } from "chai";
import { describe, it } from "mocha";

import { itKeepsTheKafkaAdminContract } from "../contract/kafka-admin.ts";
import { KAFKA_4_4 } from "../contract/kafka-release.ts";
import { itServesTopicsOn } from "../contract/operator-on-release.ts";
import { startRealKafka } from "../contract/real-kafka.ts";
import { eventually } from "../environment/eventually.ts";
import { ready } from "../environment/topic-expectations.ts";

describe("Kafka 4.4 as KafkaAdmin", function () {
  this.timeout(60_000);
  itKeepsTheKafkaAdminContract(() => startRealKafka({ release: "kafka-4.4" }), KAFKA_4_4);
});

describe("An operator on Kafka 4.4", function () {
  this.timeout(120_000);
  const world = itServesTopicsOn("kafka-4.4", KAFKA_4_4);

  it("configures a group, and deletes it and a topic that were made to be deleted", async () => {
    const { operator, probe } = world;
    const name = operator.topicName("made");
    const groupId = `${operator.id}-reader`;
    const groupConfig = { "consumer.session.timeout.ms": "50000" };
    await operator.createGroup("reader", {
      groupId,
      topics: [{ topicName: name }],
      groupConfig,
      deletionPolicy: "DeleteGroup",
    });
    await eventually(() => operator.group("reader"), ready("True", "Observed"));
    expect(await world.configOf("group", groupId, "consumer.session.timeout.ms")).to.equal("50000");
    await probe.commitOffsets(groupId, [{ topic: name, partition: 0, offset: 0 }]);
    await eventually(
      () => operator.group("reader"),
      ({ status }) => expect(status?.state).to.equal("Empty"),
    );
    await operator.deleteGroup("reader");
    await world.makesAndDeletes("doomed");
    await eventually(
      async () => (await probe.listGroups()).map((group) => group.groupId),
      (ids) => expect(ids).to.not.include(groupId),
    );
  });
});
