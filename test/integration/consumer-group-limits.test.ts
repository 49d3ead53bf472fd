import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { FINALIZER } from "../../src/api/group.ts";
import { ApiError } from "../environment/api-client.ts";
import { eventually } from "../environment/eventually.ts";
import { condition, messageOf, thenNothingOfGroups } from "../environment/group-expectations.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

const HOUR_MS = 3_600_000;
const GRANTED = [{ deletionPolicies: ["Retain", "DeleteGroup"] }] as const;

describe("What stands in a ConsumerGroup's way", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({
      bus: { resyncInterval: "500ms", namespaces: [{ deletionPolicies: ["Retain", "DeleteGroup"] }] },
      environment: { EVENTBUS_DELETION_TIMEOUT: "1s" },
    });
    await operator.createTopic("read", { partitions: 2 });
    await eventually(() => operator.topic("read"), ready("True", "Created"));
  });
  after(() => operator.stop());

  const groupId = (name: string): string => `${operator.id}-${name}`;
  const declare = (name: string, spec: object = {}) =>
    operator.createGroup(name, {
      groupId: groupId(name),
      topics: [{ eventTopicRef: { name: "read" } }],
      initialOffsets: "Earliest",
      ...spec,
    });
  const offsets = async (name: string): Promise<number[]> =>
    (await operator.probe.committedOffsets(groupId(name))).map(({ offset }) => offset);
  const isBegun = (name: string) =>
    eventually(
      () => operator.group(name),
      (group) => {
        ready("True", "Observed")(group);
        expect(group.status?.topics?.[0]).to.include({ initialized: true });
      },
    );
  const isGone = (name: string) =>
    eventually(
      () => operator.group(name).catch((error: unknown) => (error as ApiError).status),
      (found) => expect(found).to.equal(404),
    );

  it("is a bus that is read-only: what would be changed is said, and nothing is written", async () => {
    await operator.patchBus({ spec: { access: "ReadOnly" } });
    await declare("readonly", { groupConfig: { "consumer.session.timeout.ms": 46_000 } });
    const refused = await eventually(() => operator.group("readonly"), ready("False", "ReadOnly"));
    expect(messageOf(refused)).to.include("spec.access");
    expect(refused.status).to.include({ state: "Absent" });
    await thenNothingOfGroups(operator, ["readonly"]);
    expect(await offsets("readonly")).to.deep.equal([]);
    await operator.patchBus({ spec: { access: "ReadWrite" } });
    await isBegun("readonly");
    expect(await offsets("readonly")).to.deep.equal([0, 0]);
  });

  it("is a suspended bus, until it goes on", async () => {
    await operator.patchBus({ spec: { suspend: true } });
    await declare("paused");
    await eventually(() => operator.group("paused"), ready("True", "Suspended"));
    expect(await offsets("paused")).to.deep.equal([]);
    await operator.patchBus({ spec: { suspend: false } });
    await isBegun("paused");
  });

  it("is a record of another cluster: nothing is read or written there until the platform says that it is meant", async () => {
    await declare("moved");
    const group = await isBegun("moved");
    const path = `/apis/eventbus.dev/v1alpha1/namespaces/${operator.id}/consumergroups/moved/status`;
    const { name, clusterId } = group.status?.bus ?? {};
    const status = { bus: { name, clusterId: "another-cluster" }, state: "Stable", topics: null };
    await operator.probe.deleteGroup(groupId("moved"));
    await operator.controlPlane.request("PATCH", path, { status });
    const refused = await eventually(() => operator.group("moved"), ready("False", "ClusterIdMismatch"));
    expect(messageOf(refused)).to.include('"another-cluster"').and.include("expectedClusterId");
    expect(refused.status).to.include({ state: "Unknown", evaluation: "Unknown" });
    expect(refused.status?.members).to.equal(undefined);
    await thenNothingOfGroups(operator, ["moved"]);
    expect(await offsets("moved")).to.deep.equal([]);
    await operator.patchBus({ spec: { expectedClusterId: clusterId } });
    await isBegun("moved");
    expect(await offsets("moved")).to.deep.equal([0, 0]);
    await operator.patchBus({ spec: { expectedClusterId: null } });
  });

  for (const [why, act, undo, says] of [
    [
      "the object is suspended",
      (name: string) => operator.patchGroup(name, { spec: { suspend: true } }),
      undefined,
      "suspended",
    ],
    [
      "the bus does not grant it any longer",
      () => operator.patchBus({ spec: { namespaces: [{}] } }),
      { namespaces: GRANTED },
      "not granted",
    ],
    ["the bus is read-only", () => operator.patchBus({ spec: { access: "ReadOnly" } }), { access: null }, "read-only"],
    [
      "the bus stays suspended for too long",
      () => operator.patchBus({ spec: { suspend: true } }),
      { suspend: null },
      "the time to wait",
    ],
  ] as const) {
    it(`leaves its group behind when ${why}`, async () => {
      const name = says.replaceAll(" ", "-");
      await declare(name, { deletionPolicy: "DeleteGroup" });
      const group = await isBegun(name);
      expect(group.metadata.finalizers).to.deep.equal([FINALIZER]);
      await act(name);
      await operator.deleteGroup(name);
      await isGone(name);
      expect(await offsets(name), "the group is untouched").to.deep.equal([0, 0]);
      if (undo !== undefined) await operator.patchBus({ spec: undo });
      const bus = await eventually(
        () => operator.bus(),
        ({ status }) => expect(status?.leftBehind?.map((entry) => entry.name)).to.include(name),
      );
      const told = bus.status?.leftBehind?.find((entry) => entry.name === name);
      expect(told).to.include({ kind: "ConsumerGroup", namespace: operator.id, kafkaName: groupId(name) });
      expect(told?.reason).to.include(says);
    });
  }

  it("is retention: what it is about to take is told, and what it took", async () => {
    await operator.createTopic("short", { partitions: 1, retention: { time: "4h" } });
    await eventually(() => operator.topic("short"), ready("True", "Created"));
    const topic = operator.topicName("short");
    await operator.probe.produce(topic, [
      { value: "old", timestamp: Date.now() - 3.5 * HOUR_MS },
      { value: "new", timestamp: Date.now() },
    ]);
    await operator.probe.commitOffsets(groupId("late"), [{ topic, partition: 0, offset: 0 }]);
    await operator.createGroup("late", {
      groupId: groupId("late"),
      topics: [{ eventTopicRef: { name: "short" } }],
      slo: { minRetentionHeadroom: "1h", maxTimeLag: "1h" },
    });
    const near = await eventually(() => operator.group("late"), condition("DataAtRisk", "True/RetentionNear"));
    expect(messageOf(near, "DataAtRisk")).to.include(`"${topic}"`);
    expect(near.status?.headroom).to.include({ partitionsAtRisk: 1, lostRecords: 0 });
    expect(near.status?.headroom?.seconds).to.be.within(0, 3_600);
    expect(near.status?.topics?.[0]).to.include({ lag: 2 });
    condition("WithinSLO", "False/Exceeded")(near);
    ready("True", "Observed")(near);
    // What the broker's own deletion of segments does, without waiting for it.
    await operator.probe.deleteRecords(topic, 0, 1);
    const lost = await eventually(() => operator.group("late"), condition("DataAtRisk", "True/RecordsLost"));
    expect(lost.status?.headroom).to.include({ lostRecords: 1 });
    expect(lost.status?.topics?.[0]).to.include({ lag: 1 });
    await operator.probe.commitOffsets(groupId("late"), [{ topic, partition: 0, offset: 2 }]);
    const caughtUp = await eventually(() => operator.group("late"), condition("DataAtRisk", "absent"));
    expect(caughtUp.status?.topics?.[0]).to.include({ lag: 0 });
    condition("WithinSLO", "True/Met")(caughtUp);
  });

  it("is another kind of group: a share group is told from the first look on, and neither changed nor deleted", async () => {
    const consumer = await operator.probe.startShareConsumer(groupId("shared"), operator.topicName("read"));
    const listed = async (): Promise<readonly object[]> =>
      (await operator.probe.listGroups()).filter((group) => group.groupId === groupId("shared"));
    await eventually(listed, (groups) => expect(groups).to.have.length(1));
    await declare("shared", {
      deletionPolicy: "DeleteGroup",
      groupConfig: { "share.record.lock.duration.ms": 20_000 },
    });
    const refused = await eventually(
      () => operator.group("shared"),
      ({ status }) => expect(status?.conditions).not.to.equal(undefined),
    );
    ready("False", "UnsupportedGroupType")(refused);
    expect(messageOf(refused)).to.include('"share"');
    expect(refused.status).to.include({ type: "share" });
    await thenNothingOfGroups(operator, ["shared"]);
    await operator.deleteGroup("shared");
    await isGone("shared");
    expect(await listed(), "it is left to those who use it").to.have.length(1);
    await consumer.stop();
  });

  for (const protocol of ["classic", "consumer"] as const) {
    it(`is whoever still reads, by the ${protocol} protocol: a group with members is not deleted`, async () => {
      const name = `busy-${protocol}`;
      await declare(name, { deletionPolicy: "DeleteGroup" });
      await isBegun(name);
      const consumer = await operator.probe.startConsumer({
        groupId: groupId(name),
        protocol,
        topics: [operator.topicName("read")],
        properties: { "client.id": "the-reader" },
      });
      await operator.deleteGroup(name);
      const blocked = await eventually(() => operator.group(name), ready("False", "DeletionBlocked"));
      expect(messageOf(blocked)).to.include('"the-reader"').and.include('spec.deletionPolicy to "Retain"');
      expect((await operator.probe.describeGroup(groupId(name))).members).to.have.length(1);
      await operator.patchGroup(name, { spec: { deletionPolicy: "Retain" } });
      await isGone(name);
      expect((await operator.probe.describeGroup(groupId(name))).members).to.have.length(1);
      await consumer.stop();
    });
  }
});
