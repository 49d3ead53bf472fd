import { expect } from "chai";
import { describe, it } from "mocha";

import type { Condition } from "../../../../src/api/custom-resource.ts";
import type { EventTopic } from "../../../../src/api/event-topic.ts";
import type { RetentionPolicySpec, RetentionPolicyStatus } from "../../../../src/api/retention-policy.ts";
import { summarizePolicy, type PolicyTopics } from "../../../../src/controllers/retention-policy/summarize.ts";
import { aRetentionPolicy, anEventTopic } from "../../../builders/objects.ts";
import { NOW } from "../../../builders/planned-topic.ts";

/** A topic that the second generation of the policy has come to. */
function governed(name: string, retentionMs: number, ready = "UpToDate", generation = 2): EventTopic {
  const conditions: Condition[] = [
    { type: "Ready", status: "True", reason: ready, message: "", lastTransitionTime: "2026-06-01T00:00:00Z" },
  ];
  const effectiveConfig = [{ key: "retention.ms", value: String(retentionMs), source: "RetentionPolicy/events" }];
  return anEventTopic({}, { name }, { retentionPolicy: { name: "events", generation }, effectiveConfig, conditions });
}

function on(busName: string, topic: EventTopic): EventTopic {
  return { ...topic, status: { ...topic.status, bus: { name: busName, clusterId: "c" } } };
}

interface Shown {
  readonly conditions: readonly string[];
  readonly status: RetentionPolicyStatus;
  readonly events: readonly string[];
}

function shown(spec: RetentionPolicySpec, topics: Partial<PolicyTopics> = {}, before?: RetentionPolicyStatus): Shown {
  const policy = { ...aRetentionPolicy(spec, { name: "events", generation: 2 }), status: before };
  const { status = {}, events = [] } = summarizePolicy(policy, { governed: [], guarded: [], ...topics }, NOW);
  const conditions = (status.conditions ?? []).map((of) => `${of.type}=${of.status}/${of.reason}`);
  return { conditions, status, events: events.map(({ reason }) => reason) };
}

const day: RetentionPolicySpec = { retention: { time: "1d" } };
const DAY_MS = 86_400_000;

describe("summarizePolicy()", () => {
  it("is in effect where every topic is as it says", () => {
    const { conditions, status } = shown(day, { governed: [governed("a", DAY_MS), governed("b", DAY_MS)] });
    expect(conditions).to.deep.equal(["Ready=True/Enforced"]);
    expect(status.topics).to.deep.equal({ matched: 2, compliant: 2, pending: 0 });
    expect([status.rollout, status.violations]).to.deep.equal([undefined, undefined]);
  });

  it("lists topics that differ, sorted, the first twenty, whatever it does about them", () => {
    const topics = Array.from({ length: 25 }, (_, index) => governed(`t${String(24 - index).padStart(2, "0")}`, 5));
    for (const spec of [day, { ...day, enforcement: "Audit" as const }]) {
      const { status } = shown(spec, { governed: topics });
      expect(status.topics).to.deep.equal({ matched: 25, compliant: 0, pending: 0 });
      expect(status.violations).to.have.length(20);
      expect(status.violations?.[0]).to.deep.equal({
        namespace: "team-a",
        name: "t00",
        message: 'retention.ms is "5", the policy wants "86400000"',
      });
    }
  });

  it("contradicting itself applies to nothing, and says why once", () => {
    const invalid: RetentionPolicySpec = { retention: { time: "1d" }, segment: { time: "2d" } };
    const first = shown(invalid, { governed: [governed("a", 5)] });
    expect(first.conditions).to.deep.equal(["Ready=False/InvalidPolicy", "Stalled=True/InvalidPolicy"]);
    expect(first.status.conditions?.[0]?.message).to.include("spec.segment.time 2d");
    expect(first.events).to.deep.equal(["InvalidPolicy"]);
    expect(shown(invalid, {}, first.status).events).to.deep.equal([]);
  });

  it("rolls out while a topic waits for its turn, or has not been looked at since the edit", () => {
    const waiting = governed("a", 5, "RolloutPending", 1);
    const progress = { applied: 0, waiting: ["team-a/a"], rejected: [] };
    for (const given of [{ progress }, {}]) {
      const { conditions, status } = shown(day, { governed: [waiting, governed("b", DAY_MS)], ...given });
      expect(conditions).to.deep.equal(["Ready=False/RollingOut", "Reconciling=True/RollingOut"]);
      expect(status.rollout).to.deep.include({ pending: 1, applied: 1, topics: ["team-a/a"] });
      expect(status.topics).to.deep.equal({ matched: 2, compliant: 1, pending: 1 });
    }
  });

  it("does not wait for a topic that a person must put right, or that goes down in steps", () => {
    const topic = governed("a", 5, "X", 1);
    const stalled = { ...topic.status?.conditions?.[0], type: "Stalled" } as Condition;
    const conditions = [...(topic.status?.conditions ?? []), stalled];
    const refused = { ...topic, status: { ...topic.status, conditions } };
    for (const apart of [refused, governed("a", 5, "SteppingDown", 1)]) {
      expect(shown(day, { governed: [apart] }).conditions).to.deep.equal(["Ready=True/Enforced"]);
    }
  });

  it("is paused where brokers rejected it in a row, and tells that once", () => {
    const progress = { applied: 0, waiting: ["team-a/c"], rejected: ["team-a/a", "team-a/b"] };
    const first = shown(day, { progress });
    expect(first.conditions).to.deep.equal(["Ready=False/RolloutPaused", "Stalled=True/RolloutPaused"]);
    expect(first.status.conditions?.[0]?.message).to.include('"team-a/a", "team-a/b"');
    expect(first.events).to.deep.equal(["RolloutPaused"]);
    expect(shown(day, { progress }, first.status).events).to.deep.equal([]);
  });

  it("says that it is suspended or only audited, whatever waits", () => {
    const progress = { applied: 0, waiting: ["team-a/c"], rejected: [] };
    expect(shown({ ...day, suspend: true }, { progress }).conditions).to.deep.equal(["Ready=True/Suspended"]);
    expect(shown({ ...day, enforcement: "Audit" }, { progress }).conditions).to.deep.equal(["Ready=True/Audited"]);
  });

  it("names the buses that hold its rollout up, and only these", () => {
    const late = (name: string): EventTopic => governed(name, 5, "UpToDate", 1);
    const topics = [
      on("dead", late("a")),
      on("dead", late("b")),
      on("alive", late("c")),
      on("other", governed("d", 5)),
    ];
    const told = (isDown: (busName: string) => boolean): string =>
      shown(day, { governed: topics, isDown }).status.conditions?.[0]?.message ?? "";
    expect(told((name) => name !== "alive")).to.include(
      'as it says; nothing comes to the topics on EventBus "dead" until it is Ready again; 3 topics wait',
    );
    expect(told(() => false)).not.to.include("until it is Ready again");
  });
});
