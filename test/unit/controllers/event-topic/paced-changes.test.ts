import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopicReason } from "../../../../src/api/conditions.ts";
import type { EventBusSpec } from "../../../../src/api/event-bus.ts";
import type { EventTopicStatus } from "../../../../src/api/event-topic.ts";
import type { RetentionPolicySpec } from "../../../../src/api/retention-policy.ts";
import type { ChangeCause, TopicAction } from "../../../../src/controllers/event-topic/actions.ts";
import { memoryOf } from "../../../../src/controllers/event-topic/memory.ts";
import {
  pacedChanges,
  paceOf,
  pacingOf,
  turnEndOf,
  type Pacing,
} from "../../../../src/controllers/event-topic/paced-changes.ts";
import type { RestrictedPlan, Step, StepResult } from "../../../../src/controllers/plan.ts";
import { failedWith, ok, type Answer, type FailureKind } from "../../../../src/kafka/model/failure.ts";
import { aRetentionPolicy, anEventBus, anEventTopic } from "../../../builders/objects.ts";
import { bound, NOW } from "../../../builders/planned-topic.ts";
import { aResolvedTopic } from "../../../builders/topics.ts";

function changing(source: string, cause: ChangeCause = "declared", topicName = "t"): Step<TopicAction> {
  const action = {
    type: "changeConfig",
    topicName,
    key: "k",
    from: "1",
    to: "2",
    effective: "2",
    source,
    cause,
  } as const;
  return { id: `${source} ${cause} ${topicName}`, after: [], action };
}

const POLICY = "RetentionPolicy/events";
const BUS = "EventBus/bus";
const settled: EventTopicStatus = bound({ observedGeneration: 1 });

interface Given {
  readonly status?: EventTopicStatus;
  readonly policy?: RetentionPolicySpec;
  readonly generation?: number;
}

function judged(steps: readonly Step<TopicAction>[], given: Given = {}): { paced: string[]; suspended: number } {
  const topic = anEventTopic({}, { generation: given.generation ?? 1 }, given.status ?? settled);
  const policy = aRetentionPolicy(given.policy);
  const { causes, suspended } = pacedChanges(steps, topic, aResolvedTopic(topic, { policy }), memoryOf(topic, NOW));
  return { paced: [...causes.values()].map(({ object }) => object), suspended: suspended.size };
}

describe("pacedChanges()", () => {
  const cases: {
    readonly why: string;
    readonly steps: readonly Step<TopicAction>[];
    readonly given?: Given;
    readonly paced: readonly string[];
    readonly suspended?: number;
  }[] = [
    { why: "what a policy says", steps: [changing(POLICY)], paced: [POLICY] },
    { why: "what the bus says", steps: [changing(BUS)], paced: [BUS] },
    { why: "what the profile says, which the bus names", steps: [changing("profile")], paced: [BUS] },
    { why: "what the policy says no longer", steps: [changing("broker", "removed")], paced: [POLICY] },
    {
      why: "what dead letters take over from their source",
      steps: [changing("deadLetter", "declared", "t.dlq"), changing(POLICY)],
      paced: [POLICY, POLICY],
    },
    { why: "not what dead letters need by themselves", steps: [changing("deadLetter")], paced: [] },
    { why: "not what the topic itself says", steps: [changing("spec")], paced: [] },
    {
      why: "not the correction of drift",
      steps: [changing(POLICY, "drift"), changing("broker", "undeclared")],
      paced: [],
    },
    {
      why: "nothing that goes with an edit of the topic",
      steps: [changing(POLICY), changing("broker", "removed")],
      given: { generation: 2 },
      paced: [],
    },
    {
      why: "nothing of a topic that is just taken over",
      steps: [changing(POLICY)],
      given: { status: { observedGeneration: 1 } },
      paced: [],
    },
    {
      why: "not what a suspended policy says: that waits for the end of the suspension, also with an edit of the topic",
      steps: [changing(POLICY), changing(BUS)],
      given: { policy: { suspend: true }, generation: 2 },
      paced: [],
      suspended: 1,
    },
    {
      why: "what the bus says beside a suspended policy",
      steps: [changing(POLICY), changing(BUS)],
      given: { policy: { suspend: true } },
      paced: [BUS],
      suspended: 1,
    },
    {
      why: "no growth and no creation",
      steps: [
        { id: "a", after: [], action: { type: "growPartitions", topicName: "t", from: 1, to: 2, cause: "declared" } },
        { id: "b", after: [], action: { type: "createTopic", topic: { name: "t", configs: {} }, cause: "drift" } },
      ],
      paced: [],
    },
  ];
  for (const { why, steps, given, paced, suspended = 0 } of cases) {
    it(`paces ${why}`, () => {
      expect(judged(steps, given)).to.deep.equal({ paced, suspended });
    });
  }
});

