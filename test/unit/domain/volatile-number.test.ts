import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { dampened, twoDigits } from "../../../src/domain/volatile-number.ts";

describe("twoDigits()", () => {
  for (const [exact, shown] of [
    [0, 0],
    [7, 7],
    [99, 99],
    [104, 100],
    [1_234, 1_200],
    [9_960, 10_000],
    [123_456_789, 120_000_000],
  ] as const) {
    it(`shows ${exact} as ${shown}`, () => {
      expect(twoDigits(BigInt(exact))).to.equal(shown);
    });
  }

  it("is off by no more than a twentieth", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (exact) => {
        expect(Math.abs(twoDigits(exact) - exact)).to.be.at.most(exact / 20);
      }),
    );
  });
});

describe("dampened()", () => {
  const cases = [
    { why: "nothing was shown", shown: undefined, exact: 1_234, shows: 1_200 },
    { why: "less than a tenth more", shown: 1_200, exact: 1_310, shows: 1_200 },
    { why: "a tenth more", shown: 1_200, exact: 1_320, shows: 1_300 },
    { why: "a tenth less", shown: 1_200, exact: 1_080, shows: 1_100 },
    { why: "down to zero", shown: 3, exact: 0, shows: 0 },
    { why: "up from zero", shown: 0, exact: 1, shows: 1 },
  ];
  for (const { why, shown, exact, shows } of cases) {
    it(`shows ${shows} for ${exact} after ${shown}: ${why}`, () => {
      expect(dampened(shown, exact)).to.equal(shows);
    });
  }
});
