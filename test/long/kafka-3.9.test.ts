// The oldest Kafka that is supported: the contract of the port, and an operator that makes, changes, grows, corrects and
// deletes on it. It knows neither the consumer protocol (KIP-848) nor configurations of groups.

import { expect } from "chai";
import { describe, it } from "mocha";

import { itKeepsTheKafkaAdminContract } from "../contract/kafka-admin.ts";
import { KAFKA_3_9 } from "../contract/kafka-release.ts";
import { itServesTopicsOn } from "../contract/operator-on-release.ts";
import { startRealKafka } from "../contract/real-kafka.ts";
import { eventually } from "../environment/eventually.ts";
import { ready } from "../environment/topic-expectations.ts";

describe("Kafka 3.9 as KafkaAdmin", function () {
  this.timeout(60_000);
  itKeepsTheKafkaAdminContract(() => startRealKafka({ release: "kafka-3.9" }), KAFKA_3_9);
});

describe("An operator on Kafka 3.9", function () {
  this.timeout(120_000);
  const world = itServesTopicsOn("kafka-3.9", KAFKA_3_9);

  it("deletes what was made to be deleted", () => world.makesAndDeletes("doomed"));

  it("observes a classic group, and refuses what only newer brokers have", async () => {
    const { operator, probe } = world;
    const name = operator.topicName("made");
    await operator.createGroup("reader", {
      topics: [{ topicName: name }],
      groupConfig: { "consumer.session.timeout.ms": "50000" },
    });
    await eventually(() => operator.group("reader"), ready("False", "GroupConfigUnsupported"));
    await operator.patchGroup("reader", { spec: { groupConfig: null } });
    const group = await eventually(() => operator.group("reader"), ready("True", "Observed"));
    expect(group.status?.state).to.equal("Absent");
    await probe.commitOffsets("reader", [{ topic: name, partition: 0, offset: 0 }]);
    await eventually(
      () => operator.group("reader"),
      ({ status }) => expect(status?.state).to.equal("Empty"),
    );
  });
});
