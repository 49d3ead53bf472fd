import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { deletableAgeMs, headroomMs, riskyAges } from "../../../src/domain/retention-headroom.ts";

const HOUR_MS = 3_600_000;

describe("deletableAgeMs()", () => {
  for (const [why, retention, policy, is] of [
    ["retention by time", "3600000", "delete", HOUR_MS],
    ["retention by time beside compaction", "3600000", "compact,delete", HOUR_MS],
    ["records that are kept for ever", "-1", "delete", Infinity],
    ["a topic that is only compacted", "3600000", "compact", Infinity],
    ["retention that could not be read", undefined, "delete", undefined],
    ["a policy that could not be read", "3600000", undefined, undefined],
  ] as const) {
    it(`of ${why} is ${is}`, () => expect(deletableAgeMs(retention, policy)).to.equal(is));
  }
});

describe("headroomMs()", () => {
  for (const [why, age, is] of [
    ["what is in flight has all of it", { atLeastMs: 0, atMostMs: 10_000 }, HOUR_MS],
    ["an age between two ends counts as the older one", { atLeastMs: 0, atMostMs: HOUR_MS / 2 }, HOUR_MS / 2],
    [
      "an age without an upper end counts as the lower one",
      { atLeastMs: HOUR_MS / 4, atMostMs: Infinity },
      0.75 * HOUR_MS,
    ],
    ["what is older than retention has none", { atLeastMs: HOUR_MS, atMostMs: 2 * HOUR_MS }, 0],
  ] as const) {
    it(`is ${is} where ${why}`, () => expect(headroomMs(age, HOUR_MS)).to.equal(is));
  }
});

describe("riskyAges()", () => {
  it("asks for nothing where nothing can be at risk", () => {
    expect(riskyAges(HOUR_MS, undefined)).to.deep.equal([]);
    expect(riskyAges(Infinity, HOUR_MS)).to.deep.equal([]);
  });

  it("begins where the objective does, and comes nearer and nearer to retention without reaching it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), fc.integer({ min: 8, max: 1e12 }), (deletableMs, headroom) => {
        const ages = riskyAges(deletableMs, headroom);
        expect(ages[0]).to.equal(Math.max(0, deletableMs - headroom));
        expect(ages).to.deep.equal(ages.toSorted((a, b) => a - b));
        expect(ages.at(-1)).to.be.lessThan(deletableMs);
      }),
    );
  });
});
