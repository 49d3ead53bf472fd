import { expect } from "chai";
import { describe, it } from "mocha";

import type { ConsumerGroup, ConsumerGroupSpec, ConsumerGroupStatus } from "../../../../src/api/consumer-group.ts";
import type { GroupStory } from "../../../../src/controllers/consumer-group/flow.ts";
import { memoryOf } from "../../../../src/controllers/consumer-group/memory.ts";
import { summarizeGroup } from "../../../../src/controllers/consumer-group/summarize.ts";
import type { GroupReading, TopicReading } from "../../../../src/domain/group-reading.ts";
import { settled } from "../../../../src/runtime/outcome.ts";
import type { Verdict } from "../../../../src/runtime/reconcile.ts";
import { conditionOf, GROUP_ID, GroupUnderTest, NOW_MS } from "../../../builders/group-run.ts";
import { aConsumerGroup } from "../../../builders/objects.ts";

const HOUR_MS = 3_600_000;

function topicOf(given: Partial<TopicReading> = {}): TopicReading {
  return {
    topic: "orders",
    topicId: "id-1",
    lag: 0,
    partitionsWithoutCommit: 0,
    unreadablePartitions: 0,
    lostRecords: 0,
    unreadAge: { atLeastMs: 0, atMostMs: 0 },
    partitionsAtRisk: 0,
    evaluation: "OK",
    ...given,
  };
}

function readingOf(topic: Partial<TopicReading> = {}, given: object = {}): GroupReading {
  return {
    kind: "read",
    groupId: GROUP_ID,
    state: "Stable",
    type: "classic",
    members: 2,
    topics: [topicOf(topic)],
    missingTopics: [],
    evaluation: "OK",
    ...given,
  };
}

const LATE = { atLeastMs: 2 * HOUR_MS, atMostMs: 3 * HOUR_MS };
const UNREAD: GroupReading = {
  kind: "unknown",
  groupId: GROUP_ID,
  failure: { kind: "unreachable", name: "ETIMEDOUT", message: "No broker answers" },
};

describe("The conditions of a ConsumerGroup", () => {
  const cases: readonly (readonly [
    why: string,
    spec: Partial<ConsumerGroupSpec>,
    reading: GroupReading,
    then: Readonly<Record<string, string>>,
  ])[] = [
    ["a group that reads", {}, readingOf(), { Active: "True/HasMembers", WithinSLO: "absent", DataAtRisk: "absent" }],
    ["a group that does not exist", {}, readingOf({}, { state: "Absent", members: 0 }), { Active: "False/NoMembers" }],
    [
      "a group that should be read, and is not",
      { expectActive: true },
      readingOf({}, { state: "Empty", members: 0 }),
      { Active: "False/MembersMissing" },
    ],
    ["a lag within bounds", { slo: { maxRecordLag: 5 } }, readingOf({ lag: 5 }), { WithinSLO: "True/Met" }],
    ["a lag beyond bounds", { slo: { maxRecordLag: 5 } }, readingOf({ lag: 6 }), { WithinSLO: "False/Exceeded" }],
    [
      "a lag of which one partition is not known",
      { slo: { maxRecordLag: 5 } },
      readingOf({ lag: undefined, unreadablePartitions: 1 }),
      { WithinSLO: "Unknown/NotMeasured" },
    ],
    [
      "records that are too old, by the preset of its purpose",
      { purpose: "processor" },
      readingOf({ lag: 1, unreadAge: LATE }),
      { WithinSLO: "False/Exceeded" },
    ],
    [
      "records that are not too old for an archive",
      { purpose: "backup" },
      readingOf({ lag: 1, unreadAge: LATE }),
      { WithinSLO: "True/Met" },
    ],
    [
      "retention that comes near",
      { slo: { minRetentionHeadroom: "1h" } },
      readingOf({ lag: 1, partitionsAtRisk: 1, headroomMs: 5_000 }),
      { DataAtRisk: "True/RetentionNear", WithinSLO: "False/Exceeded" },
    ],
    [
      "records that are gone",
      {},
      readingOf({ lag: 1, lostRecords: 3, partitionsAtRisk: 1 }),
      { DataAtRisk: "True/RecordsLost" },
    ],
  ];
  for (const [why, spec, reading, then] of cases) {
    it(`tell of ${why}, and Ready does not depend on it`, async () => {
      const run = await new GroupUnderTest(spec).run({ reading });
      const told = Object.fromEntries(Object.keys(then).map((type) => [type, conditionOf(run, type)]));
      expect(told).to.deep.equal(then);
      expect(conditionOf(run)).to.equal("True/Observed");
    });
  }

  it("say of a group that could not be asked that nothing is known any longer, and nothing reads as zero", async () => {
    const group = new GroupUnderTest({ slo: { maxRecordLag: 5 } });
    await group.run({ reading: readingOf({ lag: 3 }) });
    expect(group.status).to.include({ state: "Stable", members: 2 });
    const run = await group.run({ reading: UNREAD });
    expect(conditionOf(run, "Active")).to.equal("Unknown/Unreachable");
    expect(conditionOf(run, "WithinSLO")).to.equal("Unknown/Unreachable");
    expect(conditionOf(run)).to.equal("Unknown/Unreachable");
    expect(run.verdict.outcome.kind).to.equal("failed");
    expect(group.status).to.include({ state: "Unknown", evaluation: "Unknown" });
    expect(JSON.parse(JSON.stringify(group.status))).not.to.have.any.keys("members", "topics", "headroom");
  });

  it("tell by an event, once, that retention comes near, and once that it has taken records", async () => {
    const group = new GroupUnderTest({ slo: { minRetentionHeadroom: "1h" } });
    const told: unknown[] = [];
    const near = readingOf({ lag: 2, partitionsAtRisk: 1, headroomMs: 5_000 });
    const lost = (lostRecords: number): GroupReading => readingOf({ lag: 1, lostRecords, partitionsAtRisk: 1 });
    for (const reading of [readingOf(), near, near, lost(1), lost(40), readingOf()]) {
      const { verdict } = await group.run({ reading });
      told.push(verdict.events?.map(({ type, reason }) => `${type} ${reason}`).join());
    }
    expect(told).to.deep.equal(["", "Warning RetentionNear", "", "Warning RecordsLost", "", ""]);
  });

  it("say that it is not known whether data is at risk only where it was", async () => {
    const group = new GroupUnderTest({ slo: { minRetentionHeadroom: "1h" } });
    await group.run({ reading: readingOf() });
    expect(conditionOf(await group.run({ reading: UNREAD }), "DataAtRisk")).to.equal("absent");
    await group.run({ reading: readingOf({ lag: 1, partitionsAtRisk: 1 }) });
    expect(conditionOf(await group.run({ reading: UNREAD }), "DataAtRisk")).to.equal("Unknown/Unreachable");
    expect(conditionOf(await group.run({ reading: readingOf() }), "DataAtRisk")).to.equal("absent");
  });

  it("keep what was said of a group that is too young to be judged anew, but not that it never committed", async () => {
    for (const [before, then] of [
      ["Stopped", "Stopped"],
      ["NoCommits", "Unknown"],
      [undefined, undefined],
    ] as const) {
      const group = new GroupUnderTest();
      group.status = { evaluation: before };
      await group.run({ reading: readingOf({}, { evaluation: undefined }) });
      expect(group.status?.evaluation).to.equal(then);
    }
  });
});

