import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import {
  alterInKafka,
  approval,
  aTopicWithRecords,
  DAY_MS,
  lookNow,
  onlyPending,
  pendingChange,
  produceOld,
  retentionDays,
} from "../environment/guarded-topics.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

const WEEK = { retention: { time: "7d" } };
const SHORTER = { spec: { retention: { time: "2d" } } };
/** Of the bus' status: its numbers are told every ten seconds. */
const ROLLOUT_MS = 30_000;

describe("The change guard of a bus", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest();
  });
  after(() => operator.stop());

  it("holds back what would make records deletable, and says how many and who may approve", async () => {
    await aTopicWithRecords(operator, "held", { spec: WEEK });
    await produceOld(operator, "held", 1, 0);
    await operator.patchTopic("held", SHORTER);
    const change = await pendingChange(operator, "held");
    expect(change).to.deep.include({
      type: "changeConfig",
      key: "retention.ms",
      from: String(7 * DAY_MS),
      to: String(2 * DAY_MS),
      reason: "ApprovalRequired",
      guard: `EventBus/${operator.id}`,
      deletableRecords: 3,
    });
    expect(change.id).to.match(/^[0-9a-f]{12}$/);
    const told = (await operator.topic("held")).status?.conditions?.[0]?.message;
    expect(told).to.equal(change.message).and.include(`kubectl annotate eventbus ${operator.id} --overwrite`);
    expect(await retentionDays(operator, "held")).to.equal(7);
    await thenNothing(operator, ["held"]);
    expect(onlyPending(await operator.topic("held"))).to.deep.equal(change);
  });

  it("lets the platform approve it on the bus, once", async function () {
    this.timeout(90_000);
    const { pendingSince } = await pendingChange(operator, "held");
    const { status } = await eventually(
      () => operator.bus(),
      (bus) => expect(bus.status?.rollout?.topics).to.deep.equal([`${operator.id}/held`]),
      ROLLOUT_MS,
    );
    expect(status?.rollout).to.deep.include({ pending: 1, applied: 0, deletableRecords: 3 });
    const id = status?.rollout?.id;
    await operator.patchBus(approval(id));
    const topic = await eventually(() => operator.topic("held"), ready("True", "UpToDate"));
    expect(await retentionDays(operator, "held")).to.equal(2);
    expect(topic.status?.pendingChanges).to.equal(undefined);
    expect(topic.status?.lastApproval).to.equal(id);
    const events = await eventually(
      () => operator.events("held"),
      (found) => expect(found.map(({ reason }) => reason)).to.include("ApprovalUsed"),
    );
    expect(events.find(({ reason }) => reason === "ApprovalUsed")?.note)
      .to.include(`${id}`)
      .and.include("3 records");
    await thenNothing(operator, ["held"]);

    await alterInKafka(operator, "held", { "retention.ms": String(7 * DAY_MS) });
    await produceOld(operator, "held", 2, 3);
    const again = onlyPending(await lookNow(operator, "held"));
    expect(Date.parse(again.pendingSince)).to.be.greaterThan(Date.parse(pendingSince));
    expect(await retentionDays(operator, "held"), "the approval was used").to.equal(7);
    await eventually(
      () => operator.bus(),
      (bus) => expect(bus.status?.rollout?.id).not.to.be.oneOf([undefined, id]),
      ROLLOUT_MS,
    );
  });

  it("also guards the correction of drift, which it tells as drift", async () => {
    const topic = await operator.topic("held");
    expect(topic.status?.drift).to.deep.equal([
      { key: "retention.ms", wanted: String(2 * DAY_MS), found: String(7 * DAY_MS) },
    ]);
    expect(topic.status?.conditions?.map(({ type }) => type)).to.include("Drifted");
    // Taken as the new wish instead.
    await operator.patchTopic("held", { spec: WEEK });
    const { status } = await eventually(() => operator.topic("held"), ready("True", "UpToDate"));
    expect(status).not.to.have.any.keys("drift", "pendingChanges");
  });

  it("applies at once what concerns no record, and what only lengthens", async () => {
    await aTopicWithRecords(operator, "young", { spec: WEEK, ageDays: 1 });
    await operator.patchTopic("young", SHORTER);
    await eventually(() => operator.topic("young"), ready("True", "UpToDate"));
    expect(await retentionDays(operator, "young")).to.equal(2);
    await operator.patchTopic("young", { spec: { retention: { time: "unlimited" } } });
    await eventually(
      () => retentionDays(operator, "young"),
      (days) => expect(days).to.equal(-1 / DAY_MS),
    );
  });

  it("counts by size and by compaction what may go at most", async () => {
    await aTopicWithRecords(operator, "sized", { spec: { ...WEEK, partitions: 2 }, ageDays: 0, count: 4 });
    await operator.patchTopic("sized", { spec: { retention: { bytesPerPartition: "1Mi" } } });
    await eventually(() => operator.topic("sized"), ready("True", "UpToDate"));
    await operator.patchTopic("sized", { spec: { retention: { bytesPerPartition: 10 } } });
    const bySize = await pendingChange(operator, "sized");
    expect(bySize).to.deep.include({ key: "retention.bytes", to: "10", deletableRecords: 4 });
    expect(bySize.message).to.include("at most 4 records");
    await operator.patchTopic("sized", { spec: { retention: { bytesPerPartition: "1Mi" }, cleanupPolicy: "compact" } });
    await eventually(
      () => operator.topic("sized"),
      ({ status }) =>
        expect(status?.pendingChanges?.map(({ key, to }) => `${key}=${to}`)).to.deep.equal(["cleanup.policy=compact"]),
    );
    expect(await operator.probe.topicConfig(operator.topicName("sized"))).to.deep.include({
      "retention.bytes": "1048576",
    });
  });

  it("does not let shorter retention pass because of a compaction that it holds back", async () => {
    await aTopicWithRecords(operator, "both", { spec: WEEK });
    await operator.patchTopic("both", {
      spec: { ...SHORTER.spec, cleanupPolicy: "compact", config: { "flush.ms": 7 } },
    });
    const topic = await eventually(() => operator.topic("both"), ready("False", "ApprovalRequired"));
    expect(topic.status?.pendingChanges?.map(({ key }) => key)).to.deep.equal(["cleanup.policy", "retention.ms"]);
    expect(new Set(topic.status?.pendingChanges?.map(({ id }) => id)).size, "approved together").to.equal(1);
    expect(await operator.probe.topicConfig(operator.topicName("both"))).to.deep.equal({
      "retention.ms": String(7 * DAY_MS),
      "flush.ms": "7",
    });
  });

  it("guards an adoption that changes the topic", async () => {
    await operator.patchBus({ spec: { namespaces: [{ adoption: "Adopt" }] } });
    const name = operator.topicName("adopted");
    await operator.probe.createTopic({ name, partitions: 1, configs: { "retention.ms": String(7 * DAY_MS) } });
    await produceOld(operator, "adopted", 5, 3);
    await operator.createTopic("adopted", { ...SHORTER.spec, adoption: "Adopt" });
    expect(await pendingChange(operator, "adopted")).to.deep.include({ key: "retention.ms", deletableRecords: 5 });
    const { status } = await operator.topic("adopted");
    expect(status).to.deep.include({ adopted: true, topicId: (await operator.probe.describeTopic(name))?.id });
    expect(await retentionDays(operator, "adopted")).to.equal(7);
  });

  it("guards the reset of what nobody declares", async () => {
    await aTopicWithRecords(operator, "full", { spec: { configOwnership: "Full" }, ageDays: 9, count: 0 });
    await alterInKafka(operator, "full", { "retention.ms": "-1" });
    await produceOld(operator, "full", 2, 9);
    const change = onlyPending(await lookNow(operator, "full"));
    expect(change).to.deep.include({ key: "retention.ms", from: "-1", to: String(7 * DAY_MS), deletableRecords: 2 });
    expect(await retentionDays(operator, "full")).to.equal(-1 / DAY_MS);
  });

  it("guards the return of a key to the broker's default", async () => {
    await aTopicWithRecords(operator, "removed", { spec: { retention: { time: "30d" } }, ageDays: 9 });
    await operator.patchTopic("removed", { spec: { retention: null } });
    const change = await pendingChange(operator, "removed");
    expect(change).to.deep.include({ key: "retention.ms", to: String(7 * DAY_MS), deletableRecords: 3 });
    expect(await retentionDays(operator, "removed")).to.equal(30);
  });
});
