import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("A topic in Kafka", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({ bus: { namespaces: [{ adoption: "Adopt" }] } });
  });
  after(() => operator.stop());

  it("is held by one of two objects that claim it, and goes to the other when the first is deleted", async () => {
    await operator.createTopic("first", { domain: "claimed" });
    await eventually(() => operator.topic("first"), ready("True", "Created"));
    await operator.createTopic("second", { domain: "claimed", partitions: 5 });
    const loser = await eventually(() => operator.topic("second"), ready("False", "ClaimedByAnother"));
    expect(loser.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Stalled", "Conflict"]);
    expect(loser.status?.conditions?.[0]?.message).to.include(`"${operator.id}/first"`);
    expect(loser.metadata.finalizers).to.equal(undefined);
    await thenNothing(operator, ["first", "second"]);
    const id = (await operator.probe.describeTopic(operator.topicName("claimed")))?.id;
    await operator.deleteTopic("first");
    await eventually(() => operator.topic("second"), ready("False", "AlreadyExists"));
    await operator.patchTopic("second", { spec: { adoption: "Adopt" } });
    const heir = await eventually(() => operator.topic("second"), ready("True", "UpToDate"));
    expect(heir.status).to.include({ topicId: id, adopted: true, partitions: 5 });
  });

  it("stays with its holder over restarts, whoever is looked at first", async () => {
    await operator.createTopic("older", { domain: "stable" });
    await eventually(() => operator.topic("older"), ready("True", "Created"));
    await operator.createTopic("newer", { domain: "stable" });
    await eventually(() => operator.topic("newer"), ready("False", "ClaimedByAnother"));
    await operator.restart();
    await thenNothing(operator, ["newer", "older"]);
    ready("True", "Created")(await operator.topic("older"));
    ready("False", "ClaimedByAnother")(await operator.topic("newer"));
  });

  it("is not touched by the deletion of the object that lost", async () => {
    const id = (await operator.probe.describeTopic(operator.topicName("stable")))?.id;
    await operator.deleteTopic("newer");
    await thenNothing(operator, ["older"]);
    expect((await operator.probe.describeTopic(operator.topicName("stable")))?.id).to.equal(id);
  });

  it("belongs to the object that is bound to what Kafka holds, also where an older one was bound to what is gone", async () => {
    const name = operator.topicName("restored");
    const names = ["one", "other"];
    for (const each of names) await operator.createTopic(each, { domain: "restored", suspend: true });
    // Of one second, the smaller UID is first.
    const reasonsOf = async (): Promise<(string | undefined)[]> => {
      const topics = await Promise.all(names.map((each) => operator.topic(each)));
      return topics.map(({ status }) => status?.conditions?.[0]?.reason);
    };
    const reasons = await eventually(reasonsOf, (found) =>
      expect(found).to.have.members(["Suspended", "ClaimedByAnother"]),
    );
    const wasBound = names[reasons.indexOf("Suspended")] ?? "";
    const isBound = names.find((each) => each !== wasBound) ?? "";
    const { id } = await operator.probe.createTopic({ name, partitions: 1 });
    const { clusterId } = (await operator.bus()).status ?? {};
    const bus = { name: operator.id, clusterId };
    await operator.patchTopicStatus(isBound, { bus, topicName: name, topicId: id });
    await operator.patchTopicStatus(wasBound, { bus, topicName: name, topicId: "AAAAAAAAAAAAAAAAAAAAAA" });
    await operator.restart();
    await operator.patchTopic(wasBound, { spec: { suspend: null } });
    await eventually(() => operator.topic(wasBound), ready("False", "ClaimedByAnother"));
    await operator.patchTopic(isBound, { spec: { suspend: null } });
    await eventually(() => operator.topic(isBound), ready("True", "UpToDate"));
    expect((await operator.topic(isBound)).status?.topicId).to.equal(id);
    expect((await operator.topic(wasBound)).status?.topicId).not.to.equal(id);
    await thenNothing(operator, [wasBound, isBound]);
  });

  it("that is there already and as declared is adopted without a write", async () => {
    const name = operator.topicName("adopted");
    const { id } = await operator.probe.createTopic({
      name,
      partitions: 2,
      configs: { "flush.ms": "5", "segment.ms": "60000" },
    });
    const before = await operator.writes();
    await operator.createTopic("adopted", { partitions: 2, config: { "flush.ms": 5 } });
    const topic = await eventually(() => operator.topic("adopted"), ready("True", "UpToDate"));
    expect((await operator.writes()).kafka).to.equal(before.kafka);
    expect(topic.status).to.deep.include({
      topicId: id,
      adopted: true,
      managedKeys: ["flush.ms"],
      undeclared: ["segment.ms"],
    });
  });

  it("that is there already and differs is left alone, with the difference shown", async () => {
    const name = operator.topicName("foreign");
    await operator.probe.createTopic({ name, partitions: 2, configs: { "flush.ms": "5" } });
    await operator.createTopic("foreign", { partitions: 3, config: { "flush.ms": 6 } });
    const topic = await eventually(() => operator.topic("foreign"), ready("False", "AlreadyExists"));
    expect(topic.status?.conditions?.[0]?.message)
      .to.include("partitions 2, declared 3")
      .and.include('flush.ms "5", declared "6"');
    expect(topic.status?.topicId).to.equal(undefined);
    expect((await operator.probe.describeTopic(name))?.partitions).to.have.length(2);
    await thenNothing(operator, ["foreign"]);
    await operator.patchTopic("foreign", { spec: { adoption: "Adopt" } });
    await eventually(() => operator.topic("foreign"), ready("True", "UpToDate"));
    expect((await operator.probe.describeTopic(name))?.partitions).to.have.length(3);
    expect(await operator.probe.topicConfig(name)).to.deep.equal({ "flush.ms": "6" });
  });

  it("that must be new is recorded on its object before it is made, without a finalizer where it is to stay", async () => {
    const before = await operator.writes();
    await operator.createTopic("recorded", { adoption: "Never" });
    const topic = await eventually(() => operator.topic("recorded"), ready("True", "Created"));
    expect((await operator.writes()).kubernetes - before.kubernetes, "the record, then what came of it").to.equal(2);
    expect(topic.status?.creating, "told, so that it explains nothing any more").to.equal(undefined);
    expect(topic.metadata.finalizers).to.equal(undefined);
    await thenNothing(operator, ["recorded"]);
    await operator.deleteTopic("recorded");
    await thenNothing(operator, []);
    expect(await operator.probe.describeTopic(operator.topicName("recorded"))).not.to.equal(null);
  });

  it("that would collide with another once '.' and '_' are one is refused", async () => {
    await operator.patchBus({ spec: { legacyNames: [{ pattern: operator.id, patternType: "prefixed" }] } });
    await operator.createTopic("dotted", { domain: "collides" });
    await eventually(() => operator.topic("dotted"), ready("True", "Created"));
    await operator.createTopic("underscored", { topicName: `${operator.id}_collides` });
    const topic = await eventually(() => operator.topic("underscored"), ready("False", "NameCollision"));
    expect(topic.status?.conditions?.[0]?.message).to.include(operator.topicName("collides"));
    expect(await operator.probe.describeTopic(`${operator.id}_collides`)).to.equal(null);
  });
});