const summary = (group: ConsumerGroup, story: GroupStory): Verdict<ConsumerGroupStatus> =>
  summarizeGroup(group, story, { memory: memoryOf(group), nowMs: NOW_MS, sinceNumbersMs: Infinity });
const blocked = (reason: "BusNotReady" | "ClusterIdMismatch"): GroupStory => ({
  stage: "unresolved",
  resolution: { kind: "blocked", refusal: { reason, message: "Why" }, identity: { busName: "bus" } },
});
const condition = (type: string, status: "True" | "False", reason: string, observedGeneration: number) => ({
  type,
  status,
  reason,
  message: "Was so",
  observedGeneration,
  lastTransitionTime: "2026-01-01T00:00:00Z",
});

const readyOf = ({ status }: Verdict<ConsumerGroupStatus>): string | undefined =>
  status?.conditions?.find(({ type }) => type === "Ready")?.reason;

const before = (observedGeneration: number): ConsumerGroupStatus => ({
  observedGeneration,
  state: "Stable",
  members: 3,
  evaluation: "OK",
  bus: { name: "bus", clusterId: "cluster-1" },
  binding: { name: "kafka" },
  topics: [{ topic: "orders", lag: 4, initialized: true, initializedPartitions: 2 }],
  conditions: [
    condition("Ready", "True", "Observed", observedGeneration),
    condition("Active", "True", "HasMembers", observedGeneration),
    condition("BindingReady", "True", "Current", observedGeneration),
  ],
});

