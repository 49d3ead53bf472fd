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
const BOUNDS = { bounds: { retentionTime: {} } };
/** Counts over topics are told every ten seconds. */
const ROLLOUT_MS = 30_000;

describe("The change guard of a RetentionPolicy", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest();
    await operator.createPolicy("owner", { ...WEEK, ...BOUNDS, changeGuard: { approver: "Owner" } });
    await operator.createPolicy("platform", { ...WEEK, ...BOUNDS });
    await operator.createPolicy("denied", { ...WEEK, ...BOUNDS, changeGuard: { onShorten: "Deny" } });
    await operator.createPolicy("allowed", { ...WEEK, ...BOUNDS, changeGuard: { onShorten: "Allow" } });
  });
  after(() => operator.stop());

  const under = (policy: string) => ({ retentionPolicyRef: { name: operator.policyName(policy) } });

  it("lets the owner approve where it says so, and only the very change that was judged", async () => {
    await aTopicWithRecords(operator, "owned", { spec: under("owner") });
    await operator.patchTopic("owned", SHORTER);
    const judged = await pendingChange(operator, "owned");
    expect(judged.message).to.include(
      `kubectl -n ${operator.id} annotate eventtopic owned --overwrite eventbus.dev/approve=${judged.id}`,
    );
    await alterInKafka(operator, "owned", { "retention.ms": String(6 * DAY_MS) });
    await operator.patchTopic("owned", approval(judged.id));
    const other = await eventually(
      async () => onlyPending(await operator.topic("owned")),
      ({ from }) => expect(from).to.equal(String(6 * DAY_MS)),
    );
    expect(other.id).not.to.equal(judged.id);
    expect(await retentionDays(operator, "owned")).to.equal(6);
    await operator.patchTopic("owned", approval(`${judged.id}, ${other.id}`));
    const { status } = await eventually(() => operator.topic("owned"), ready("True", "UpToDate"));
    expect(await retentionDays(operator, "owned")).to.equal(2);
    expect(status?.lastApproval).to.equal(other.id);
    await thenNothing(operator, ["owned"]);
  });

  it("does not let the owner approve where only the platform may, and says so", async () => {
    await aTopicWithRecords(operator, "vain", { spec: under("platform") });
    await operator.patchTopic("vain", SHORTER);
    const { id } = await pendingChange(operator, "vain");
    await operator.patchTopic("vain", approval(id));
    const told = await eventually(
      async () => onlyPending(await operator.topic("vain")),
      ({ message }) => expect(message).to.include("The approval on the EventTopic does not count here"),
    );
    expect(told).to.deep.include({ id, guard: `RetentionPolicy/${operator.policyName("platform")}` });
    expect(await retentionDays(operator, "vain")).to.equal(7);
    await operator.patchTopic("vain", { spec: { retention: null } });
    await eventually(() => operator.topic("vain"), ready("True", "UpToDate"));
  });

  it("refuses it where it says so", async () => {
    await aTopicWithRecords(operator, "refused", { spec: under("denied") });
    await operator.patchTopic("refused", SHORTER);
    const topic = await eventually(() => operator.topic("refused"), ready("False", "PolicyViolation"));
    expect(topic.status?.conditions?.[0]?.message)
      .to.include('spec.changeGuard.onShorten "Deny"')
      .and.include("3 records");
    expect(topic.status?.pendingChanges).to.equal(undefined);
    expect(await retentionDays(operator, "refused")).to.equal(7);
    await thenNothing(operator, ["refused"]);
  });

  it("lets it pass where it says so, and tells what became deletable", async () => {
    await aTopicWithRecords(operator, "passed", { spec: under("allowed") });
    await operator.patchTopic("passed", SHORTER);
    await eventually(() => operator.topic("passed"), ready("True", "UpToDate"));
    expect(await retentionDays(operator, "passed")).to.equal(2);
    const events = await eventually(
      () => operator.events("passed"),
      (found) => expect(found.map(({ reason }) => reason)).to.include("RecordsDeletable"),
    );
    expect(events.find(({ reason }) => reason === "RecordsDeletable")?.note).to.include("3 records");
  });

  it("is approved for all topics of an edit by one id, and for none that is held back later", async function () {
    this.timeout(90_000);
    await operator.createPolicy("class", { ...WEEK, appliesTo: { domains: ["class-a", "class-b", "class-c"] } });
    for (const name of ["class-a", "class-b"]) await aTopicWithRecords(operator, name, { spec: {} });
    await operator.patchPolicy("class", SHORTER);
    for (const name of ["class-a", "class-b"]) await pendingChange(operator, name);
    const policy = await eventually(
      () => operator.policy("class"),
      (found) => {
        ready("False", "ApprovalRequired")(found);
        expect(found.status?.rollout?.topics).to.deep.equal([`${operator.id}/class-a`, `${operator.id}/class-b`]);
      },
      ROLLOUT_MS,
    );
    const { rollout } = policy.status ?? {};
    expect(rollout).to.deep.include({ pending: 2, deletableRecords: 6 });
    expect(policy.status?.conditions?.[0]?.message).to.include(`eventbus.dev/approve=${rollout?.id}`);

    await operator.probe.createTopic({
      name: operator.topicName("class-c"),
      partitions: 1,
      configs: { "retention.ms": String(7 * DAY_MS) },
    });
    await produceOld(operator, "class-c", 1, 3);
    await operator.patchBus({ spec: { namespaces: [{ adoption: "Adopt" }] } });
    await operator.createTopic("class-c", { adoption: "Adopt" });
    await pendingChange(operator, "class-c");
    await operator.patchPolicy("class", approval(rollout?.id));
    for (const name of ["class-a", "class-b"]) {
      await eventually(() => operator.topic(name), ready("True", "UpToDate"));
      expect(await retentionDays(operator, name)).to.equal(2);
    }
    onlyPending(await lookNow(operator, "class-c"));
    expect(await retentionDays(operator, "class-c")).to.equal(7);
  });

  it("governs the handover to one that is looser", async () => {
    await operator.createPolicy("strict", { ...WEEK, appliesTo: { domains: ["handed"] } });
    await aTopicWithRecords(operator, "handed", { spec: {} });
    await operator.createPolicy("loose", {
      retention: { time: "2d" },
      appliesTo: { domains: ["handed"] },
      priority: 1,
      changeGuard: { onShorten: "Allow" },
    });
    expect(await pendingChange(operator, "handed")).to.deep.include({
      guard: `RetentionPolicy/${operator.policyName("strict")}`,
    });
    // The record of the stricter one is what holds, however often it is looked at.
    const topic = await lookNow(operator, "handed");
    expect(topic.status?.retentionPolicy?.name).to.equal(operator.policyName("strict"));
    expect(await retentionDays(operator, "handed")).to.equal(7);
    await operator.patchPolicy("loose", { spec: { retention: { time: "8d" } } });
    const handed = await eventually(() => operator.topic("handed"), ready("True", "UpToDate"));
    expect(handed.status?.retentionPolicy?.name).to.equal(operator.policyName("loose"));
    expect(await retentionDays(operator, "handed")).to.equal(8);
  });

  it("is not got around by deleting the object and declaring it anew under one that is looser", async function () {
    this.timeout(90_000);
    await operator.createPolicy("kept", { ...WEEK, appliesTo: { domains: ["renewed"] } });
    await operator.createPolicy("lenient", { retention: { time: "2d" }, changeGuard: { onShorten: "Allow" } });
    await operator.patchBus({ spec: { namespaces: [{ adoption: "Adopt" }] } });
    await aTopicWithRecords(operator, "renewed", { spec: {} });
    await operator.deleteTopic("renewed");
    const retentionPolicyRef = { name: operator.policyName("lenient") };
    await operator.createTopic("renewed", { adoption: "Adopt", retentionPolicyRef });
    expect(await pendingChange(operator, "renewed")).to.deep.include({ deletableRecords: 3 });
    await operator.restart();
    onlyPending(await lookNow(operator, "renewed"));
    expect(await retentionDays(operator, "renewed")).to.equal(7);
    const policy = await eventually(
      () => operator.policy("lenient"),
      ({ status }) => expect(status?.rollout?.topics).to.deep.equal([`${operator.id}/renewed`]),
      ROLLOUT_MS,
    );
    await operator.patchPolicy("lenient", approval(policy.status?.rollout?.id));
    const topic = await eventually(() => operator.topic("renewed"), ready("True", "UpToDate"));
    expect(topic.status).not.to.have.property("adopting");
    expect(await retentionDays(operator, "renewed")).to.equal(2);
  });

  it("governs the return to the broker's default of topics that are selected no longer", async () => {
    await operator.createPolicy("narrowed", { retention: { time: "30d" }, appliesTo: { domains: ["narrowed", "x"] } });
    await aTopicWithRecords(operator, "narrowed", { spec: {}, ageDays: 9 });
    await operator.patchPolicy("narrowed", { spec: { appliesTo: { domains: ["x"] } } });
    expect(await pendingChange(operator, "narrowed")).to.deep.include({ to: String(7 * DAY_MS), deletableRecords: 3 });
    expect(await retentionDays(operator, "narrowed")).to.equal(30);
  });

  it("that is deleted leaves its topics as they are until it is made anew", async () => {
    await operator.createPolicy("gone", { retention: { time: "30d" }, appliesTo: { domains: ["gone"] } });
    await aTopicWithRecords(operator, "gone", { spec: {}, ageDays: 9 });
    await operator.deletePolicy("gone");
    await eventually(() => operator.topic("gone"), ready("False", "RetentionPolicyNotFound"));
    const topic = await lookNow(operator, "gone");
    expect(topic.status?.retentionPolicy?.name, "remembered").to.equal(operator.policyName("gone"));
    expect(await retentionDays(operator, "gone")).to.equal(30);
    await thenNothing(operator, ["gone"]);
    await operator.createPolicy("gone", { retention: { time: "31d" }, appliesTo: { domains: ["gone"] } });
    await eventually(() => operator.topic("gone"), ready("True", "UpToDate"));
    expect(await retentionDays(operator, "gone")).to.equal(31);
  });
});
