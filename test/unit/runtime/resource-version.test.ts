import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { compareResourceVersions, newestResourceVersion } from "../../../src/runtime/resource-version.ts";

describe("compareResourceVersions()", () => {
  it("orders as the integers do, however long", () => {
    const version = fc.bigInt({ min: 1n, max: 2n ** 80n });
    fc.assert(
      fc.property(version, version, (a, b) => {
        const sign = Math.sign(compareResourceVersions(String(a), String(b)));
        expect(sign).to.equal(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });
});

describe("newestResourceVersion()", () => {
  it("is the newer of two, or the only one", () => {
    expect(newestResourceVersion("9", "10")).to.equal("10");
    expect(newestResourceVersion("10", "9")).to.equal("10");
    expect(newestResourceVersion(undefined, "9")).to.equal("9");
  });
});
