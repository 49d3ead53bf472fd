import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { condition, messageOf, thenNothingOfGroups } from "../environment/group-expectations.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

describe("A ConsumerGroup", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({
      bus: { resyncInterval: "500ms" },
      environment: { EVENTBUS_METRICS_DETAIL: "partition" },
    });
  });
  after(() => operator.stop());

  const groupId = (name: string): string => `${operator.id}-${name}`;
  const declare = (name: string, spec: object = {}) => operator.createGroup(name, { groupId: groupId(name), ...spec });
  async function topic(name: string, partitions = 2): Promise<string> {
    await operator.createTopic(name, { partitions });
    await eventually(() => operator.topic(name), ready("True", "Created"));
    return operator.topicName(name);
  }

  it("is Ready before its group exists, and says that there is none", async () => {
    await declare("early");
    const group = await eventually(() => operator.group("early"), ready("True", "Observed"));
    expect(group.status).to.deep.include({ state: "Absent", members: 0, bus: group.status?.bus });
    expect(group.status?.bus?.name).to.equal(operator.id);
    condition("Active", "False/NoMembers")(group);
    expect(await operator.probe.listGroups()).not.to.deep.include({ groupId: groupId("early") });
    await thenNothingOfGroups(operator, ["early"]);
  });

  for (const protocol of ["classic", "consumer"] as const) {
    it(`shows a group of the ${protocol} protocol as it comes, reads, falls behind and goes`, async () => {
      const name = `watched-${protocol}`;
      const topicName = await topic(name);
      await declare(name, { topics: [{ eventTopicRef: { name } }], expectActive: true, slo: { maxRecordLag: 5 } });
      await eventually(() => operator.group(name), condition("Active", "False/MembersMissing"));
      const records = Array.from({ length: 20 }, (_, index) => ({ partition: index % 2, value: "a" }));
      await operator.probe.produce(topicName, records);
      const consumer = await operator.probe.startConsumer({ groupId: groupId(name), protocol, topics: [topicName] });
      const reading = await eventually(
        () => operator.group(name),
        (group) => {
          condition("Active", "True/HasMembers")(group);
          expect(group.status).to.include({ state: "Stable", type: protocol, members: 1, evaluation: "OK" });
          expect(group.status?.topics?.[0]).to.include({ topic: topicName, lag: 0, partitionsWithoutCommit: 0 });
          condition("WithinSLO", "True/Met")(group);
        },
      );
      condition("TopicsResolved", "True/Resolved")(reading);
      await consumer.stop();
      await operator.probe.produce(topicName, records);
      const left = await eventually(
        () => operator.group(name),
        (group) => {
          condition("Active", "False/MembersMissing")(group);
          condition("WithinSLO", "False/Exceeded")(group);
          expect(group.status?.topics?.[0]).to.include({ topic: topicName, lag: 20 });
        },
      );
      expect(left.status).to.include({ state: "Empty", members: 0 });
      ready("True", "Observed")(left);
    });
  }

  it("is told by metrics for each topic and, where that is asked for, for each partition", async () => {
    const topicName = await topic("measured", 3);
    await operator.probe.produce(topicName, [{ partition: 2, value: "a" }], { repeat: 4 });
    await operator.probe.commitOffsets(groupId("measured"), [
      { topic: topicName, partition: 0, offset: 0 },
      { topic: topicName, partition: 2, offset: 1 },
    ]);
    await declare("measured", { topics: [{ eventTopicRef: { name: "measured" } }] });
    const group = `bus="${operator.id}",namespace="${operator.id}",name="measured",group="${groupId("measured")}"`;
    const at = (partition: number, lag: number): string =>
      `eventbus_group_partition_lag_records{${group},topic="${topicName}",partition="${partition}"} ${lag}`;
    await eventually(
      () => operator.metrics(`eventbus_group_partition_lag_records{${group}`),
      (lines) => expect(lines).to.deep.equal([at(0, 0), at(2, 3)]),
    );
    const labels = `bus="${operator.id}",topic="${topicName}"`;
    for (const [name, value] of [
      ["partitions", 3],
      ["offline_partitions", 0],
      ["under_replicated_partitions", 0],
    ] as const) {
      await eventually(
        () => operator.metrics(`eventbus_topic_${name}{${labels}`),
        (lines) => expect(lines).to.deep.equal([`eventbus_topic_${name}{${labels}} ${value}`]),
      );
    }
    // Read at most once a minute for all topics, so it may be of before this one.
    await eventually(
      () => operator.metrics(`eventbus_topic_log_bytes{bus="${operator.id}"`),
      (lines) => expect(lines).not.to.deep.equal([]),
    );
  });

  it("is held by the older of two objects; the other observes, and takes over when the first goes", async () => {
    await declare("first", { groupId: groupId("shared") });
    const first = await eventually(() => operator.group("first"), ready("True", "Observed"));
    // Of two made in one second, the smaller UID would be first.
    const madeAt = Date.parse(first.metadata.creationTimestamp);
    await eventually(
      () => Date.now(),
      (now) => expect(now).to.be.greaterThan(madeAt + 1_000),
    );
    await declare("second", { groupId: groupId("shared") });
    const loser = await eventually(() => operator.group("second"), ready("False", "ClaimedByAnother"));
    expect(messageOf(loser)).to.include(`"${operator.id}/first"`);
    condition("Conflict", "True/ClaimedByAnother")(loser);
    expect(loser.status?.state).to.equal("Absent");
    await operator.restart();
    await thenNothingOfGroups(operator, ["second", "first"]);
    await operator.deleteGroup("first");
    await eventually(() => operator.group("second"), ready("True", "Observed"));
  });

  it("is named by the EventTopic that it reads, beside groups that nobody declares", async () => {
    const topicName = await topic("read");
    await declare("reader", { topics: [{ eventTopicRef: { name: "read" } }] });
    const stranger = groupId("stranger");
    for (const group of [groupId("reader"), stranger]) {
      await operator.probe.commitOffsets(group, [{ topic: topicName, partition: 0, offset: 0 }]);
    }
    await eventually(
      () => operator.topic("read"),
      ({ status }) => expect(status?.consumerGroups).to.deep.equal([groupId("reader"), stranger]),
    );
    await operator.probe.deleteGroup(stranger);
    await eventually(
      () => operator.topic("read"),
      ({ status }) => expect(status?.consumerGroups).to.deep.equal([groupId("reader")]),
    );
  });

  it("waits for its EventTopic, and is told as soon as there is one", async () => {
    await declare("waiting", { topics: [{ eventTopicRef: { name: "later" } }] });
    const waiting = await eventually(() => operator.group("waiting"), ready("False", "TopicNotFound"));
    expect(messageOf(waiting)).to.include(`"${operator.id}/later"`);
    condition("TopicsResolved", "False/TopicNotFound")(waiting);
    await topic("later");
    const found = await eventually(() => operator.group("waiting"), ready("True", "Observed"));
    condition("TopicsResolved", "True/Resolved")(found);
  });

  it("finds a topic that nobody declares by its name, and says when there is none", async () => {
    const topicName = `${operator.id}.undeclared`;
    await declare("by-name", { topics: [{ topicName }] });
    const missing = await eventually(() => operator.group("by-name"), ready("False", "TopicNotFound"));
    expect(messageOf(missing)).to.include(`"${topicName}"`);
    await operator.probe.createTopic({ name: topicName });
    await eventually(() => operator.group("by-name"), ready("True", "Observed"));
  });

  it("refuses what its protocol forbids, and takes the correction", async () => {
    const client = { extra: { "session.timeout.ms": 10_000 } };
    await declare("strict", { groupProtocol: "consumer", client });
    const refused = await eventually(() => operator.group("strict"), ready("False", "InvalidClientConfig"));
    expect(messageOf(refused)).to.include('"session.timeout.ms"');
    await operator.patchGroup("strict", { spec: { groupProtocol: "classic" } });
    await eventually(() => operator.group("strict"), ready("True", "Observed"));
  });

  it("of a namespace that may not claim the id reads nothing", async () => {
    await operator.patchBus({
      spec: { namespaces: [{ groupIds: [{ pattern: operator.id, patternType: "prefixed" }] }] },
    });
    await operator.createGroup("foreign", { groupId: "somebody-elses" });
    const refused = await eventually(() => operator.group("foreign"), ready("False", "PolicyViolation"));
    expect(messageOf(refused)).to.include('"somebody-elses"');
    expect(refused.status?.state).to.equal(undefined);
    await operator.patchBus({ spec: { namespaces: null } });
    await eventually(() => operator.group("foreign"), ready("True", "Observed"));
  });

  it("says that it is suspended, and goes on looking", async () => {
    await declare("suspended", { suspend: true });
    const group = await eventually(() => operator.group("suspended"), ready("True", "Suspended"));
    expect(group.status?.state).to.equal("Absent");
  });
});
