import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopic, EventTopicStatus } from "../../../../src/api/event-topic.ts";
import { summarizePolicy } from "../../../../src/controllers/retention-policy/summarize.ts";
import { guardsOf, heldRollout } from "../../../../src/controllers/rollout/held-rollout.ts";
import { coversRollout } from "../../../../src/domain/change-approval.ts";
import { anEventBus, anEventTopic, aRetentionPolicy } from "../../../builders/objects.ts";
import { NOW } from "../../../builders/planned-topic.ts";

type PendingChange = NonNullable<EventTopicStatus["pendingChanges"]>[number];

const SINCE = "2026-06-01T00:00:00.000Z";
const LATER = "2026-06-01T00:00:01.000Z";
const POLICY = aRetentionPolicy({ retention: { time: "1d" } });

function pending(more: Partial<PendingChange> = {}): PendingChange {
  return {
    id: "0123456789ab",
    type: "changeConfig",
    key: "retention.ms",
    from: "604800000",
    to: "86400000",
    reason: "ApprovalRequired",
    guard: "RetentionPolicy/events",
    pendingSince: SINCE,
    deletableRecords: 10,
    ...more,
  };
}

function topic(name: string, ...changes: PendingChange[]): EventTopic {
  const pendingChanges = changes.length === 0 ? undefined : changes;
  return anEventTopic({}, { name }, { retentionPolicy: { name: "events", generation: 1 }, pendingChanges });
}

/** What a policy of which all topics are guarded says of itself. */
function ready(guarded: readonly EventTopic[], policy = POLICY) {
  const { status, events } = summarizePolicy(policy, { governed: guarded, guarded }, NOW);
  const [condition] = status?.conditions ?? [];
  return {
    reason: condition?.reason,
    message: condition?.message,
    status,
    events: events?.map(({ reason }) => reason),
  };
}

describe("heldRollout()", () => {
  it("is nothing where nothing is held back, or only steps wait for their time", () => {
    expect(heldRollout(POLICY, { guarded: [] }, 3)).to.equal(undefined);
    expect(heldRollout(POLICY, { guarded: [topic("a", pending({ reason: "SteppingDown" }))] }, 3)).to.equal(undefined);
    expect(heldRollout(POLICY, { guarded: [topic("a", pending({ guard: "EventBus/events" }))] }, 3)).to.equal(
      undefined,
    );
  });

  it("sums up what this object holds back, a topic's records once", () => {
    const both = topic("b", pending(), pending({ key: "retention.bytes", deletableRecords: 1_000 }));
    expect(heldRollout(POLICY, { guarded: [both, topic("a", pending())] }, 7)).to.deep.include({
      pending: 2,
      applied: 7,
      deletableRecords: 1_000,
      topics: ["team-a/a", "team-a/b"],
    });
  });

  it("names twenty topics", () => {
    const many = Array.from({ length: 30 }, (_, index) => topic(`t${index}`, pending()));
    expect(heldRollout(POLICY, { guarded: many }, 0)?.topics).to.have.length(20);
  });

  it("has an id that covers what is held back until then, stays as long as nothing is added, and is of this edit", () => {
    const [a, b] = [topic("a", pending()), topic("b", pending({ pendingSince: LATER }))];
    const first = heldRollout(POLICY, { guarded: [a] }, 0)?.id ?? "";
    const second = heldRollout(POLICY, { guarded: [a, b] }, 0)?.id ?? "";
    const scope = { uid: POLICY.metadata.uid, generation: 1 };
    expect(coversRollout([first], scope, SINCE, NOW)).to.equal(first);
    expect(coversRollout([first], scope, LATER, NOW)).to.equal(undefined);
    expect(coversRollout([second], scope, LATER, NOW)).to.equal(second);
    expect(heldRollout(POLICY, { guarded: [topic("a", pending({ deletableRecords: 99 }))] }, 1)?.id).to.equal(first);
    expect(
      heldRollout({ ...POLICY, metadata: { ...POLICY.metadata, generation: 2 } }, { guarded: [a] }, 0)?.id,
    ).not.to.equal(first);
  });

  it("is the bus' as well as a policy's", () => {
    const bus = anEventBus({}, { name: "bus" });
    const ofBus = topic("a", pending({ guard: "EventBus/bus" }), pending());
    expect(guardsOf(ofBus)).to.deep.equal(["EventBus/bus", "RetentionPolicy/events"]);
    expect(heldRollout(bus, { guarded: [ofBus] }, 0)).to.deep.include({ pending: 1, deletableRecords: 10 });
  });
});

describe("summarizePolicy() of what is held back", () => {
  it("asks for an approval of what the policy itself says, with the command, and tells it once", () => {
    const held = ready([topic("a", pending())]);
    expect(held.reason).to.equal("ApprovalRequired");
    expect(held.message).to.include(
      `kubectl annotate retentionpolicy events --overwrite eventbus.dev/approve=${held.status?.rollout?.id}`,
    );
    expect(held.events).to.deep.equal(["ApprovalRequired"]);
    expect(ready([topic("a", pending())], { ...POLICY, status: held.status }).events).to.deep.equal([]);
  });

  it("stays in effect where only an owner asks for less, and shows it all the same", () => {
    const held = ready([topic("a", pending({ to: "7200000" }))]);
    expect(held).to.deep.include({ reason: "Enforced", events: [] });
    expect(held.status?.rollout?.pending).to.equal(1);
  });

  it("says nothing of it where nothing is", () => {
    const { reason, status } = ready([topic("a")]);
    expect(reason).to.equal("Enforced");
    expect(status?.rollout).to.equal(undefined);
  });
});
