// No way through Strimzi loses a record: the change guard, adoption, deletion and release where topics are KafkaTopics, and
// the way to there and back.

import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { approval, DAY_MS, lookNow, pendingChange, produceOld, retentionDays } from "../environment/guarded-topics.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";
import { gone, MANAGED, startDelegatedWorld, type DelegatedWorld } from "../strimzi/delegated-world.ts";

const CONFIRM = "eventbus.dev/confirm-deletion";

describe("Topics through Strimzi lose nothing", () => {
  let world: DelegatedWorld;
  before(async function () {
    this.timeout(60_000);
    world = await startDelegatedWorld({ changeGuard: { approver: "Owner" } });
  });
  afterEach(() => world.strimziUp());
  after(() => world.stop());

  const made = async (name: string, spec: object = {}): Promise<string> => {
    await world.operator.createTopic(name, { partitions: 2, ...spec });
    const topic = await eventually(() => world.operator.topic(name), ready("True", "Created"));
    return topic.status?.topicId ?? "";
  };
  const state = async (name: string) => ({ id: await world.idOf(name), records: await world.records(name) });

  it("what would make records deletable is held back, and not even said to Strimzi", async () => {
    const { operator } = world;
    await made("held", { retention: { time: "7d" } });
    await produceOld(operator, "held", 3, 3);
    await operator.patchTopic("held", { spec: { retention: { time: "2d" } } });
    const { id } = await pendingChange(operator, "held");
    expect((await world.kafkaTopic("held")).spec.config).to.deep.equal({ "retention.ms": String(7 * DAY_MS) });
    await operator.patchTopic("held", approval(id));
    await eventually(() => operator.topic("held"), ready("True", "UpToDate"));
    expect(await retentionDays(operator, "held")).to.equal(2);
  });

  it("an approval that is withdrawn before Strimzi has acted is taken back from the KafkaTopic too", async () => {
    const { operator } = world;
    await made("withdrawn", { retention: { time: "7d" } });
    await produceOld(operator, "withdrawn", 3, 3);
    await operator.patchTopic("withdrawn", { spec: { retention: { time: "2d" } } });
    const { id } = await pendingChange(operator, "withdrawn");
    await world.strimziDown();
    await operator.patchTopic("withdrawn", approval(id));
    await eventually(() => operator.topic("withdrawn"), ready("False", "AwaitingStrimzi"));
    expect((await world.kafkaTopic("withdrawn")).spec.config).to.deep.equal({ "retention.ms": String(2 * DAY_MS) });
    await thenNothing(operator, ["withdrawn"]);
    await operator.patchTopic("withdrawn", { metadata: { annotations: { "eventbus.dev/approve": null } } });
    await eventually(
      () => world.kafkaTopic("withdrawn"),
      ({ spec }) => expect(spec.config).to.deep.equal({ "retention.ms": String(7 * DAY_MS) }),
    );
    world.strimziUp();
    await pendingChange(operator, "withdrawn");
    expect(await retentionDays(operator, "withdrawn")).to.equal(7);
  });

  it("a topic that is adopted keeps what nobody declares: its KafkaTopic lists it", async () => {
    const { operator } = world;
    const name = operator.topicName("adopted");
    await operator.probe.createTopic({ name, partitions: 2, configs: { "flush.ms": "5", "segment.ms": "70000" } });
    await world.produce("adopted");
    const before = await state("adopted");
    await operator.createTopic("adopted", { partitions: 2, adoption: "Adopt", config: { "flush.ms": 6 } });
    const adopted = await eventually(() => operator.topic("adopted"), ready("True", "UpToDate"));
    expect(adopted.status).to.deep.include({ adopted: true, undeclared: ["segment.ms"] });
    expect((await world.kafkaTopic("adopted")).spec).to.deep.equal({
      partitions: 2,
      replicas: 1,
      config: { "flush.ms": "6", "segment.ms": "70000" },
    });
    expect(await world.configOf("adopted")).to.deep.equal({ "flush.ms": "6", "segment.ms": "70000" });
    expect(await state("adopted")).to.deep.equal(before);
    await thenNothing(operator, ["adopted"]);
  });

  it("a topic stays with its records when its object goes: Strimzi lets go of it first", async () => {
    const { operator } = world;
    await made("retained", { config: { "flush.ms": 5 } });
    await world.produce("retained");
    const before = await state("retained");
    await operator.deleteTopic("retained");
    await gone(() => operator.topic("retained"));
    await gone(() => world.kafkaTopic("retained"));
    world.double.pass();
    expect({ ...(await state("retained")), config: await world.configOf("retained") }).to.deep.equal({
      ...before,
      config: { "flush.ms": "5" },
    });
    const { leftBehind = [] } = (await operator.bus()).status ?? {};
    expect(leftBehind.map(({ name }) => name)).not.to.include("retained");
  });

  it("a topic goes with its object where that was asked for twice, by its KafkaTopic", async () => {
    const { operator } = world;
    const id = await made("deleted", { deletionPolicy: "Delete", deadLetter: { enabled: true } });
    await world.produce("deleted");
    await operator.probe.produce(`${operator.topicName("deleted")}.dlq`, [{ value: "kept" }]);
    await operator.deleteTopic("deleted");
    await eventually(() => operator.topic("deleted"), ready("False", "DeletionBlocked"));
    await thenNothing(operator, ["deleted"]);
    expect((await world.kafkaTopic("deleted")).metadata.deletionTimestamp).to.equal(undefined);
    const letterId = (await operator.topic("deleted")).status?.deadLetters?.[0]?.topicId;
    await operator.patchTopic("deleted", { metadata: { annotations: { [CONFIRM]: `${id},${letterId}` } } });
    await gone(() => operator.topic("deleted"));
    await gone(() => world.kafkaTopic("deleted"));
    expect(await world.idOf("deleted")).to.equal(undefined);
    expect(await operator.probe.describeTopic(`${operator.topicName("deleted")}.dlq`)).to.equal(null);
  });

  it("where writing is forbidden the KafkaTopic stays as it is, and that is told", async () => {
    const { operator, strimzi } = world;
    await made("suspended");
    await world.produce("suspended");
    const before = await state("suspended");
    await operator.patchTopic("suspended", { spec: { suspend: true, partitions: 4 } });
    await eventually(() => operator.topic("suspended"), ready("False", "Suspended"));
    expect((await world.kafkaTopic("suspended")).spec.partitions).to.equal(2);
    await operator.deleteTopic("suspended");
    await gone(() => operator.topic("suspended"));
    expect((await world.kafkaTopic("suspended")).metadata.annotations).not.to.have.property("strimzi.io/managed");
    expect(await state("suspended")).to.deep.equal(before);
    const told = await eventually(
      () => operator.bus(),
      ({ status }) => {
        const entry = status?.leftBehind?.find(({ name }) => name === "suspended");
        expect(entry?.reason).to.include(
          `KafkaTopic "${strimzi.name}/${operator.topicName("suspended")}" stays as it is`,
        );
      },
    );
    expect(told.status?.leftBehind).not.to.equal(undefined);
  });

  it("a read-only bus writes no KafkaTopic", async () => {
    const { operator, strimzi } = world;
    await made("frozen");
    await operator.patchBus({ spec: { access: "ReadOnly" } });
    await operator.patchTopic("frozen", { spec: { config: { "flush.ms": 5 } } });
    await eventually(() => operator.topic("frozen"), ready("False", "ReadOnly"));
    await operator.createTopic("unborn");
    await eventually(() => operator.topic("unborn"), ready("False", "ReadOnly"));
    await gone(() => world.kafkaTopic("unborn"));
    expect((await world.kafkaTopic("frozen")).spec.config).to.deep.equal({});
    await operator.patchBus({ spec: { access: null } });
    await eventually(() => operator.topic("frozen"), ready("True", "UpToDate"));
    await eventually(() => operator.topic("unborn"), ready("True", "Created"));
    expect(await strimzi.topics.get(operator.topicName("unborn"))).not.to.equal(undefined);
  });

  it("a missing right on KafkaTopics is named with the Role that gives it", async () => {
    const { operator, strimzi } = world;
    const role = `/apis/rbac.authorization.k8s.io/v1/namespaces/${strimzi.name}/rolebindings/event-bus-operator-strimzi-topics`;
    await operator.controlPlane.request("DELETE", role);
    await operator.createTopic("unpermitted");
    const denied = await eventually(() => operator.topic("unpermitted"), ready("False", "Denied"));
    expect(denied.status?.conditions?.[0]?.message)
      .to.include(`in namespace "${strimzi.name}"`)
      .and.include("Role event-bus-operator-strimzi-topics of config/strimzi-topics");
    await strimzi.grant("strimzi-topics/role.yaml");
    await eventually(
      async () => {
        await lookNow(operator, "unpermitted");
        ready("True", "Created")(await operator.topic("unpermitted"));
      },
      () => {},
    );
  });

  it("a topic that nobody lets go of stays with its KafkaTopic released, after the time that deletions have", async () => {
    await using other = await startDelegatedWorld({}, { environment: { EVENTBUS_DELETION_TIMEOUT: "3s" } });
    const { operator } = other;
    await operator.createTopic("left");
    await eventually(() => operator.topic("left"), ready("True", "Created"));
    await other.produce("left");
    const before = { id: await other.idOf("left"), records: await other.records("left") };
    await other.strimziDown();
    await operator.deleteTopic("left");
    await gone(() => operator.topic("left"));
    expect((await other.kafkaTopic("left")).metadata.annotations).to.include({ "strimzi.io/managed": "false" });
    other.strimziUp();
    await eventually(
      () => other.kafkaTopic("left"),
      ({ status }) => expect(status?.conditions?.[0]).to.include({ type: "Unmanaged", status: "True" }),
    );
    expect({ id: await other.idOf("left"), records: await other.records("left") }).to.deep.equal(before);
  });

  it("a bus goes to Strimzi and back, and each topic keeps its id, its records and what it is", async () => {
    await using other = await startDelegatedWorld({ topicManagement: "Direct" });
    const { operator, strimzi } = other;
    const config = { "flush.ms": 5 };
    await operator.createTopic("moved", { partitions: 2, config, deadLetter: { enabled: true } });
    await eventually(() => operator.topic("moved"), ready("True", "Created"));
    await operator.probe.alterConfigs(
      { type: "topic", name: operator.topicName("moved") },
      { set: { "segment.ms": "70000" } },
    );
    await other.produce("moved");
    const letters = `${operator.topicName("moved")}.dlq`;
    const all = async () => ({
      id: await other.idOf("moved"),
      letters: (await operator.probe.describeTopic(letters))?.id,
      records: await other.records("moved"),
      config: await other.configOf("moved"),
    });
    const before = await all();
    await operator.patchBus({ spec: { topicManagement: "KafkaTopic" } });
    await eventually(
      () => operator.topic("moved"),
      (topic) => {
        ready("True", "UpToDate")(topic);
        expect(topic.status?.kafkaTopic).to.equal(`${strimzi.name}/${operator.topicName("moved")}`);
      },
    );
    expect((await strimzi.topics.list()).map(({ metadata }) => metadata.name)).to.have.members([
      operator.topicName("moved"),
      letters,
    ]);
    other.double.pass();
    expect(await all()).to.deep.equal(before);
    await thenNothing(operator, ["moved"]);
    await operator.patchBus({ spec: { topicManagement: "Direct" } });
    await eventually(
      () => operator.topic("moved"),
      (topic) => {
        ready("True", "UpToDate")(topic);
        expect(topic.status?.kafkaTopic).to.equal(undefined);
        expect(topic.metadata.finalizers).to.equal(undefined);
      },
    );
    expect(await strimzi.topics.list()).to.deep.equal([]);
    await operator.patchTopic("moved", { spec: { config: { "flush.ms": 6 } } });
    await eventually(() => operator.topic("moved"), ready("True", "UpToDate"));
    expect(await all()).to.deep.equal({ ...before, config: { ...before.config, "flush.ms": "6" } });
    await thenNothing(operator, ["moved"]);
  });

  it("nothing is written directly while Strimzi has not let go of a topic", async () => {
    await using other = await startDelegatedWorld();
    const { operator } = other;
    await operator.createTopic("stuck", { config: { "flush.ms": 5 } });
    await eventually(() => operator.topic("stuck"), ready("True", "Created"));
    await other.strimziDown();
    await operator.patchBus({ spec: { topicManagement: "Direct" } });
    await operator.patchTopic("stuck", { spec: { config: { "flush.ms": 6 } } });
    await eventually(() => operator.topic("stuck"), ready("False", "AwaitingStrimzi"));
    await thenNothing(operator, ["stuck"]);
    expect(await other.configOf("stuck")).to.deep.equal({ "flush.ms": "5" });
    other.strimziUp();
    await eventually(() => operator.topic("stuck"), ready("True", "UpToDate"));
    await gone(() => other.kafkaTopic("stuck"));
    expect(await other.configOf("stuck")).to.deep.equal({ "flush.ms": "6" });
  });

  it("a KafkaTopic that only names an object by mistake is left alone", async () => {
    const { operator, strimzi } = world;
    await made("named");
    const annotations = { "eventbus.dev/event-topic": `${operator.id}/named` };
    await strimzi.topics.create("mistaken", { topicName: operator.topicName("mistaken") }, { ...MANAGED, annotations });
    await thenNothing(operator, ["named"]);
    expect((await strimzi.topics.get("mistaken")).metadata.annotations).to.deep.equal(annotations);
  });
}).timeout(40_000);
