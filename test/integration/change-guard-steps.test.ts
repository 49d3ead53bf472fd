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
  retentionDays,
} from "../environment/guarded-topics.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

const WEEK = { retention: { time: "7d" } };
const SHORTER = { spec: { retention: { time: "2d" } } };
const BOUNDS = { bounds: { retentionTime: {} } };

describe("A change guard that goes down in steps", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest();
    const changeGuard = { onShorten: "StepDown", approver: "Owner" } as const;
    await operator.createPolicy("fast", {
      ...WEEK,
      ...BOUNDS,
      changeGuard: { ...changeGuard, stepDown: { by: "2d", every: "2s" } },
    });
    await operator.createPolicy("slow", {
      ...WEEK,
      ...BOUNDS,
      changeGuard: { ...changeGuard, stepDown: { by: "2d", every: "1h" } },
    });
  });
  after(() => operator.stop());

  const under = (policy: string) => ({ retentionPolicyRef: { name: operator.policyName(policy) } });

  it("lowers retention step by step, by its own clock, and says so", async function () {
    this.timeout(60_000);
    await aTopicWithRecords(operator, "stepped", { spec: under("fast") });
    await operator.patchTopic("stepped", SHORTER);
    const waiting = await eventually(() => operator.topic("stepped"), ready("True", "SteppingDown"));
    expect(onlyPending(waiting)).to.deep.include({
      reason: "SteppingDown",
      from: String(7 * DAY_MS),
      to: String(2 * DAY_MS),
    });
    const seen: number[] = [];
    await eventually(
      () => retentionDays(operator, "stepped"),
      (days) => {
        if (seen.at(-1) !== days) seen.push(days);
        expect(days).to.equal(2);
      },
      30_000,
    );
    expect(seen).to.deep.equal([7, 5, 3, 2]);
    const topic = await eventually(() => operator.topic("stepped"), ready("True", "UpToDate"));
    expect(topic.status?.pendingChanges).to.equal(undefined);
    await eventually(
      () => operator.events("stepped"),
      (found) => expect(found.map(({ reason }) => reason)).to.include("SteppedDown"),
    );
    await thenNothing(operator, ["stepped"]);
  });

  it("keeps its time over edits and a restart", async function () {
    this.timeout(60_000);
    await aTopicWithRecords(operator, "slow", { spec: under("slow") });
    await operator.patchTopic("slow", SHORTER);
    const first = onlyPending(await eventually(() => operator.topic("slow"), ready("True", "SteppingDown")));
    await operator.patchTopic("slow", { spec: { retention: { time: "1d" } } });
    const edited = await eventually(
      async () => onlyPending(await operator.topic("slow")),
      ({ to }) => expect(to).to.equal(String(DAY_MS)),
    );
    expect(edited.nextStepAt).to.equal(first.nextStepAt);
    await operator.restart();
    expect(onlyPending(await lookNow(operator, "slow"))).to.deep.equal(edited);
    expect(await retentionDays(operator, "slow")).to.equal(7);
  });

  it("asks for approval where there is no limit to step down from", async () => {
    await aTopicWithRecords(operator, "endless", { spec: { ...under("fast"), retention: { time: "unlimited" } } });
    await operator.patchTopic("endless", SHORTER);
    const change = await pendingChange(operator, "endless");
    expect(change).to.deep.include({ from: "-1", to: String(2 * DAY_MS), deletableRecords: 3 });
    await operator.patchTopic("endless", approval(change.id));
    await eventually(() => operator.topic("endless"), ready("True", "UpToDate"));
    expect(await retentionDays(operator, "endless")).to.equal(2);
  });

  it("goes down step by step as well where it sets back what somebody else has set", async function () {
    this.timeout(60_000);
    await aTopicWithRecords(operator, "drifted", { spec: under("fast"), ageDays: 8, count: 0 });
    await alterInKafka(operator, "drifted", { "retention.ms": String(10 * DAY_MS) });
    await operator.probe.produce(operator.topicName("drifted"), [{ value: "old", timestamp: Date.now() - 8 * DAY_MS }]);
    const topic = await lookNow(operator, "drifted");
    ready("True", "SteppingDown")(topic);
    expect(topic.status?.drift).to.deep.equal([
      { key: "retention.ms", wanted: String(7 * DAY_MS), found: String(10 * DAY_MS) },
    ]);
    await eventually(
      () => retentionDays(operator, "drifted"),
      (days) => expect(days).to.equal(7),
      30_000,
    );
    await eventually(() => operator.topic("drifted"), ready("True", "UpToDate"));
  });
});

describe("A change guard that blocks while records are unread", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest();
    const changeGuard = { approver: "Owner", blockIfUnread: true } as const;
    await operator.createPolicy("read", { ...WEEK, ...BOUNDS, changeGuard });
  });
  after(() => operator.stop());

  it("holds back even what is approved, names the groups, and lets go once they have read", async function () {
    this.timeout(60_000);
    await aTopicWithRecords(operator, "unread", {
      spec: { retentionPolicyRef: { name: operator.policyName("read") } },
      count: 5,
    });
    const topic = operator.topicName("unread");
    const groupId = `${operator.id}-audit`;
    await operator.probe.commitOffsets(groupId, [{ topic, partition: 0, offset: 2 }]);
    await operator.patchTopic("unread", SHORTER);
    const change = await pendingChange(operator, "unread");
    expect(change).to.deep.include({ deletableRecords: 5, groups: [{ groupId, unreadRecords: 3 }] });
    await operator.patchTopic("unread", approval(change.id));
    const blocked = await eventually(
      async () => onlyPending(await operator.topic("unread")),
      ({ reason }) => expect(reason).to.equal("UnreadRecords"),
    );
    expect(blocked).to.deep.include({ id: change.id });
    expect(blocked.message).to.include(`"${groupId}" (3)`).and.include("blockIfUnread");
    expect(await retentionDays(operator, "unread")).to.equal(7);
    await operator.probe.commitOffsets(groupId, [{ topic, partition: 0, offset: 5 }]);
    ready("True", "UpToDate")(await lookNow(operator, "unread"));
    expect(await retentionDays(operator, "unread")).to.equal(2);
  });
});
