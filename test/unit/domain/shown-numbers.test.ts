import { expect } from "chai";
import { describe, it } from "mocha";

import {
  COUNTED,
  shownNumbers,
  steadied,
  twoDigits,
  VOLATILE,
  type NumberRule,
  type Showing,
} from "../../../src/domain/shown-numbers.ts";

interface Case {
  readonly why: string;
  readonly rule: NumberRule;
  readonly before: { readonly lag?: number; readonly lost?: number } | undefined;
  readonly current: { readonly lag: number; readonly lost: number };
  readonly showing?: Partial<Showing>;
  readonly shown: { readonly lag?: number; readonly lost?: number };
}

describe("shownNumbers()", () => {
  const cases: readonly Case[] = [
    {
      why: "first numbers are shown at once, rounded",
      rule: VOLATILE,
      before: undefined,
      current: { lag: 1_234, lost: 0 },
      showing: { sinceMs: 0 },
      shown: { lag: 1_200, lost: 0 },
    },
    {
      why: "less than a tenth is no news",
      rule: VOLATILE,
      before: { lag: 1_200, lost: 0 },
      current: { lag: 1_319, lost: 0 },
      shown: { lag: 1_200, lost: 0 },
    },
    {
      why: "a tenth is",
      rule: VOLATILE,
      before: { lag: 1_200, lost: 0 },
      current: { lag: 1_320, lost: 0 },
      shown: { lag: 1_300, lost: 0 },
    },
    {
      why: "to zero is, however small it was",
      rule: VOLATILE,
      before: { lag: 1, lost: 0 },
      current: { lag: 0, lost: 0 },
      shown: { lag: 0, lost: 0 },
    },
    {
      why: "news waits for its minute",
      rule: VOLATILE,
      before: { lag: 0, lost: 0 },
      current: { lag: 7, lost: 0 },
      showing: { sinceMs: 59_999 },
      shown: { lag: 0, lost: 0 },
    },
    {
      why: "what is written anyway takes the latest along, news or not, minute or not",
      rule: VOLATILE,
      before: { lag: 1_200, lost: 0 },
      current: { lag: 1_250, lost: 0 },
      showing: { sinceMs: 1, isWrittenAnyway: true },
      shown: { lag: 1_300, lost: 0 },
    },
    {
      why: "one number's news renews all of them",
      rule: VOLATILE,
      before: { lag: 1_200, lost: 0 },
      current: { lag: 1_250, lost: 3 },
      shown: { lag: 1_300, lost: 3 },
    },
    {
      why: "a number that the status lacks is news",
      rule: VOLATILE,
      before: { lag: 1_200 },
      current: { lag: 1_200, lost: 0 },
      shown: { lag: 1_200, lost: 0 },
    },
    {
      why: "counts are exact, and every change of them is news",
      rule: COUNTED,
      before: { lag: 1_200, lost: 0 },
      current: { lag: 1_201, lost: 0 },
      showing: { sinceMs: 10_000 },
      shown: { lag: 1_201, lost: 0 },
    },
    {
      why: "but not sooner than every ten seconds",
      rule: COUNTED,
      before: { lag: 1_200, lost: 0 },
      current: { lag: 1_201, lost: 0 },
      showing: { sinceMs: 5_000 },
      shown: { lag: 1_200, lost: 0 },
    },
  ];
  for (const { why, rule, before, current, showing, shown } of cases) {
    it(why, () => {
      const given = { sinceMs: Infinity, isWrittenAnyway: false, ...showing };
      expect(shownNumbers<"lag" | "lost">(before, current, rule, given)).to.deep.equal(shown);
    });
  }
});

describe("twoDigits()", () => {
  it("keeps two significant digits", () => {
    expect([0, 7, 99, 100, 104, 105, 1_951, 123_456].map(twoDigits)).to.deep.equal([
      0, 7, 99, 100, 100, 110, 2_000, 120_000,
    ]);
  });
});

describe("steadied()", () => {
  for (const [before, now, shows] of [
    [undefined, 1_234, 1_200],
    [1_200, 1_319, 1_200],
    [1_200, 1_320, 1_300],
    [3, 0, 0],
  ] as const) {
    it(`shows ${shows} for ${now} after ${before}`, () => {
      expect(steadied(before, now, VOLATILE)).to.equal(shows);
    });
  }
});
