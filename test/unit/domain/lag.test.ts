import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { partitionLags, topicLag, type TopicLag } from "../../../src/domain/lag.ts";
import { lookAt, type PartitionGiven } from "../../builders/lag.ts";

const NOTHING: TopicLag = { lag: undefined, partitionsWithoutCommit: 0, unreadablePartitions: 0, lostRecords: 0 };

describe("topicLag()", () => {
  const cases: readonly { why: string; given: readonly PartitionGiven[]; told: Partial<TopicLag> }[] = [
    { why: "unread is what lies behind the commit", given: [{ committed: 3, end: 10 }], told: { lag: 7 } },
    {
      why: "partitions add up",
      given: [
        { committed: 3, end: 10 },
        { committed: 5, end: 5 },
      ],
      told: { lag: 7 },
    },
    {
      why: "a partition without a commit counts neither as zero nor as the whole log",
      given: [
        { committed: 3, end: 10 },
        { committed: "none", end: 1_000 },
      ],
      told: { lag: 7, partitionsWithoutCommit: 1 },
    },
    {
      why: "without any commit there is no lag to tell",
      given: [{ committed: "none", end: 1_000 }],
      told: { partitionsWithoutCommit: 1 },
    },
    { why: "a commit read after the end lies beyond it", given: [{ committed: 12, end: 10 }], told: { lag: 0 } },
    {
      why: "what retention deleted is lost, and no longer unread",
      given: [{ start: 6, committed: 2, end: 10 }],
      told: { lag: 4, lostRecords: 4 },
    },
    {
      why: "a partition without a leader leaves the sum unknown, never smaller",
      given: [
        { committed: 3, end: 10 },
        { start: "none", committed: 3, end: "none" },
      ],
      told: { unreadablePartitions: 1 },
    },
    { why: "a topic of no partitions says nothing", given: [], told: {} },
  ];
  for (const { why, given, told } of cases) {
    it(`tells ${JSON.stringify(told)}: ${why}`, () => {
      expect(topicLag(lookAt(given))).to.deep.equal({ ...NOTHING, ...told });
    });
  }
});

describe("A topic with transactions", () => {
  const cases = [
    { why: "one offset behind the end is its marker", committed: 9, lag: 0 },
    { why: "two are a record and its marker", committed: 8, lag: 2 },
    { why: "at the end nothing is", committed: 10, lag: 0 },
  ];
  for (const { why, committed, lag } of cases) {
    it(`has a lag of ${lag}: ${why}`, () => {
      expect(topicLag(lookAt([{ committed, end: 10 }], { hasTransactions: true })).lag).to.equal(lag);
    });
  }
});

const offset = fc.integer({ min: 0, max: 1_000 });
const partition = fc.record({
  start: fc.oneof(offset, fc.constant("none" as const)),
  committed: fc.oneof(offset, fc.constant("none" as const)),
  end: fc.oneof(offset, fc.constant("none" as const)),
});

describe("partitionLags()", () => {
  it("never tells a negative number, and each unread record once", () => {
    fc.assert(
      fc.property(partition, (given) => {
        const [lag] = partitionLags(lookAt([given]));
        if (lag?.kind !== "known") return;
        expect(lag.lag).to.be.at.least(0);
        expect(lag.lost).to.be.at.least(0);
        const { start, committed, end } = given;
        if (start === "none" || committed === "none" || end === "none") throw new Error("known without numbers");
        if (committed <= end && start <= end) expect(lag.lag + lag.lost).to.equal(end - committed);
      }),
    );
  });

  it("tells more only when more is unread", () => {
    fc.assert(
      fc.property(fc.array(partition, { maxLength: 5 }), offset, (given, more) => {
        const before = topicLag(lookAt(given)).lag;
        const grown = given.map((each) => ({ ...each, end: each.end === "none" ? each.end : each.end + more }));
        const after = topicLag(lookAt(grown)).lag;
        if (before === undefined || after === undefined) expect(after).to.equal(before);
        else expect(after).to.be.at.least(before);
      }),
    );
  });
});
