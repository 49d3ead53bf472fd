import { expect } from "chai";
import { describe, it } from "mocha";

import type { ObjectMeta } from "../../../src/api/custom-resource.ts";
import { DeadlineExceeded } from "../../../src/runtime/deadline.ts";
import { isCalledOff, Superseded, supersession } from "../../../src/runtime/superseded.ts";

const BEGAN: ObjectMeta = {
  name: "a",
  uid: "uid-1",
  resourceVersion: "5",
  generation: 2,
  creationTimestamp: "2026-01-01T00:00:00Z",
};

describe("supersession()", () => {
  for (const { why, current, expected } of [
    { why: "nothing has changed", current: BEGAN, expected: undefined },
    { why: "only its version is newer", current: { ...BEGAN, resourceVersion: "9" }, expected: undefined },
    { why: "its labels are others", current: { ...BEGAN, labels: { a: "b" } }, expected: undefined },
    { why: "its annotations are others", current: { ...BEGAN, annotations: { a: "b" } }, expected: undefined },
    { why: "its finalizers are others", current: { ...BEGAN, finalizers: ["a/b"] }, expected: undefined },
    { why: "its spec is another", current: { ...BEGAN, generation: 3 }, expected: "generation 3 is there" },
    {
      why: "it is being deleted",
      current: { ...BEGAN, generation: 3, deletionTimestamp: "2026-01-02T00:00:00Z" },
      expected: "it is being deleted",
    },
    { why: "it was made anew", current: { ...BEGAN, uid: "uid-2" }, expected: "another object has its name" },
    { why: "it is gone", current: undefined, expected: "it is gone" },
  ]) {
    it(`is ${expected === undefined ? "none" : "told"} when ${why}`, () => {
      expect(supersession(BEGAN, current)).to.equal(expected);
    });
  }
});

describe("isCalledOff()", () => {
  for (const { why, reason, expected } of [
    { why: "superseded", reason: new Superseded("A newer one is there"), expected: true },
    { why: "the process stops", reason: new DOMException("Stops", "AbortError"), expected: true },
    { why: "time is up: that is told", reason: new DeadlineExceeded("Too long"), expected: false },
  ]) {
    it(`is ${expected} when ${why}`, () => {
      expect(isCalledOff(AbortSignal.abort(reason))).to.equal(expected);
    });
  }

  it("is false while nothing has aborted", () => {
    expect(isCalledOff(new AbortController().signal)).to.equal(false);
  });
});
