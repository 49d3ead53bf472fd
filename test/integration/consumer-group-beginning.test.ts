import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { FINALIZER } from "../../src/api/group.ts";
import { ApiError } from "../environment/api-client.ts";
import { eventually } from "../environment/eventually.ts";
import { messageOf, thenNothingOfGroups } from "../environment/group-expectations.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";

describe("What a ConsumerGroup changes in Kafka", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({
      bus: { resyncInterval: "500ms", namespaces: [{ deletionPolicies: ["Retain", "DeleteGroup"] }] },
    });
  });
  after(() => operator.stop());

  const groupId = (name: string): string => `${operator.id}-${name}`;
  async function declare(name: string, spec: object = {}, records = 4): Promise<string> {
    await operator.createTopic(name, { partitions: 2 });
    await eventually(() => operator.topic(name), ready("True", "Created"));
    const topicName = operator.topicName(name);
    await operator.probe.produce(
      topicName,
      Array.from({ length: records }, (_, index) => ({ partition: index % 2, value: "a" })),
    );
    await operator.createGroup(name, { groupId: groupId(name), topics: [{ eventTopicRef: { name } }], ...spec });
    return topicName;
  }
  const isBegun = (name: string, partitions = 2) =>
    eventually(
      () => operator.group(name),
      (group) => {
        ready("True", "Observed")(group);
        expect(group.status?.topics?.[0]).to.include({ initialized: true, initializedPartitions: partitions });
        expect(group.status?.topics?.[0]).not.to.have.property("initializing");
      },
    );
  const offsets = async (name: string): Promise<number[]> =>
    (await operator.probe.committedOffsets(groupId(name))).map(({ offset }) => offset);
  const isGone = (name: string): Promise<boolean> =>
    eventually(
      async () => {
        try {
          await operator.group(name);
          return false;
        } catch (error) {
          if (error instanceof ApiError && error.status === 404) return true;
          throw error;
        }
      },
      (is) => expect(is).to.equal(true),
    );

  it("begins at the end, once: neither again when its commits are gone, nor after a restart", async () => {
    await declare("latest", { initialOffsets: "Latest" });
    await isBegun("latest");
    expect(await offsets("latest")).to.deep.equal([2, 2]);
    await operator.probe.deleteGroup(groupId("latest"));
    await operator.restart();
    await eventually(
      () => operator.group("latest"),
      ({ status }) => expect(status?.state).to.equal("Absent"),
    );
    await thenNothingOfGroups(operator, ["latest"]);
    expect(await offsets("latest")).to.deep.equal([]);
  });

  it("begins at the first record, and partitions that appear later there as well", async () => {
    const topicName = await declare("earliest", { initialOffsets: "Earliest" });
    await isBegun("earliest");
    expect(await offsets("earliest")).to.deep.equal([0, 0]);
    await operator.probe.commitOffsets(groupId("earliest"), [{ topic: topicName, partition: 0, offset: 1 }]);
    await operator.patchTopic("earliest", { spec: { partitions: 3 } });
    await isBegun("earliest", 3);
    expect(await offsets("earliest")).to.deep.equal([1, 0, 0]);
  });

  it("begins at a time, and at the end where no record is that young", async () => {
    await declare("timed", { initialOffsets: "2020-01-01T00:00:00Z" });
    await isBegun("timed");
    expect(await offsets("timed")).to.deep.equal([0, 0]);
    await declare("future", { initialOffsets: "2120-01-01T00:00:00Z" });
    await isBegun("future");
    expect(await offsets("future")).to.deep.equal([2, 2]);
  });

  it("leaves a group alone that has begun, and one that has members", async () => {
    const topicName = operator.topicName("begun");
    await operator.createTopic("begun", { partitions: 2 });
    await eventually(() => operator.topic("begun"), ready("True", "Created"));
    await operator.probe.produce(topicName, [{ partition: 0, value: "a" }]);
    await operator.probe.commitOffsets(groupId("begun"), [{ topic: topicName, partition: 0, offset: 1 }]);
    const spec = { initialOffsets: "Earliest", topics: [{ eventTopicRef: { name: "begun" } }] } as const;
    await operator.createGroup("begun", { groupId: groupId("begun"), ...spec });
    await isBegun("begun");
    expect(await offsets("begun")).to.deep.equal([1]);
    const consumer = await operator.probe.startConsumer({
      groupId: groupId("reading"),
      protocol: "classic",
      topics: [topicName],
      commit: false,
    });
    await operator.createGroup("reading", { groupId: groupId("reading"), ...spec });
    await eventually(() => operator.group("reading"), ready("True", "Observed"));
    await thenNothingOfGroups(operator, ["reading"]);
    expect(await offsets("reading")).to.deep.equal([]);
    await consumer.stop();
    await isBegun("reading");
    expect(await offsets("reading")).to.deep.equal([0, 0]);
  });

  it("sets the group's configuration, corrects it, and returns it", async () => {
    await declare("configured", { groupConfig: { "consumer.session.timeout.ms": 46_000 } });
    const own = async (): Promise<Record<string, string | null>> => {
      const entries = await operator.probe.describeConfigs({ type: "group", name: groupId("configured") });
      const set = entries.filter(({ source }) => source === "DYNAMIC_GROUP_CONFIG");
      return Object.fromEntries(set.map(({ name, value }) => [name, value]));
    };
    await eventually(
      () => operator.group("configured"),
      (configured) => {
        ready("True", "Observed")(configured);
        expect(configured.status?.managedKeys).to.deep.equal(["consumer.session.timeout.ms"]);
      },
    );
    expect(await own()).to.deep.equal({ "consumer.session.timeout.ms": "46000" });
    await operator.probe.alterConfigs(
      { type: "group", name: groupId("configured") },
      { set: { "consumer.session.timeout.ms": "47000" } },
    );
    await eventually(own, (configs) => expect(configs).to.deep.equal({ "consumer.session.timeout.ms": "46000" }));
    await operator.patchGroup("configured", {
      spec: { groupConfig: { "consumer.session.timeout.ms": null, "consumer.sesion": 1 } },
    });
    const refused = await eventually(() => operator.group("configured"), ready("False", "GroupConfigUnsupported"));
    expect(messageOf(refused)).to.include('"consumer.sesion"');
    await eventually(own, (configs) => expect(configs).to.deep.equal({}));
  });

  it("writes nothing while it is suspended", async () => {
    await declare("suspended", { initialOffsets: "Earliest", suspend: true });
    await eventually(() => operator.group("suspended"), ready("True", "Suspended"));
    expect(await offsets("suspended")).to.deep.equal([]);
    await operator.patchGroup("suspended", { spec: { suspend: false } });
    await isBegun("suspended");
  });

  it("deletes its group when asked, but only without members, who are named", async () => {
    const topicName = await declare("deleted", { deletionPolicy: "DeleteGroup", initialOffsets: "Earliest" });
    const group = await isBegun("deleted");
    expect(group.metadata.finalizers).to.deep.equal([FINALIZER]);
    const consumer = await operator.probe.startConsumer({
      groupId: groupId("deleted"),
      protocol: "classic",
      topics: [topicName],
      properties: { "client.id": "the-reader" },
    });
    await operator.deleteGroup("deleted");
    const blocked = await eventually(() => operator.group("deleted"), ready("False", "DeletionBlocked"));
    expect(messageOf(blocked)).to.include('"the-reader"');
    expect(await operator.probe.listGroups()).to.satisfy((groups: readonly { groupId: string }[]) =>
      groups.some((listed) => listed.groupId === groupId("deleted")),
    );
    await consumer.stop();
    await isGone("deleted");
    const left = (await operator.probe.listGroups()).map((listed) => listed.groupId);
    expect(left).not.to.include(groupId("deleted"));
  });

  it("keeps its group when it goes without being asked to delete it", async () => {
    await declare("kept", { initialOffsets: "Earliest" });
    await isBegun("kept");
    await operator.deleteGroup("kept");
    await isGone("kept");
    expect(await offsets("kept")).to.deep.equal([0, 0]);
  });
});
