import { expect } from "chai";
import { describe, it } from "mocha";

import { microTime } from "../../../../src/kubernetes/client/micro-time.ts";

describe("microTime()", () => {
  for (const { epochMs, expected } of [
    { epochMs: 0, expected: "1970-01-01T00:00:00.000000Z" },
    { epochMs: Date.parse("2026-01-02T03:04:05.678Z"), expected: "2026-01-02T03:04:05.678000Z" },
    { epochMs: 1_234.5, expected: "1970-01-01T00:00:01.234500Z" },
  ]) {
    it(`writes ${epochMs} with six fractional digits`, () => {
      expect(microTime(epochMs)).to.equal(expected);
    });
  }
});
