import { expect } from "chai";
import { describe, it } from "mocha";

import type { Condition } from "../../../../src/api/custom-resource.ts";
import type { EventTopicStatus } from "../../../../src/api/event-topic.ts";
import type { TopicFlow } from "../../../../src/controllers/event-topic/flow.ts";
import { memoryOf } from "../../../../src/controllers/event-topic/memory.ts";
import { summarizeTopic } from "../../../../src/controllers/event-topic/summarize.ts";
import type { Story } from "../../../../src/controllers/pipeline.ts";
import { failedWith, ok, type Answer, type FailureKind } from "../../../../src/kafka/model/failure.ts";
import { anEventBus, anEventTopic } from "../../../builders/objects.ts";
import { NOW } from "../../../builders/planned-topic.ts";
import { checked, runTopic, shown, type RunGiven } from "../../../builders/topic-run.ts";
import { aTopicInKafka } from "../../../builders/topics.ts";

const created = ok({ id: "id-1", partitions: 3, replicationFactor: 1 });
const failure = (kind: FailureKind, name = "X"): Answer<never> =>
  failedWith({ kind, name, message: "The broker's words" });
const bound: EventTopicStatus = {
  bus: { name: "bus", clusterId: "cluster-1" },
  topicName: "billing.usage.events",
  topicId: "id-1",
};
const ready = (reason: string, status: Condition["status"] = "True"): Condition => ({
  type: "Ready",
  status,
  reason,
  message: "",
  observedGeneration: 2,
  lastTransitionTime: "2026-05-01T00:00:00Z",
});