describe("Where a ConsumerGroup cannot be resolved", () => {
  it("a bus that is down leaves Ready as it was judged, and says that nothing is known", () => {
    const verdict = summary(aConsumerGroup({}, { generation: 2 }, before(2)), blocked("BusNotReady"));
    expect(readyOf(verdict)).to.equal("Observed");
    expect(verdict.status).to.include({ state: "Unknown", evaluation: "Unknown" });
    expect(verdict.status?.members).to.equal(undefined);
    expect(verdict.outcome.kind).to.equal("waiting");
  });

  it("a bus that is down is told where a new generation was not judged yet", () => {
    const verdict = summary(aConsumerGroup({}, { generation: 3 }, before(2)), blocked("BusNotReady"));
    expect(readyOf(verdict)).to.equal("BusNotReady");
  });

  it("what was done stays on record, and what was said of the binding stands", () => {
    const { status } = summary(aConsumerGroup({}, { generation: 2 }, before(2)), blocked("ClusterIdMismatch"));
    expect(JSON.parse(JSON.stringify(status?.topics))).to.deep.equal([
      { topic: "orders", initialized: true, initializedPartitions: 2 },
    ]);
    expect(status?.binding).to.deep.equal({ name: "kafka" });
    expect(status?.conditions?.find(({ type }) => type === "BindingReady")?.reason).to.equal("Current");
  });

  it("a refusal that a person must lift is told as an event, once", () => {
    const group = aConsumerGroup({}, { generation: 2 }, before(2));
    const first = summary(group, blocked("ClusterIdMismatch"));
    expect(first.events?.map(({ type, reason }) => [type, reason])).to.deep.equal([["Warning", "ClusterIdMismatch"]]);
    const again = summary({ ...group, status: first.status }, blocked("ClusterIdMismatch"));
    expect(again.events).to.deep.equal([]);
  });
});

const lagOf = ({ status }: GroupUnderTest): number | undefined => status?.topics?.[0]?.lag;

describe("The numbers of a ConsumerGroup", () => {
  it("are shown by the first run that comes a minute or more after the last ones", async () => {
    const group = new GroupUnderTest();
    await group.run({ reading: readingOf({ lag: 1_000 }) });
    // What is added for the group's rights is no reason to renew the numbers.
    const conditions = [...(group.status?.conditions ?? []), condition("AccessGranted", "True", "Granted", 2)];
    group.status = { ...group.status, access: { clusterId: "cluster-1" }, conditions };
    group.sinceNumbersMs = 20_000;
    const held = await group.run({ reading: readingOf({ lag: 2_345 }) });
    expect([lagOf(group), held.verdict.outcome]).to.deep.equal([1_000, settled()]);
    group.sinceNumbersMs = 60_000;
    const told = await group.run({ reading: readingOf({ lag: 2_345 }) });
    expect([lagOf(group), told.verdict.outcome.recheckAt]).to.deep.equal([2_300, undefined]);
  });

  it("that moved by less than a tenth wait for no clock", async () => {
    const group = new GroupUnderTest();
    await group.run({ reading: readingOf({ lag: 1_000 }) });
    group.sinceNumbersMs = 120_000;
    const { verdict } = await group.run({ reading: readingOf({ lag: 1_099 }) });
    expect([lagOf(group), verdict.outcome.recheckAt]).to.deep.equal([1_000, undefined]);
  });

  it("go along with a condition that changes", async () => {
    const group = new GroupUnderTest();
    await group.run({ reading: readingOf({ lag: 1_000 }) });
    group.sinceNumbersMs = 1_000;
    await group.run({ reading: readingOf({ lag: 1_050 }, { members: 3 }) });
    expect(lagOf(group)).to.equal(1_100);
  });
});

describe("What a run of a ConsumerGroup comes to", () => {
  it("is the gravest of what was found, with everything else beside it, and what was done all the same", async () => {
    const group = new GroupUnderTest({
      initialOffsets: "Earliest",
      groupConfig: { "consumer.sesion": 1, "consumer.session.timeout.ms": 46_000 },
    });
    group.declareTopic("orders", 1);
    group.topics = [...group.topics, { kind: "refused", reason: "TopicNotFound", message: "There is no EventTopic" }];
    const run = await group.run();
    // A person must lift the one; the other comes by itself.
    expect(conditionOf(run)).to.equal("False/GroupConfigUnsupported");
    const message = run.verdict.status?.conditions?.find(({ type }) => type === "Ready")?.message;
    expect(message)
      .to.include('"consumer.sesion"')
      .and.include("There is no EventTopic")
      .and.match(/Done all the same: .*Commit the first offset/);
  });

  it("tells by events what it has changed in Kafka, and not that it wrote a binding", async () => {
    const group = new GroupUnderTest({
      initialOffsets: "Earliest",
      groupConfig: { "consumer.session.timeout.ms": 46_000 },
      binding: { secretName: "kafka" },
    });
    group.declareTopic("orders", 1);
    const { verdict } = await group.run();
    expect(verdict.events?.map(({ reason }) => reason)).to.deep.equal(["OffsetsInitialized", "ConfigurationChanged"]);
  });

  it("takes the finalizer off as soon as nothing in Kafka is to follow the deletion", async () => {
    expect((await new GroupUnderTest({}).run()).verdict.release).to.equal(true);
    const bound = new GroupUnderTest({ deletionPolicy: "DeleteGroup" });
    expect((await bound.run()).verdict.release).to.equal(undefined);
    expect(bound.hasFinalizer).to.equal(true);
  });
});
