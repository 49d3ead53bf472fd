import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { backoffMs, KeyedBackoff } from "../../../src/runtime/backoff.ts";

describe("backoffMs()", () => {
  it("doubles from the base to the limit", () => {
    const waits = [1, 2, 3, 4, 5, 40].map((failures) =>
      backoffMs(failures, { baseMs: 100, maxMs: 1_000, random: () => 1 }),
    );
    expect(waits).to.deep.equal([100, 200, 400, 800, 1_000, 1_000]);
  });

  it("lies between half of the full wait and all of it, whatever the dice say", () => {
    const failures = fc.integer({ min: 1, max: 10_000 });
    const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(failures, dice, (count, random) => {
        const limits = { baseMs: 800, maxMs: 30_000 };
        const full = backoffMs(count, { ...limits, random: () => 1 });
        const wait = backoffMs(count, { ...limits, random: () => random });
        return wait >= full / 2 && wait <= full && full <= 30_000;
      }),
    );
  });
});

describe("KeyedBackoff", () => {
  it("counts each key for itself, until it is forgotten", () => {
    const backoff = new KeyedBackoff({ baseMs: 100, maxMs: 1_000, random: () => 1 });
    expect([backoff.next("a"), backoff.next("a"), backoff.next("b")]).to.deep.equal([100, 200, 100]);
    backoff.forget("a");
    expect([backoff.next("a"), backoff.next("b")]).to.deep.equal([100, 200]);
  });

  it("holds nothing for keys that are forgotten", () => {
    const backoff = new KeyedBackoff({ baseMs: 100, maxMs: 1_000 });
    backoff.next("a");
    backoff.forget("a");
    expect(backoff.size).to.equal(0);
  });
});