describe("summarizeTopic()", () => {
  it("records identity, shape, configuration and keys of ours after a create", () => {
    const verdict = runTopic({ kind: "absent" }, { spec: { partitions: 3, compressionType: "lz4" }, answer: created });
    expect(verdict.status).to.deep.include({
      bus: { name: "bus", clusterId: "cluster-1" },
      topicName: "billing.usage.events",
      topicId: "id-1",
      createdAt: "2026-06-01T00:00:00Z",
      adopted: false,
      partitions: 3,
      replicationFactor: 1,
      effectiveConfig: [{ key: "compression.type", value: "lz4", source: "spec" }],
      managedKeys: ["compression.type"],
    });
    expect(shown(verdict)).to.deep.equal(["Ready=True/Created"]);
    expect(verdict).to.deep.include({ outcome: { kind: "settled", recheckAt: undefined }, events: [] });
  });

  it("keeps saying Created while nothing else happens, and UpToDate after the next edit", () => {
    const live = aTopicInKafka();
    const before = { ...bound, conditions: [ready("Created")] };
    expect(shown(runTopic(live, { status: before }))).to.deep.equal(["Ready=True/Created"]);
    const stale = { ...bound, conditions: [{ ...ready("Created"), observedGeneration: 1 }] };
    expect(shown(runTopic(live, { status: stale }))).to.deep.equal(["Ready=True/UpToDate"]);
  });

  const users: readonly { why: string; found?: readonly string[]; told?: readonly string[] }[] = [
    { why: "what the last poll found", found: ["audit", "billing"], told: ["audit", "billing"] },
    { why: "what was told before, until somebody has looked", told: ["before"] },
    { why: "nothing where nobody is left", found: [] },
  ];
  for (const { why, found, told } of users) {
    it(`tells the groups on the topic: ${why}`, () => {
      const status = { ...bound, consumerGroups: ["before"], conditions: [ready("UpToDate")] };
      const verdict = runTopic(aTopicInKafka(), { status, ...(found && { consumerGroups: found }) });
      expect(verdict.status?.consumerGroups).to.deep.equal(told);
    });
  }

  it("trusts our own create while the brokers do not show it: Ready stays, unless more is asked for", () => {
    const fresh = ready("Created");
    const made = { ...bound, createdAt: "2026-05-31T23:59:50Z" };
    const status = { ...made, conditions: [fresh] };
    const quiet = runTopic({ kind: "absent" }, { status });
    expect(quiet.status, "as it is, so that only a request to run is answered").to.equal(status);
    expect(quiet.outcome).to.deep.equal({ kind: "waiting", reason: "NotYetVisible", recheckAt: NOW + 2_000 });
    const edited = runTopic(
      { kind: "absent" },
      { status: { ...made, conditions: [{ ...fresh, observedGeneration: 1 }] } },
    );
    expect(shown(edited)).to.deep.equal(["Ready=False/NotYetVisible", "Reconciling=True/NotYetVisible"]);
  });

  const createdAt = "2026-05-31T23:59:50Z";
  const made = { ...bound, createdAt, conditions: [ready("Created")], observedGeneration: 2 };
  const sights: readonly { why: string; given: RunGiven; told: string | undefined }[] = [
    { why: "a look at an unchanged topic", given: { status: made }, told: createdAt },
    { why: "an edit", given: { status: { ...made, observedGeneration: 1 } }, told: undefined },
    {
      why: "a change in Kafka",
      given: { status: made, spec: { compressionType: "lz4" as const }, answer: ok(undefined) },
      told: undefined,
    },
    { why: "a namesake that is adopted", given: { status: { ...made, topicId: "lost" } }, told: undefined },
  ];
  for (const { why, given, told } of sights) {
    it(`${told === undefined ? "forgets" : "keeps"} when it made the topic after ${why}`, () => {
      expect(runTopic(aTopicInKafka(), given).status?.createdAt).to.equal(told);
    });
  }

  const refusals: {
    readonly why: string;
    readonly given: RunGiven;
    readonly conditions: readonly string[];
    readonly ends: string;
  }[] = [
    {
      why: "a refusal that a person must lift",
      given: { spec: { partitions: 1 } },
      conditions: ["Ready=False/PartitionDecreaseUnsupported", "Stalled=True/PartitionDecreaseUnsupported"],
      ends: "stalled",
    },
    {
      why: "suspend with a change unmet",
      given: { spec: { partitions: 9, suspend: true } },
      conditions: ["Ready=False/Suspended", "Stalled=True/Suspended"],
      ends: "stalled",
    },
    {
      why: "a read-only bus with a change unmet",
      given: { spec: { partitions: 9 }, bus: anEventBus({ access: "ReadOnly" }) },
      conditions: ["Ready=False/ReadOnly", "Stalled=True/ReadOnly"],
      ends: "stalled",
    },
    {
      why: "a destructive change that was not measured",
      given: { spec: { retention: { time: "1h" } } },
      conditions: ["Ready=Unknown/BusNotReady", "Reconciling=True/BusNotReady"],
      ends: "failed",
    },
    {
      why: "a right that is missing",
      given: { spec: { partitions: 9 }, answer: failure("denied") },
      conditions: ["Ready=False/Denied", "Stalled=True/Denied"],
      ends: "stalled",
    },
    {
      why: "a value that the broker refuses",
      given: { spec: { partitions: 9 }, answer: failure("invalid", "INVALID_PARTITIONS") },
      conditions: ["Ready=False/BrokerRejected", "Stalled=True/BrokerRejected"],
      ends: "stalled",
    },
    {
      why: "an outage in the middle, with work to do",
      given: { spec: { partitions: 9 }, answer: failure("unreachable") },
      conditions: ["Ready=Unknown/BusNotReady", "Reconciling=True/BusNotReady"],
      ends: "failed",
    },
    {
      why: "a write without an answer",
      given: { spec: { partitions: 9 }, answer: { status: "unknown", reason: "No answer" } },
      conditions: ["Ready=Unknown/BusNotReady", "Reconciling=True/BusNotReady"],
      ends: "failed",
    },
  ];
  for (const { why, given, conditions, ends } of refusals) {
    it(`shows ${conditions.join(", ")} for ${why}`, () => {
      const verdict = runTopic(aTopicInKafka({ partitions: 3 }), { status: bound, ...given });
      expect(shown(verdict)).to.deep.equal(conditions);
      expect(verdict.outcome.kind).to.equal(ends);
    });
  }

  it("keeps a key that it could not set on record, so that trying again writes nothing", () => {
    const given: RunGiven = { spec: { compressionType: "lz4" }, answer: failure("invalid", "INVALID_CONFIG") };
    const first = runTopic(aTopicInKafka(), { ...given, status: { ...bound, managedKeys: ["compression.type"] } });
    expect(first.status?.managedKeys).to.deep.equal(["compression.type"]);
  });

  it("puts a failure before a refusal, and tells both and what was done all the same", () => {
    const spec = { partitions: 1, compressionType: "lz4" as const };
    const verdict = runTopic(aTopicInKafka({ partitions: 3 }), { spec, status: bound });
    expect(verdict.status?.conditions?.[0]?.message)
      .to.include("Kafka cannot remove partitions")
      .and.include('Done all the same: Set compression.type of topic "billing.usage.events"');
    const failed = runTopic(aTopicInKafka({ partitions: 3 }), { spec, status: bound, answer: failure("busy") });
    expect(shown(failed)[0]).to.equal("Ready=Unknown/BusNotReady");
    expect(failed.outcome.kind).to.equal("failed");
  });

  it("reports drift that may not be corrected as Ready, and lists it", () => {
    const status = { ...bound, effectiveConfig: [{ key: "compression.type", value: "lz4", source: "spec" }] };
    const live = aTopicInKafka({ configs: { "compression.type": "gzip" } });
    const verdict = runTopic(live, { spec: { compressionType: "lz4", drift: "Report" }, status });
    expect(shown(verdict)).to.deep.equal(["Ready=True/Drifted", "Drifted=True/Drifted"]);
    expect(verdict.status?.drift).to.deep.equal([{ key: "compression.type", wanted: "lz4", found: "gzip" }]);
    const again = runTopic(live, { spec: { compressionType: "lz4", drift: "Report" }, status: verdict.status ?? {} });
    expect(shown(again)).to.deep.equal(shown(verdict));
  });

  it("sends an event for a refusal once", () => {
    const live = aTopicInKafka({ partitions: 3 });
    const first = runTopic(live, { spec: { partitions: 1 }, status: bound });
    expect(first.events?.map(({ reason }) => reason)).to.deep.equal(["PartitionDecreaseUnsupported"]);
    expect(runTopic(live, { spec: { partitions: 1 }, status: first.status ?? {} }).events).to.deep.equal([]);
  });

  it("tells corrected drift and changed configuration apart, in one event each", () => {
    const live = aTopicInKafka({ configs: { "compression.type": "gzip" } });
    const status = { ...bound, effectiveConfig: [{ key: "compression.type", value: "lz4", source: "spec" }] };
    const verdict = runTopic(live, {
      spec: { compressionType: "lz4", config: { "flush.ms": 1, "segment.ms": 2 } },
      status,
    });
    expect(verdict.events?.map(({ reason }) => reason)).to.deep.equal(["DriftCorrected", "ConfigurationChanged"]);
  });

  it("leaves the status of a topic without work alone while its bus is down", () => {
    const topic = anEventTopic({}, { generation: 2 }, { ...bound, conditions: [ready("UpToDate")] });
    const refusal = { reason: "BusNotReady" as const, message: "down" };
    const story: Story<TopicFlow> = { stage: "unresolved", resolution: { kind: "blocked", refusal, identity: {} } };
    const verdict = checked(topic, summarizeTopic(topic, story, memoryOf(topic, NOW), NOW));
    expect(verdict).to.deep.equal({
      outcome: { kind: "waiting", reason: "BusNotReady", recheckAt: undefined },
      // As it is, so that only a request to run is answered.
      status: topic.status,
      events: [],
    });
    const edited = { ...topic, metadata: { ...topic.metadata, generation: 3 } };
    expect(shown(checked(edited, summarizeTopic(edited, story, memoryOf(edited, NOW), NOW)))[0]).to.equal(
      "Ready=Unknown/BusNotReady",
    );
  });

  it("keeps the recorded identity whatever happens", () => {
    const topic = anEventTopic({}, { generation: 2 }, { ...bound, partitions: 3 });
    const refusal = { reason: "ClaimedByAnother" as const, message: "held" };
    const story: Story<TopicFlow> = { stage: "unresolved", resolution: { kind: "blocked", refusal, identity: {} } };
    const { status } = checked(topic, summarizeTopic(topic, story, memoryOf(topic, NOW), NOW));
    expect(status).to.deep.include({ ...bound, partitions: 3 });
  });
});
