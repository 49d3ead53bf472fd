import { expect } from "chai";
import { describe, it } from "mocha";

import type { TopicAction } from "../../../../src/controllers/event-topic/actions.ts";
import type { GuardedTopic } from "../../../../src/controllers/event-topic/guarded-changes.ts";
import { step } from "../../../../src/controllers/event-topic/plan.ts";
import { priorRecords } from "../../../../src/controllers/event-topic/prior-records.ts";
import type { Step } from "../../../../src/controllers/plan.ts";

function change(topicName: string, key: string, how: "set" | "reset" = "set"): Step<TopicAction> {
  const to = how === "set" ? "2" : undefined;
  const wish = { from: "1", to, effective: to, source: "spec", cause: "declared" } as const;
  return { id: `${key} of ${topicName}`, after: [], action: { type: "changeConfig", topicName, key, ...wish } };
}

/** Changes that an approval lets go. */
function approved(topicName: string, key: string, approvalId: string): GuardedTopic {
  const released = { by: "approval", changes: [{ key }], approvalId };
  return { topicName, held: [], released: [{ released, loss: "" }] } as unknown as GuardedTopic;
}

function record(creation?: string): Step<TopicAction> {
  return step({ type: "recordOwnership", finalizer: true, creation, cause: "declared" });
}

describe("priorRecords()", () => {
  it("names the keys of the source that are about to be set, beside those on record", () => {
    const steps = [change("source", "b"), change("source", "c", "reset"), change("letters", "d")];
    expect(priorRecords({ managedKeys: ["a"] }, steps, [], "source")).to.deep.equal({
      creating: undefined,
      managedKeys: ["a", "b"],
      lastApproval: undefined,
      pendingChanges: undefined,
    });
  });

  it("names the approvals that are about to be used, of all topics, and no other", () => {
    const steps = [change("source", "a"), change("letters", "b")];
    const guarded = [approved("source", "a", "1"), approved("letters", "b", "2"), approved("letters", "withheld", "3")];
    expect(priorRecords({ managedKeys: ["a"], lastApproval: "0" }, steps, guarded, "source")).to.deep.equal({
      creating: undefined,
      managedKeys: ["a"],
      lastApproval: "1,2",
      pendingChanges: undefined,
    });
  });

  it("lets go of what was held back when the key changes otherwise, and keeps what still is", () => {
    const pending = { type: "changeConfig", from: "7", to: "1", reason: "", guard: "", pendingSince: "" };
    const over = { ...pending, id: "over", key: "a" };
    const kept = [
      { ...pending, id: "held", key: "a" },
      { ...pending, id: "other", key: "b" },
    ];
    const guarded = [{ topicName: "source", held: [{ held: { id: "held" } }], released: [] }] as never;
    const steps = [change("source", "a")];
    const status = { managedKeys: ["a"], pendingChanges: [over, ...kept] };
    expect(priorRecords(status, steps, guarded, "source")?.pendingChanges).to.deep.equal(kept);
    expect(priorRecords({ ...status, pendingChanges: kept }, steps, guarded, "source")).to.equal(undefined);
  });

  it("names the topics that are about to be made, and keeps those that are on record", () => {
    expect(priorRecords({}, [record("uid/cluster/a")], [], "source")?.creating).to.equal("uid/cluster/a");
    const status = { creating: "uid/cluster/a" };
    expect(priorRecords(status, [record(), change("source", "a")], [], "source")?.creating).to.equal("uid/cluster/a");
    expect(priorRecords(status, [record()], [], "source")).to.equal(undefined);
  });

  it("is nothing where the status says all that already", () => {
    const status = { managedKeys: ["a"], lastApproval: "1" };
    expect(priorRecords(status, [change("source", "a")], [approved("source", "a", "1")], "source")).to.equal(undefined);
    expect(priorRecords(undefined, [], [], "source")).to.equal(undefined);
  });
});