describe("pacingOf()", () => {
  const bus = anEventBus({ rollout: { maxTopicsPerMinute: 7 } } satisfies Partial<EventBusSpec>);
  const cause = { object: POLICY, generation: 1, attempt: "" };
  const changes = { causes: new Map([["a", cause]]), suspended: new Map([["s", "Suspended"]]) };

  it("holds nothing back that has its turn, but for what is suspended", () => {
    expect([...pacingOf(changes, true, () => false, bus).waiting.keys()]).to.deep.equal(["s"]);
  });

  it("says whose edit has not come yet, and at which pace it goes", () => {
    const waits = pacingOf(changes, false, () => false, bus).waiting.get("a");
    expect(waits).to.include('RetentionPolicy "events"').and.include("7 topics a minute");
  });

  it("holds back what is paused, turn or not", () => {
    expect([...pacingOf(changes, true, () => true, bus).waiting.keys()].toSorted()).to.deep.equal(["a", "s"]);
  });

  it("goes by the bus' pace, each part of it with its default", () => {
    expect(paceOf(bus)).to.deep.equal({ maxTopicsPerMinute: 7, pauseOnFailures: 5 });
    expect(paceOf(anEventBus())).to.deep.equal({ maxTopicsPerMinute: 200, pauseOnFailures: 5 });
  });
});

describe("turnEndOf()", () => {
  const step = changing(POLICY);
  const own = changing("spec");
  const pacing: Pacing = { paced: new Set([step.id]), waiting: new Map() };
  const withheldBy = (reason: EventTopicReason): RestrictedPlan<TopicAction, EventTopicReason> => ({
    steps: [],
    refusals: [],
    withheld: [{ step, reason, message: "" }],
  });
  const nothing = withheldBy("Suspended");

  it("tells what came of the turn", () => {
    expect(turnEndOf(pacing, nothing, made(step, ok(undefined)))).to.equal("applied");
    expect(turnEndOf(pacing, nothing, made(own, ok(undefined)))).to.equal("unused");
    expect(turnEndOf(pacing, nothing, [])).to.equal("unused");
  });

  for (const kind of ["invalid", "denied", "unsupported", "active", "other"] as const) {
    it(`takes "${kind}" for the broker's no`, () => {
      expect(turnEndOf(pacing, nothing, made(step, failure(kind)))).to.equal("rejected");
    });
  }
  for (const kind of ["busy", "unreachable", "authentication", "tls", "missing", "exists"] as const) {
    it(`does not take "${kind}" for the broker's no`, () => {
      expect(turnEndOf(pacing, nothing, made(step, failure(kind)))).to.equal("unused");
    });
  }

  it("waits only where nothing else holds the change back", () => {
    const waiting: Pacing = { ...pacing, waiting: new Map([[step.id, "Waits"]]) };
    expect(turnEndOf(waiting, withheldBy("RolloutPending"), [])).to.equal("waiting");
    expect(turnEndOf(waiting, withheldBy("ApprovalRequired"), [])).to.equal("unused");
  });
});

function failure(kind: FailureKind): Answer<never> {
  return failedWith({ kind, name: "X", message: "" });
}

function made(of: Step<TopicAction>, answer: Answer<unknown>): StepResult<TopicAction, unknown>[] {
  return [{ step: of, answer }];
}
