import { expect } from "chai";
import { describe, it } from "mocha";

import type { Setting } from "../../../src/domain/defaults-chain.ts";
import { derivedSegment } from "../../../src/domain/derived-segment.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function configs(values: Readonly<Record<string, string>>): Map<string, Setting<string>> {
  return new Map(Object.entries(values).map(([key, value]) => [key, { value, source: "spec" }]));
}

const CASES: readonly {
  readonly why: string;
  readonly values: Readonly<Record<string, string>>;
  readonly segmentMs: number | undefined;
}[] = [
  { why: "a tenth", values: { "retention.ms": String(2 * DAY_MS) }, segmentMs: 0.2 * DAY_MS },
  { why: "an hour is really an hour and a bit", values: { "retention.ms": String(HOUR_MS) }, segmentMs: HOUR_MS / 6 },
  { why: "never above Kafka's own default", values: { "retention.ms": String(90 * DAY_MS) }, segmentMs: 7 * DAY_MS },
  { why: "nothing is deleted by age", values: { "retention.ms": "-1" }, segmentMs: undefined },
  { why: "nobody speaks of retention", values: {}, segmentMs: undefined },
  {
    why: "a compacted topic deletes nothing by age",
    values: { "retention.ms": String(DAY_MS), "cleanup.policy": "compact" },
    segmentMs: undefined,
  },
  {
    why: "both policies delete",
    values: { "retention.ms": String(DAY_MS), "cleanup.policy": "compact,delete" },
    segmentMs: 0.1 * DAY_MS,
  },
  {
    why: "somebody sets it",
    values: { "retention.ms": String(DAY_MS), "segment.ms": "1000" },
    segmentMs: undefined,
  },
];

describe("derivedSegment()", () => {
  for (const { why, values, segmentMs } of CASES) {
    it(`gives ${segmentMs ?? "nothing"}: ${why}`, () => {
      const expected =
        segmentMs === undefined
          ? undefined
          : ["segment.ms", { value: String(segmentMs), source: "RetentionPolicy/events" }];
      expect(derivedSegment(configs(values), "events")).to.deep.equal(expected);
    });
  }

  it("waits for a retention that is refused", () => {
    const objection = { reason: "PolicyViolation", message: "No" } as const;
    const refused = new Map([["retention.ms", { value: String(DAY_MS), source: "spec", objection }]]);
    expect(derivedSegment(refused, "events")).to.equal(undefined);
  });
});
