import { expect } from "chai";
import { describe, it } from "mocha";

import { requestedToken } from "../../../src/runtime/requested-run.ts";

const token = (annotations: Record<string, string>): string | undefined =>
  requestedToken({ name: "x", uid: "u", resourceVersion: "1", creationTimestamp: "", annotations }, ["ours", "flux"]);

describe("requestedToken()", () => {
  for (const { why, annotations, expected } of [
    { why: "nobody asked", annotations: { other: "1" }, expected: undefined },
    { why: "ours alone", annotations: { ours: "please" }, expected: "please" },
    { why: "Flux's alone", annotations: { flux: "2026-01-01T00:00:00Z" }, expected: "2026-01-01T00:00:00Z" },
    {
      why: "both, and times: the later",
      annotations: { ours: "2026-01-01T00:00:00Z", flux: "2026-01-02T00:00:00.5Z" },
      expected: "2026-01-02T00:00:00.5Z",
    },
    {
      why: "both, and not all times: ours",
      annotations: { ours: "please", flux: "2026-01-02T00:00:00Z" },
      expected: "please",
    },
  ]) {
    it(`is ${expected ?? "nothing"}: ${why}`, () => {
      expect(token(annotations)).to.equal(expected);
    });
  }
});
