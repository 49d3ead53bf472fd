// A group that stops reading, and Kafka's own retention, which passes it: a broker that looks for what it may delete twice a
// second, and records with times in the past, so that a minute of retention ends within seconds.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { condition, messageOf } from "../environment/group-expectations.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startKafka, type KafkaCluster } from "../environment/kafka.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

const SECOND_MS = 1_000;
const RETENTION_SECONDS = 60;
const OBJECTIVE_SECONDS = 6;

describe("Retention that passes a group", function () {
  this.timeout(60_000);
  let kafka: KafkaCluster;
  let probe: KafkaProbe;
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(180_000);
    kafka = await startKafka({
      heapMb: 160,
      properties: { "log.retention.check.interval.ms": "500", "log.initial.task.delay.ms": "500" },
    });
    const { bootstrapServers } = kafka;
    probe = await startKafkaProbe(bootstrapServers);
    operator = await startOperatorUnderTest({ kafka: { bootstrapServers, probe }, bus: { resyncInterval: "300ms" } });
  });
  after(async () => {
    await operator.stop();
    await probe.stop();
    await kafka.stop();
  });

  const headroomSeconds = async (): Promise<number | undefined> => {
    const [line] = await operator.metrics("eventbus_group_retention_headroom_seconds{");
    return line === undefined ? undefined : Number(line.split(" ").at(-1));
  };
  const firstOffset = async (topic: string): Promise<number | undefined> =>
    (await probe.listOffsets(topic, "earliest"))[0]?.offset;

  it("is told while the records are there, again when they are gone, each by one event, and is over when the group has caught up", async () => {
    const config = { "segment.ms": SECOND_MS };
    await operator.createTopic("short", { partitions: 1, retention: { time: `${RETENTION_SECONDS}s` }, config });
    await eventually(() => operator.topic("short"), ready("True", "Created"));
    const topic = operator.topicName("short");
    const groupId = `${operator.id}-late`;
    // Each in a segment of its own: a segment ends with the first record that is so much younger.
    const produce = (value: string, ageSeconds: number): Promise<void> =>
      probe.produce(topic, [{ partition: 0, value, timestamp: Date.now() - ageSeconds * SECOND_MS }]);
    await operator.createGroup("late", {
      groupId,
      topics: [{ eventTopicRef: { name: "short" } }],
      slo: { minRetentionHeadroom: `${OBJECTIVE_SECONDS}s` },
    });
    await produce("read", 56);
    const reader = await probe.startConsumer({ groupId, protocol: "consumer", topics: [topic] });
    await eventually(
      () => operator.group("late"),
      ({ status }) => expect(status?.topics?.[0]).to.include({ lag: 0, partitionsWithoutCommit: 0 }),
    );
    await reader.stop();
    await produce("unread", 50);
    await produce("young", 0);

    // Nothing is said yet, but the metrics tell how it comes.
    const early = await eventually(headroomSeconds, (seconds) => expect(seconds).to.be.above(0));
    expect(early).to.be.at.least(OBJECTIVE_SECONDS);
    condition("DataAtRisk", "absent")(await operator.group("late"));

    const near = await eventually(() => operator.group("late"), condition("DataAtRisk", "True/RetentionNear"));
    expect(await firstOffset(topic), "the unread record is still there").to.be.at.most(1);
    expect(messageOf(near, "DataAtRisk")).to.include(`"${topic}"`);
    expect(near.status?.headroom).to.include({ partitionsAtRisk: 1, lostRecords: 0 });
    expect(near.status?.headroom?.seconds).to.be.within(0, OBJECTIVE_SECONDS);
    condition("WithinSLO", "False/Exceeded")(near);

    const lost = await eventually(() => operator.group("late"), condition("DataAtRisk", "True/RecordsLost"));
    expect(await firstOffset(topic), "Kafka itself has deleted it").to.equal(2);
    expect(lost.status?.headroom).to.include({ partitionsAtRisk: 1, lostRecords: 1 });
    expect(lost.status?.topics?.[0], "what is lost is not unread any longer").to.include({ lag: 1 });
    expect(lost.status?.headroom?.seconds, "of the young record").to.be.above(OBJECTIVE_SECONDS);
    ready("True", "Observed")(lost);

    const again = await probe.startConsumer({ groupId, protocol: "consumer", topics: [topic] });
    const caughtUp = await eventually(() => operator.group("late"), condition("DataAtRisk", "absent"));
    expect(caughtUp.status?.headroom).to.include({ partitionsAtRisk: 0, lostRecords: 0 });
    condition("WithinSLO", "True/Met")(caughtUp);
    await again.stop();
    const warnings = (await operator.events("late")).filter(({ type }) => type === "Warning");
    expect(warnings.map(({ reason }) => reason).toSorted()).to.deep.equal(["RecordsLost", "RetentionNear"]);
  });
});
