import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopic, EventTopicStatus } from "../../../../src/api/event-topic.ts";
import { UnwrittenHolds } from "../../../../src/controllers/rollout/unwritten-holds.ts";
import { anEventTopic } from "../../../builders/objects.ts";

const GUARD = "RetentionPolicy/events";
const OTHER = "EventBus/bus";
const hold = { guard: GUARD, pendingSince: "2026-06-01T00:00:00.000Z" };

function ledger() {
  const stored = new Map<string, EventTopic>();
  const holds = new UnwrittenHolds((key) => stored.get(key));
  const store = (key: string, pendingChanges: readonly (typeof hold)[]): unknown =>
    stored.set(key, anEventTopic({}, {}, { pendingChanges } as unknown as EventTopicStatus));
  return { holds, store };
}

describe("UnwrittenHolds", () => {
  it("counts a run that has not judged for every guard, from its beginning to its end", () => {
    const { holds } = ledger();
    holds.begin("a", 100);
    holds.begin("b", 50);
    expect([holds.since(GUARD), holds.since(OTHER)]).to.deep.equal([50, 50]);
    holds.ended("b");
    expect(holds.since(GUARD)).to.equal(100);
    holds.judged("a", []);
    expect(holds.since(GUARD)).to.equal(undefined);
  });

  it("counts what was held back for its guard until a status tells it, also when the run has ended", () => {
    const { holds, store } = ledger();
    holds.begin("a", 100);
    holds.judged("a", [hold]);
    holds.ended("a");
    expect([holds.since(GUARD), holds.since(OTHER)]).to.deep.equal([100, undefined]);
    store("a", [{ ...hold, pendingSince: "2026-05-01T00:00:00.000Z" }]);
    expect(holds.since(GUARD), "told of another").to.equal(100);
    store("a", [hold]);
    expect(holds.since(GUARD)).to.equal(undefined);
  });

  it("forgets what the next run judges anew, and objects that are gone", () => {
    const { holds } = ledger();
    for (const key of ["a", "b"]) {
      holds.begin(key, 100);
      holds.judged(key, [hold]);
    }
    holds.begin("a", 200);
    holds.judged("a", []);
    holds.forget("b");
    expect(holds.since(GUARD)).to.equal(undefined);
  });
});
