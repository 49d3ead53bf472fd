import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopic } from "../../../../src/api/event-topic.ts";
import {
  rolloutStatus,
  waitsForApproval,
  type RolloutView,
} from "../../../../src/controllers/rollout/rollout-status.ts";
import { aRetentionPolicy, anEventTopic } from "../../../builders/objects.ts";

const policy = aRetentionPolicy({}, { name: "events", generation: 3 });
const nothing: RolloutView = { guarded: [], progress: undefined, unreached: [], concerned: 10 };

function held(name: string): EventTopic {
  const change = {
    id: "c",
    type: "changeConfig",
    key: "retention.ms",
    from: "2",
    to: "1",
    reason: "ApprovalRequired",
    guard: "RetentionPolicy/events",
    pendingSince: "2026-06-01T00:00:00.000Z",
    deletableRecords: 7,
  };
  return anEventTopic({}, { name }, { pendingChanges: [change] });
}

describe("rolloutStatus()", () => {
  it("is absent when nothing is under way", () => {
    expect(rolloutStatus(policy, nothing)).to.equal(undefined);
  });

  it("counts a topic once that waits for several reasons", () => {
    const progress = { applied: 2, waiting: ["team-a/one", "team-a/two"], rejected: [] };
    const view = {
      ...nothing,
      guarded: [held("one"), held("three")],
      progress,
      unreached: ["team-a/two", "team-a/four"],
    };
    expect(rolloutStatus(policy, view)).to.deep.include({
      pending: 4,
      applied: 6,
      deletableRecords: 14,
      topics: ["team-a/four", "team-a/one", "team-a/three", "team-a/two"],
    });
  });

  it("counts the turns where it is not known whom the edit concerns", () => {
    const progress = { applied: 2, waiting: ["team-a/one"], rejected: [] };
    expect(rolloutStatus(policy, { ...nothing, progress, concerned: undefined })).to.deep.include({
      pending: 1,
      applied: 2,
    });
  });

  it("has an id only where something is held back, and all that is has been told", () => {
    expect(rolloutStatus(policy, { ...nothing, unreached: ["team-a/one"] })?.id).to.equal(undefined);
    const view = { ...nothing, guarded: [held("one")] };
    const heldSinceMs = Date.parse("2026-06-01T00:00:00.000Z");
    expect(rolloutStatus(policy, view)?.id).to.match(/^[0-9a-z]+-[0-9a-f]{12}$/);
    expect(rolloutStatus(policy, { ...view, untoldSinceMs: heldSinceMs })?.id).to.equal(undefined);
    expect(rolloutStatus(policy, { ...view, untoldSinceMs: heldSinceMs + 1 })?.id).not.to.equal(undefined);
  });

  it("names twenty topics", () => {
    const unreached = Array.from({ length: 30 }, (_, index) => `team-a/t${index}`);
    expect(rolloutStatus(policy, { ...nothing, concerned: 30, unreached })?.topics).to.have.length(20);
  });
});

describe("waitsForApproval()", () => {
  it("holds where something is held back that does not merely wait for its turn", () => {
    const guarded = [held("one")];
    expect(waitsForApproval(policy, { ...nothing, guarded })).to.equal(true);
    const progress = { applied: 0, waiting: ["team-a/one"], rejected: [] };
    expect(waitsForApproval(policy, { ...nothing, guarded, progress })).to.equal(false);
  });
});
