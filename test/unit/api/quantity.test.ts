import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import {
  DURATION_PATTERN,
  formatDuration,
  formatSize,
  MAX_SIZE_BYTES,
  parseDuration,
  parseSize,
  SIZE_PATTERN,
  UNLIMITED,
} from "../../../src/api/quantity.ts";

const DAY_MS = 86_400_000;

describe("parseDuration()", () => {
  const durations: readonly [text: string, ms: number][] = [
    ["7d12h", 7.5 * DAY_MS],
    ["1w", 7 * DAY_MS],
    ["1w2d3h4m5s6ms", 9 * DAY_MS + 3 * 3_600_000 + 4 * 60_000 + 5_006],
    ["90s", 90_000],
    ["5ms", 5],
    ["5m", 300_000],
    ["5m5ms", 300_005],
    ["0s", 0],
    ["007d", 7 * DAY_MS],
    ["604800000ms", 7 * DAY_MS],
    ["unlimited", UNLIMITED],
  ];
  for (const [text, ms] of durations) {
    it(`reads "${text}" as ${ms} ms`, () => {
      expect(parseDuration(text)).to.equal(ms);
      expect(text).to.match(DURATION_PATTERN);
    });
  }

  const refused: readonly [text: string, why: string][] = [
    ["", "nothing is no duration"],
    ["7", "a number needs a unit"],
    ["12h7d", "units come largest first"],
    ["1d1d", "each unit comes once"],
    ["7 d", "there is no space"],
    ["1.5h", "fractions have a smaller unit"],
    ["-1d", "there is no negative time"],
    ["Unlimited", "the word is written small"],
    ["1y", "years are not of one length"],
    ["100000w", "digits are bounded so that numbers stay exact"],
  ];
  for (const [text, why] of refused) {
    it(`refuses "${text}": ${why}`, () => {
      expect(() => parseDuration(text)).to.throw(RangeError, `Cannot read "${text}" as a duration`);
    });
  }

  it("is exact for every text that the pattern lets pass", () => {
    fc.assert(
      fc.property(fc.stringMatching(DURATION_PATTERN), (text) => {
        fc.pre(text !== "" && text !== "unlimited");
        expect(Number.isSafeInteger(parseDuration(text))).to.equal(true);
      }),
    );
  });
});

describe("formatDuration()", () => {
  it("writes what parseDuration reads back, up to 9,999,999 days", () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000_000 * DAY_MS - 1 }), (ms) => {
        const text = formatDuration(ms);
        expect(text).to.match(DURATION_PATTERN);
        expect(parseDuration(text)).to.equal(ms);
      }),
    );
  });

  it("writes days and smaller units, zero as 0s, and unlimited", () => {
    expect([30 * DAY_MS, 90_061_001, 0, UNLIMITED].map(formatDuration)).to.deep.equal([
      "30d",
      "1d1h1m1s1ms",
      "0s",
      "unlimited",
    ]);
  });

  it("refuses what no duration is", () => {
    for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => formatDuration(value)).to.throw(RangeError);
  });
});

describe("parseSize()", () => {
  const sizes: readonly [value: string | number, bytes: number][] = [
    [0, 0],
    [1_048_576, 1_048_576],
    ["1048576", 1_048_576],
    ["1Ki", 1_024],
    ["10Gi", 10 * 1024 ** 3],
    ["1Ti", 1024 ** 4],
    ["1k", 1_000],
    ["1M", 1_000_000],
    ["2G", 2_000_000_000],
    ["999T", 999e12],
    ["unlimited", UNLIMITED],
  ];
  for (const [value, bytes] of sizes) {
    it(`reads ${JSON.stringify(value)} as ${bytes} bytes`, () => {
      expect(parseSize(value)).to.equal(bytes);
    });
  }

  const refused: readonly [value: string | number, why: string][] = [
    ["", "nothing is no size"],
    ["1.5Gi", "only whole bytes"],
    ["10gi", "suffixes are Kubernetes' own"],
    ["10GB", "suffixes are Kubernetes' own"],
    ["1K", "the decimal kilo is a small k"],
    ["-1", "Kafka's -1 is written unlimited"],
    [-1, "Kafka's -1 is written unlimited"],
    [0.5, "only whole bytes"],
    ["1000Ti", "digits are bounded so that numbers stay exact"],
  ];
  for (const [value, why] of refused) {
    it(`refuses ${JSON.stringify(value)}: ${why}`, () => {
      expect(() => parseSize(value)).to.throw(RangeError, "as a size");
    });
  }

  it("is exact for every text that the pattern lets pass", () => {
    fc.assert(
      fc.property(fc.stringMatching(SIZE_PATTERN), (text) => {
        fc.pre(text !== "unlimited");
        expect(Number.isSafeInteger(parseSize(text))).to.equal(true);
      }),
    );
  });
});

describe("formatSize()", () => {
  it("writes what parseSize reads back", () => {
    fc.assert(
      fc.property(fc.nat({ max: MAX_SIZE_BYTES }), fc.constantFrom(1, 1024, 1024 ** 2, 1024 ** 3), (count, unit) => {
        const bytes = Math.floor(count / unit) * unit;
        expect(formatSize(bytes)).to.match(SIZE_PATTERN);
        expect(parseSize(formatSize(bytes))).to.equal(bytes);
      }),
    );
  });

  it("writes the largest binary suffix that divides, and unlimited", () => {
    expect([0, 1_000, 1_024, 10 * 1024 ** 3, 1_536 * 1024 ** 2, UNLIMITED].map(formatSize)).to.deep.equal([
      "0",
      "1000",
      "1Ki",
      "10Gi",
      "1536Mi",
      "unlimited",
    ]);
  });
});
