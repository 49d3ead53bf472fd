import { expect } from "chai";
import { describe, it } from "mocha";

import { KubernetesError } from "../../../src/kubernetes/resources.ts";
import { DeadlineExceeded } from "../../../src/runtime/deadline.ts";
import { NotLeading } from "../../../src/runtime/leader-election.ts";
import { failed } from "../../../src/runtime/outcome.ts";
import { endOf } from "../../../src/runtime/run-end.ts";
import { Superseded } from "../../../src/runtime/superseded.ts";

const OPEN = new AbortController().signal;
const superseded = new Superseded("A newer one is there");
const tooLong = new DeadlineExceeded("Too long");
const ofNode = Object.assign(new Error("The operation was aborted"), { name: "AbortError" });
const bug = new TypeError("A bug");

describe("endOf()", () => {
  for (const { why, error, work = OPEN, stop = OPEN, expected } of [
    { why: "a bug is one", error: bug, expected: { kind: "panicked", error: bug } },
    { why: "what is no error is a bug", error: "text", expected: { kind: "panicked", error: "text" } },
    {
      why: "a refusal is a failure, in its own words",
      error: new KubernetesError(500, "InternalError", "made up", { retryAfterMs: 7 }),
      expected: failed("InternalError", "made up", 7),
    },
    {
      why: "newer data is a conflict",
      error: new KubernetesError(409, "Conflict", ""),
      expected: { kind: "conflict" },
    },
    { why: "so is an end", error: new KubernetesError(404, "NotFound", ""), expected: { kind: "conflict" } },
    {
      why: "a deadline is a failure",
      error: tooLong,
      work: AbortSignal.abort(tooLong),
      expected: failed("DeadlineExceeded", "Too long"),
    },
    {
      why: "also in the words of Node",
      error: ofNode,
      work: AbortSignal.abort(tooLong),
      expected: failed("DeadlineExceeded", "Too long"),
    },
    { why: "an abort that nobody asked for is a bug", error: ofNode, expected: { kind: "panicked", error: ofNode } },
    {
      why: "the reason of its signal is no failure",
      error: superseded,
      work: AbortSignal.abort(superseded),
      expected: { kind: "superseded" },
    },
    {
      why: "nor in the words of Node",
      error: ofNode,
      work: AbortSignal.abort(superseded),
      expected: { kind: "superseded" },
    },
    {
      why: "nor a refusal that came of it",
      error: new KubernetesError(409, "Conflict", ""),
      work: AbortSignal.abort(superseded),
      expected: { kind: "superseded" },
    },
    {
      why: "but a bug stays one",
      error: bug,
      work: AbortSignal.abort(superseded),
      expected: { kind: "panicked", error: bug },
    },
    { why: "who may not write ends quietly", error: new NotLeading(""), expected: { kind: "abandoned" } },
    {
      why: "so does all when the process stops",
      error: bug,
      work: AbortSignal.abort(ofNode),
      stop: AbortSignal.abort(ofNode),
      expected: { kind: "abandoned" },
    },
  ]) {
    it(`is "${expected.kind}": ${why}`, () => {
      expect(endOf(error, { work, stop })).to.deep.equal(expected);
    });
  }
});
