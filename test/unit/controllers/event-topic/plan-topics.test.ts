import { expect } from "chai";
import { describe, it } from "mocha";

import { topicNameOf } from "../../../../src/controllers/event-topic/actions.ts";
import type { ObservedTopic } from "../../../../src/controllers/event-topic/observe.ts";
import { failedWith, ok } from "../../../../src/kafka/model/failure.ts";
import { anEventBus, aRetentionPolicy } from "../../../builders/objects.ts";
import { bound } from "../../../builders/planned-topic.ts";
import { DLQ, LETTER_CONFIGS, letters, plannedTopics, SOURCE } from "../../../builders/planned-topics.ts";
import { aTopicInKafka } from "../../../builders/topics.ts";

const absent: ObservedTopic = { kind: "absent" };
const three = { source: aTopicInKafka({ partitions: 3 }), letters: letters(3) };
const status = bound();
const wish = { boundId: "id-dlq" };

describe("planTopics()", () => {
  it("is empty when source and dead letters are as wanted", () => {
    expect(plannedTopics({ ...three, status, wish })).to.deep.include({ steps: [], refusals: [] });
  });

  it("grows dead letters first, and the source only once they have grown", () => {
    const { steps } = plannedTopics({ ...three, status, wish, spec: { partitions: 6 } });
    const [first, second] = steps;
    expect(first?.action).to.deep.include({ type: "growPartitions", topicName: DLQ, to: 6 });
    expect(second?.action).to.deep.include({ type: "growPartitions", topicName: SOURCE, to: 6 });
    expect(second?.waitsFor).to.deep.equal([first?.id]);
  });

  it("lowers the retention of dead letters only once the source's is lowered", () => {
    const configs = { ...LETTER_CONFIGS, "retention.ms": "2592000000" };
    const source = aTopicInKafka({ partitions: 3, configs: { "retention.ms": "2592000000" } });
    const spec = { retention: { time: "7d" } };
    const { steps } = plannedTopics({ source, letters: letters(3, configs), status, wish, spec });
    const [ofSource, ofLetters] = steps;
    expect(steps.map(({ action }) => topicNameOf(action))).to.deep.equal([SOURCE, DLQ]);
    expect(ofLetters?.after).to.deep.equal([ofSource?.id]);
  });

  it("serves the source while a dead-letter topic may not be provided, or cannot be read", () => {
    const obstacle = { reason: "ClaimedByAnother", message: "held" } as const;
    const claimed = plannedTopics({ ...three, status, spec: { partitions: 6 }, wish: { ...wish, obstacle } });
    expect(claimed.steps.map(({ action }) => topicNameOf(action))).to.deep.equal([SOURCE]);
    expect(claimed.refusals).to.deep.equal([
      { reason: "DeadLetterFailed", cause: "ClaimedByAnother", message: "held" },
    ]);
    const unread = failedWith({ kind: "busy", name: "X", message: "" });
    const { steps } = plannedTopics({ ...three, status, wish, spec: { partitions: 6 }, letters: unread });
    expect(steps.map(({ action }) => topicNameOf(action))).to.deep.equal([SOURCE]);
  });

  it("makes no dead letters for a topic that is not ours", () => {
    const foreign = aTopicInKafka({ partitions: 3, configs: { "flush.ms": "1" } });
    const given = { source: foreign, letters: ok(absent), spec: { config: { "flush.ms": "2" } } };
    const { steps, refusals } = plannedTopics(given);
    expect(steps).to.deep.equal([]);
    expect(refusals.map(({ reason }) => reason)).to.deep.equal(["AlreadyExists"]);
  });

  it("waits with new dead letters, but not with the source's, until it is known which policy applies", () => {
    const given = { ...three, status, undecided: true, letters: ok(absent), spec: { config: { "flush.ms": "2" } } };
    const { steps, refusals } = plannedTopics(given);
    expect(steps.map(({ action }) => topicNameOf(action))).to.deep.equal([SOURCE]);
    expect(refusals).to.deep.equal([
      { reason: "RetentionPolicyNotFound", message: "missing" },
      { reason: "DeadLetterFailed", cause: "RetentionPolicyNotFound", message: "missing" },
    ]);
  });

  it("adopts no further than is granted for the name", () => {
    const found = letters(3, { "retention.ms": "5" });
    const given = { ...three, status, letters: found, spec: { adoption: "Adopt" } as const };
    expect(plannedTopics({ ...given, wish: { adoption: "IfIdentical" } }).refusals).to.have.nested.property(
      "[0].cause",
      "AlreadyExists",
    );
    expect(plannedTopics({ ...given, wish: { adoption: "Adopt" } }).refusals).to.deep.equal([]);
  });

  it("knows a creation of ours again that was not stored, also where the broker's own values are not Kafka's", () => {
    // Made before it was known that this broker takes larger records.
    const source = aTopicInKafka({ partitions: 3, configs: { "max.message.bytes": "9000000" } });
    const { deadLetters, steps, refusals } = plannedTopics({ source, letters: letters(3) });
    expect(refusals).to.deep.equal([]);
    expect(deadLetters.get(DLQ)?.binding?.topicId).to.equal("id-dlq");
    expect(steps.map(({ action }) => action)).to.have.length(1);
    expect(steps[0]?.action).to.deep.include({ key: "max.message.bytes", to: "9262144", cause: "declared" });
  });

  it("does not let rules for the source's configuration stand against what dead letters take from it", () => {
    const bus = anEventBus({ profile: "Production" });
    const policy = aRetentionPolicy({ retention: { time: "7d" }, durability: { minInSyncReplicas: 2 } });
    const spec = { retention: { time: "30d" } };
    const { refusals } = plannedTopics({ ...three, status, wish, bus, policy, spec });
    expect(refusals.filter(({ reason }) => reason === "DeadLetterFailed")).to.deep.equal([]);
  });

  describe("with a record of what it creates", () => {
    const creator = "uid-usage/cluster-1";
    const record = (names: string): string => `${creator}/${names}`;
    const spec = { adoption: "Never" } as const;

    it("names every topic that is about to be made, before any of them", () => {
      const { steps } = plannedTopics({ source: absent, letters: ok(absent), spec });
      expect(steps.map(({ action }) => action.type)).to.deep.equal(["recordOwnership", "createTopic", "createTopic"]);
      const creation = `${creator}/${DLQ},${SOURCE}`;
      expect(steps[0]?.action).to.deep.include({ type: "recordOwnership", creation });
      for (const { after } of steps.slice(1)) expect(after).to.deep.equal([steps[0]?.id]);
    });

    it("knows each again after a crash", () => {
      const given = { ...three, spec, status: { creating: record(`${DLQ},${SOURCE}`) } };
      const plan = plannedTopics(given);
      expect(plan.refusals).to.deep.equal([]);
      expect(plan.source.binding?.isAdopted).to.equal(false);
      expect(plan.deadLetters.get(DLQ)?.binding).to.deep.equal({ topicId: "id-dlq", isAdopted: false, isNew: true });
    });

    it("takes no annotation for a record: whoever may edit the object may write one", () => {
      const annotations = { "eventbus.dev/creating": record(`${DLQ},${SOURCE}`) };
      const plan = plannedTopics({ ...three, spec, annotations });
      expect(plan.source.binding).to.equal(undefined);
      expect(plan.refusals.map(({ reason }) => reason)).to.include("AlreadyExists");
    });

    it("adds dead letters that come later", () => {
      const given = { ...three, status: { ...status, creating: record(SOURCE) }, letters: ok(absent), spec };
      const { steps } = plannedTopics(given);
      expect(steps[0]?.action).to.deep.include({ creation: `${creator}/${SOURCE},${DLQ}` });
    });
  });
});
