import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { FINALIZER } from "../../src/api/group.ts";
import { ApiError } from "../environment/api-client.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("Deletion with deletionPolicy Delete", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({
      bus: { namespaces: [{ deletionPolicies: ["Retain", "Delete"] }] },
      environment: { EVENTBUS_DELETION_TIMEOUT: "2s" },
    });
  });
  after(() => operator.stop());

  async function owned(name: string, spec: object = {}): Promise<string> {
    await operator.createTopic(name, { deletionPolicy: "Delete", ...spec });
    const topic = await eventually(() => operator.topic(name), ready("True", "Created"));
    return topic.status?.topicId ?? "";
  }

  const gone = async (name: string): Promise<boolean> => {
    try {
      await operator.topic(name);
      return false;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return true;
      throw error;
    }
  };
  const isGone = (name: string): Promise<boolean> =>
    eventually(
      () => gone(name),
      (is) => expect(is).to.equal(true),
    );
  const inKafka = (name: string) => operator.probe.describeTopic(operator.topicName(name));

  it("puts finalizer and record on before the topic is made, by one more write each", async () => {
    const before = await operator.writes();
    await owned("finalized");
    expect((await operator.topic("finalized")).metadata.finalizers).to.deep.equal([FINALIZER]);
    const writes = await operator.writes();
    expect(writes.kubernetes - before.kubernetes).to.equal(3);
    await thenNothing(operator, ["finalized"]);
  });

  it("deletes an empty, unused topic, and lets the object go when it is gone from Kafka", async () => {
    await owned("emptied");
    await operator.deleteTopic("emptied");
    await isGone("emptied");
    expect(await inKafka("emptied")).to.equal(null);
  });

  it("keeps a topic that holds records until its very id is confirmed", async () => {
    const id = await owned("full");
    await operator.probe.produce(operator.topicName("full"), [{ value: "a" }, { value: "b" }]);
    await operator.deleteTopic("full");
    const blocked = await eventually(() => operator.topic("full"), ready("False", "DeletionBlocked"));
    expect(blocked.status?.conditions?.[0]?.message).to.include("2 records").and.include(`confirm-deletion: ${id}`);
    await operator.patchTopic("full", { metadata: { annotations: { "eventbus.dev/confirm-deletion": "another-id" } } });
    await thenNothing(operator, ["full"]);
    expect((await inKafka("full"))?.id).to.equal(id);
    await operator.patchTopic("full", { metadata: { annotations: { "eventbus.dev/confirm-deletion": id } } });
    await isGone("full");
    expect(await inKafka("full")).to.equal(null);
  });

  it("keeps a topic that a group has commits on", async () => {
    await owned("used");
    const name = operator.topicName("used");
    await operator.probe.commitOffsets(`${operator.id}-readers`, [{ topic: name, partition: 0, offset: 0 }]);
    await operator.deleteTopic("used");
    const blocked = await eventually(() => operator.topic("used"), ready("False", "DeletionBlocked"));
    expect(blocked.status?.conditions?.[0]?.message).to.include(`"${operator.id}-readers"`);
    await operator.patchTopic("used", { spec: { deletionPolicy: "Retain" } });
    await isGone("used");
    expect(await inKafka("used")).not.to.equal(null);
  });

  it("does not protect what is declared unprotected", async () => {
    await owned("unprotected", { deletionProtection: false });
    await operator.probe.produce(operator.topicName("unprotected"), [{ value: "a" }]);
    await operator.deleteTopic("unprotected");
    await isGone("unprotected");
    expect(await inKafka("unprotected")).to.equal(null);
  });

  it("never deletes a topic of another id", async () => {
    await owned("remade", { drift: "Report" });
    await operator.probe.deleteTopic(operator.topicName("remade"));
    await eventually(
      () => inKafka("remade"),
      (live) => expect(live).to.equal(null),
    );
    const { id } = await operator.probe.createTopic({ name: operator.topicName("remade") });
    await operator.deleteTopic("remade");
    await isGone("remade");
    expect((await inKafka("remade"))?.id).to.equal(id);
    await leftBehind("remade", "another id");
  });

  it("leaves the topic behind when another object claims it: so a topic moves", async () => {
    const id = await owned("moving", { domain: "moved" });
    await operator.createTopic("arriving", { domain: "moved", deletionPolicy: "Delete" });
    await eventually(() => operator.topic("arriving"), ready("False", "ClaimedByAnother"));
    await operator.deleteTopic("moving");
    await isGone("moving");
    const heir = await eventually(() => operator.topic("arriving"), ready("True", "UpToDate"));
    expect(heir.status).to.include({ topicId: id, adopted: true });
    await leftBehind("moving", `"${operator.id}/arriving" claims it`);
  });

  for (const [why, spec, says] of [
    ["the object is suspended", { suspend: true }, "suspended"],
    ["the bus does not grant it any longer", undefined, "not granted"],
  ] as const) {
    it(`leaves the topic behind when ${why}`, async () => {
      const name = spec === undefined ? "ungranted" : "suspended";
      await owned(name);
      if (spec === undefined) await operator.patchBus({ spec: { namespaces: [{}] } });
      else await operator.patchTopic(name, { spec });
      await operator.deleteTopic(name);
      await isGone(name);
      expect(await inKafka(name)).not.to.equal(null);
      await leftBehind(name, says);
      await operator.patchBus({ spec: { namespaces: [{ deletionPolicies: ["Retain", "Delete"] }] } });
    });
  }

  it("waits for a suspended bus, and after the time-out leaves the topic behind", async () => {
    await owned("patient");
    await operator.patchBus({ spec: { suspend: true } });
    await operator.deleteTopic("patient");
    await eventually(() => operator.topic("patient"), ready("Unknown", "BusNotReady"));
    expect((await operator.topic("patient")).metadata.finalizers).to.deep.equal([FINALIZER]);
    await isGone("patient");
    expect(await inKafka("patient")).not.to.equal(null);
    await operator.patchBus({ spec: { suspend: false } });
    await leftBehind("patient", "time to wait");
  });

  it("is refused to a namespace that it is not granted to, and the finalizer stays off", async () => {
    await operator.patchBus({ spec: { namespaces: [{}] } });
    await operator.createTopic("denied", { deletionPolicy: "Delete" });
    const topic = await eventually(() => operator.topic("denied"), ready("False", "PolicyViolation"));
    expect(topic.status?.conditions?.[0]?.message).to.include("deletionPolicy");
    expect(topic.metadata.finalizers).to.equal(undefined);
    expect(await inKafka("denied")).to.equal(null);
    await operator.patchBus({ spec: { namespaces: [{ deletionPolicies: ["Retain", "Delete"] }] } });
    await eventually(() => operator.topic("denied"), ready("True", "Created"));
  });

  it("taken back to Retain takes the finalizer off, and said later puts it on", async () => {
    await owned("switched");
    await operator.patchTopic("switched", { spec: { deletionPolicy: "Retain" } });
    await eventually(
      () => operator.topic("switched"),
      ({ metadata }) => expect(metadata.finalizers).to.equal(undefined),
    );
    await operator.patchTopic("switched", { spec: { deletionPolicy: "Delete" } });
    await eventually(
      () => operator.topic("switched"),
      ({ metadata }) => expect(metadata.finalizers).to.deep.equal([FINALIZER]),
    );
    await eventually(() => operator.topic("switched"), ready("True", "UpToDate"));
    await thenNothing(operator, ["switched"]);
  });

  async function leftBehind(name: string, why: string): Promise<void> {
    const bus = await eventually(
      () => operator.bus(),
      ({ status }) => expect(status?.leftBehind?.map((entry) => entry.name)).to.include(name),
    );
    const entry = bus.status?.leftBehind?.find((candidate) => candidate.name === name);
    expect(entry).to.include({ kind: "EventTopic", namespace: operator.id });
    expect(entry?.reason).to.include(why);
  }
});
