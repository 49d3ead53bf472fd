import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import type { CommonStatus, Condition } from "../../../src/api/custom-resource.ts";
import { isSameShare, omitEmpty } from "../../../src/runtime/status-share.ts";

const TYPES = ["Ready", "Stalled"];

function condition(type: string, message = ""): Condition {
  return { type, status: "True", lastTransitionTime: "2026-01-01T00:00:00Z", reason: "Why", message };
}

describe("omitEmpty()", () => {
  it("leaves out undefined, null, empty lists and empty objects, at any depth", () => {
    const status = {
      a: undefined,
      b: null,
      c: [],
      d: {},
      e: { f: [], g: { h: undefined } },
      kept: [{ x: 1, y: [] }],
      zero: 0,
      no: false,
      text: "",
    };
    expect(omitEmpty(status)).to.deep.equal({ kept: [{ x: 1 }], zero: 0, no: false, text: "" });
  });

  it("does nothing the second time", () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3 }), (value) => {
        const once = omitEmpty(value);
        expect(omitEmpty(once)).to.deep.equal(once);
      }),
    );
  });

  it("leaves its argument alone", () => {
    const status = Object.freeze({ list: Object.freeze([]) });
    expect(() => omitEmpty(status)).not.to.throw();
  });
});

type AnyStatus = CommonStatus & Readonly<Record<string, unknown>>;

const same = (wanted: AnyStatus, live: AnyStatus): boolean => isSameShare(wanted, live, TYPES);

describe("isSameShare()", () => {
  for (const { why, wanted, live, expected } of [
    { why: "absent and empty are one", wanted: { parts: [], size: undefined }, live: {}, expected: true },
    { why: "the order of fields does not count", wanted: { a: 1, b: 2 }, live: { b: 2, a: 1 }, expected: true },
    { why: "the order of lists counts", wanted: { a: [1, 2] }, live: { a: [2, 1] }, expected: false },
    { why: "a value differs", wanted: { a: 1 }, live: { a: 2 }, expected: false },
    { why: "text is not a number", wanted: { a: 1 }, live: { a: "1" }, expected: false },
    { why: "a field is to go", wanted: {}, live: { a: 1 }, expected: false },
    { why: "a field is to come", wanted: { a: 1 }, live: {}, expected: false },
    {
      why: "conditions of others do not count",
      wanted: { conditions: [condition("Ready")] },
      live: { conditions: [condition("Blessed"), condition("Ready")] },
      expected: true,
    },
    {
      why: "an own condition is to go",
      wanted: { conditions: [condition("Ready")] },
      live: { conditions: [condition("Ready"), condition("Stalled")] },
      expected: false,
    },
    {
      why: "an own condition differs",
      wanted: { conditions: [condition("Ready", "new")] },
      live: { conditions: [condition("Ready")] },
      expected: false,
    },
    {
      why: "the order of conditions does not count",
      wanted: { conditions: [condition("Ready"), condition("Stalled")] },
      live: { conditions: [condition("Stalled"), condition("Ready")] },
      expected: true,
    },
  ]) {
    it(`is ${expected}: ${why}`, () => {
      expect(same(wanted, live)).to.equal(expected);
    });
  }
});
