import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import {
  AGE_RESOLUTION_MS,
  aged,
  ANY_AGE,
  exceeds,
  isOlder,
  narrowed,
  nextProbe,
  NO_AGE,
  type UnreadAge,
} from "../../../src/domain/unread-age.ts";

const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 86_400_000;

/** Asks until enough is known, of a record of a given age. */
function search(
  trueAgeMs: number,
  objectiveMs?: number,
  expected?: UnreadAge,
): { readonly age: UnreadAge; readonly probes: readonly number[] } {
  const probes: number[] = [];
  let age = ANY_AGE;
  const wanted = { objectiveMs, expected };
  for (let probe = nextProbe(age, wanted); probe !== undefined; probe = nextProbe(age, wanted)) {
    probes.push(probe);
    age = narrowed(age, probe, trueAgeMs >= probe);
  }
  return { age, probes };
}

function gridPosition(ageMs: number): number {
  return 8 * (Math.log(ageMs / AGE_RESOLUTION_MS) / Math.log(16));
}

const ages = fc.integer({ min: 0, max: 10 * YEAR_MS });
const objectives = fc.option(fc.integer({ min: 1, max: YEAR_MS }), { nil: undefined });

describe("nextProbe()", () => {
  it("asks once of what is in flight", () => {
    expect(search(200).probes).to.deep.equal([AGE_RESOLUTION_MS]);
    expect(search(200, 5 * MINUTE_MS).probes).to.deep.equal([AGE_RESOLUTION_MS]);
  });

  it("asks for the objective as it is, and then comes near", () => {
    const { age, probes } = search(7 * MINUTE_MS, 5 * MINUTE_MS);
    expect(probes.slice(0, 2)).to.deep.equal([AGE_RESOLUTION_MS, 5 * MINUTE_MS]);
    expect(exceeds(age, 5 * MINUTE_MS)).to.equal(true);
    expect(age.atLeastMs).to.be.within(5 * MINUTE_MS, 7 * MINUTE_MS);
  });

  it("encloses the age, closely, in a few steps", () => {
    fc.assert(
      fc.property(ages, objectives, (trueAgeMs, objectiveMs) => {
        const { age, probes } = search(trueAgeMs, objectiveMs);
        expect(trueAgeMs).to.be.within(age.atLeastMs, age.atMostMs);
        if (trueAgeMs >= AGE_RESOLUTION_MS) expect(age.atMostMs / age.atLeastMs).to.be.at.most(1.42);
        expect(probes.length).to.be.at.most(16);
      }),
    );
  });

  it("leaves no doubt about the objective", () => {
    fc.assert(
      fc.property(ages, fc.integer({ min: 1, max: YEAR_MS }), (trueAgeMs, objectiveMs) => {
        expect(exceeds(search(trueAgeMs, objectiveMs).age, objectiveMs)).to.equal(trueAgeMs >= objectiveMs);
      }),
    );
  });

  it("asks for the same ages whatever the objective", () => {
    fc.assert(
      fc.property(ages, objectives, objectives, (trueAgeMs, one, other) => {
        const grid = new Set([...search(trueAgeMs).probes, ...search(trueAgeMs, one).probes]);
        const strangers = search(trueAgeMs, other).probes.filter((probe) => !grid.has(probe) && probe !== other);
        // Where the objective cut an interval the search may go down another branch of the grid, but never off it.
        for (const probe of strangers) expect(gridPosition(probe)).to.be.closeTo(Math.round(gridPosition(probe)), 1e-3);
      }),
    );
  });

  it("asks twice or three times where the record has only aged since the last search, and never needs many more", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: AGE_RESOLUTION_MS, max: YEAR_MS }),
        objectives,
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        (trueAgeMs, objectiveMs, growth) => {
          const last = search(trueAgeMs).age;
          const laterMs = Math.round(trueAgeMs * growth);
          const { age, probes } = search(trueAgeMs + laterMs, objectiveMs, aged(last, laterMs));
          expect(trueAgeMs + laterMs).to.be.within(age.atLeastMs, age.atMostMs);
          expect(age.atMostMs / age.atLeastMs).to.be.at.most(1.42);
          expect(probes.length).to.be.at.most(objectiveMs === undefined ? 3 : 4);
        },
      ),
    );
  });

  it("finds the age whatever was expected, and is exact about the objective all the same", () => {
    fc.assert(
      fc.property(ages, fc.integer({ min: 1, max: YEAR_MS }), ages, ages, (trueAgeMs, objectiveMs, one, other) => {
        const expected = { atLeastMs: Math.min(one, other), atMostMs: Math.max(one, other) };
        const { age, probes } = search(trueAgeMs, objectiveMs, expected);
        expect(trueAgeMs).to.be.within(age.atLeastMs, age.atMostMs);
        if (trueAgeMs >= AGE_RESOLUTION_MS) expect(age.atMostMs / age.atLeastMs).to.be.at.most(1.42);
        expect(exceeds(age, objectiveMs)).to.equal(trueAgeMs >= objectiveMs);
        expect(probes.length).to.be.at.most(20);
        expect(new Set(probes).size, "nothing is asked twice").to.equal(probes.length);
      }),
    );
  });

  it("ends with records of a time that cannot be", () => {
    const { probes } = search(Infinity);
    expect(probes.length).to.be.at.most(16);
  });
});

describe("isOlder()", () => {
  const cases = [
    { why: "a record before the first younger one is unread", committed: 5, firstYounger: 8, end: 10, is: true },
    { why: "the next to read is the first younger one", committed: 8, firstYounger: 8, end: 10, is: false },
    { why: "what is unread is younger", committed: 9, firstYounger: 8, end: 10, is: false },
    { why: "nothing is that young, and something is unread", committed: 9, firstYounger: undefined, end: 10, is: true },
    { why: "nothing is that young, and nothing unread", committed: 10, firstYounger: undefined, end: 10, is: false },
    { why: "the first younger one came after the look", committed: 10, firstYounger: 12, end: 10, is: false },
  ];
  for (const { why, committed, firstYounger, end, is } of cases) {
    it(`says ${is}: ${why}`, () => {
      expect(isOlder(committed, firstYounger, end)).to.equal(is);
    });
  }
});

describe("exceeds()", () => {
  const cases: readonly { age: UnreadAge; is: boolean | undefined }[] = [
    { age: NO_AGE, is: false },
    { age: ANY_AGE, is: undefined },
    { age: { atLeastMs: MINUTE_MS, atMostMs: Infinity }, is: true },
    { age: { atLeastMs: 0, atMostMs: MINUTE_MS }, is: false },
    { age: { atLeastMs: MINUTE_MS - 1, atMostMs: MINUTE_MS + 1 }, is: undefined },
  ];
  for (const { age, is } of cases) {
    it(`says ${is} of ${age.atLeastMs} to ${age.atMostMs} ms and a minute`, () => {
      expect(exceeds(age, MINUTE_MS)).to.equal(is);
    });
  }
});
