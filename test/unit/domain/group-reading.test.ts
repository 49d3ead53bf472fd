import { expect } from "chai";
import { describe, it } from "mocha";

import {
  headroomMs,
  isGroupNews,
  judgeObjectives,
  lostRecords,
  partitionsAtRisk,
  totalLag,
  type GroupObjectives,
  type GroupReading,
  type ObjectiveJudgement,
  type ReadGroup,
  type TopicReading,
} from "../../../src/domain/group-reading.ts";
import { NO_AGE } from "../../../src/domain/unread-age.ts";

const MINUTE_MS = 60_000;

function topic(parts: Partial<TopicReading> = {}): TopicReading {
  return {
    topic: "orders",
    topicId: "id-1",
    lag: 0,
    partitionsWithoutCommit: 0,
    unreadablePartitions: 0,
    lostRecords: 0,
    unreadAge: NO_AGE,
    partitionsAtRisk: 0,
    evaluation: "OK",
    ...parts,
  };
}

function group(parts: Partial<ReadGroup> = {}, ...topics: readonly Partial<TopicReading>[]): ReadGroup {
  return {
    kind: "read",
    groupId: "billing",
    state: "Stable",
    type: "classic",
    members: 1,
    topics: topics.map(topic),
    missingTopics: [],
    evaluation: "OK",
    ...parts,
  };
}

const unreachable: GroupReading = {
  kind: "unknown",
  groupId: "billing",
  failure: { kind: "unreachable", name: "ECONNREFUSED", message: "No broker" },
};

describe("A reading of a group", () => {
  it("sums up its topics, and does not where one is unknown", () => {
    const two = group({}, { lag: 5, lostRecords: 2, partitionsAtRisk: 1, headroomMs: 9 }, { lag: 7, headroomMs: 4 });
    expect([totalLag(two), lostRecords(two), partitionsAtRisk(two), headroomMs(two)]).to.deep.equal([12, 2, 1, 4]);
    const one = group({}, { lag: 5 }, { lag: undefined, unreadablePartitions: 1, partitionsAtRisk: undefined });
    expect([totalLag(one), partitionsAtRisk(one), headroomMs(one)]).to.deep.equal([undefined, undefined, undefined]);
  });

  it("takes a topic without any commit for nothing that can be summed", () => {
    expect(totalLag(group({}, { lag: 5 }, { lag: undefined, partitionsWithoutCommit: 3 }))).to.equal(5);
  });
});

describe("judgeObjectives()", () => {
  const cases: readonly {
    readonly why: string;
    readonly given: readonly Partial<TopicReading>[];
    readonly objectives: GroupObjectives;
    readonly are: readonly [ObjectiveJudgement["objective"], boolean | undefined][];
  }[] = [
    { why: "none is set", given: [{ lag: 1_000 }], objectives: { allowedLag: 1 }, are: [] },
    { why: "as many as may be", given: [{ lag: 10 }], objectives: { maxRecordLag: 10 }, are: [["maxRecordLag", true]] },
    {
      why: "too many",
      given: [{ lag: 6 }, { lag: 5 }],
      objectives: { maxRecordLag: 10 },
      are: [["maxRecordLag", false]],
    },
    {
      why: "who knows how many",
      given: [{ lag: undefined, unreadablePartitions: 1 }],
      objectives: { maxRecordLag: 10 },
      are: [["maxRecordLag", undefined]],
    },
    {
      why: "one topic is too old, whatever another is",
      given: [{ unreadAge: undefined }, { unreadAge: { atLeastMs: MINUTE_MS, atMostMs: Infinity } }],
      objectives: { maxTimeLagMs: MINUTE_MS },
      are: [["maxTimeLag", false]],
    },
    {
      why: "young enough, and one that nobody knows",
      given: [{}, { unreadAge: undefined }],
      objectives: { maxTimeLagMs: MINUTE_MS },
      are: [["maxTimeLag", undefined]],
    },
    { why: "no topic at all", given: [], objectives: { maxTimeLagMs: MINUTE_MS }, are: [["maxTimeLag", true]] },
    {
      why: "retention is near",
      given: [{ partitionsAtRisk: 2 }],
      objectives: { minHeadroomMs: MINUTE_MS },
      are: [["minRetentionHeadroom", false]],
    },
  ];
  for (const { why, given, objectives, are } of cases) {
    it(`says ${JSON.stringify(are)}: ${why}`, () => {
      const judged = judgeObjectives(group({}, ...given), objectives);
      expect(judged.map(({ objective, isMet }) => [objective, isMet])).to.deep.equal(are);
    });
  }
});

describe("isGroupNews()", () => {
  const before = group({}, { lag: 1_000 });
  const cases: readonly {
    readonly why: string;
    readonly before?: GroupReading | undefined;
    readonly now: GroupReading;
    readonly objectives?: GroupObjectives;
    readonly is: boolean;
  }[] = [
    { why: "the first", before: undefined, now: before, is: true },
    { why: "the same", before, now: before, is: false },
    { why: "the number moved a little", before, now: group({}, { lag: 1_050 }), is: false },
    { why: "the number moved notably", before, now: group({}, { lag: 1_100 }), is: true },
    { why: "nothing is unread any more", before: group({}, { lag: 1 }), now: group({}, { lag: 0 }), is: true },
    {
      why: "an objective was passed, by little",
      before,
      now: group({}, { lag: 1_001 }),
      objectives: { maxRecordLag: 1_000 },
      is: true,
    },
    { why: "a member went", before, now: group({ members: 0 }, { lag: 1_000 }), is: true },
    { why: "it is another state", before, now: group({ state: "Empty" }, { lag: 1_000 }), is: true },
    { why: "it is judged otherwise", before, now: group({ evaluation: "Slow" }, { lag: 1_000 }), is: true },
    { why: "a topic was made anew", before, now: group({}, { lag: 1_000, topicId: "id-2" }), is: true },
    { why: "a topic went", before, now: group({ missingTopics: ["orders"] }), is: true },
    { why: "it cannot be asked", before, now: unreachable, is: true },
    { why: "it still cannot", before: unreachable, now: unreachable, is: false },
    { why: "it can be asked again", before: unreachable, now: before, is: true },
  ];
  for (const { why, before: was, now, objectives = {}, is } of cases) {
    it(`says ${is}: ${why}`, () => {
      expect(isGroupNews(was, now, objectives)).to.equal(is);
    });
  }
});
