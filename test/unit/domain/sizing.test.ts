import { expect } from "chai";
import { describe, it } from "mocha";

import { partitionsFor, type Sizing } from "../../../src/domain/sizing.ts";

describe("partitionsFor()", () => {
  const cases: { readonly why: string; readonly sizing: Sizing; readonly count: number; readonly exceeds?: boolean }[] =
    [
      { why: "a class gives its minimum", sizing: { class: "small" }, count: 3 },
      { why: "medium begins at ten", sizing: { class: "medium" }, count: 10 },
      { why: "large begins at thirty", sizing: { class: "large" }, count: 30 },
      { why: "throughput is divided by 10Mi and rounded up", sizing: { throughput: "1Gi" }, count: 103 },
      { why: "a lower rate needs more", sizing: { throughput: "100Mi", perPartitionThroughput: "5Mi" }, count: 20 },
      { why: "consumers need a partition each", sizing: { class: "small", maxConsumers: 5 }, count: 5 },
      { why: "the largest need wins", sizing: { class: "medium", throughput: "150Mi", maxConsumers: 12 }, count: 15 },
      { why: "a class has a ceiling", sizing: { class: "small", maxConsumers: 6 }, count: 6, exceeds: true },
      { why: "large has none", sizing: { class: "large", maxConsumers: 500 }, count: 500 },
      { why: "a trickle still needs one", sizing: { throughput: 1 }, count: 1 },
    ];
  for (const { why, sizing, count, exceeds = false } of cases) {
    it(why, () => {
      expect(partitionsFor(sizing)).to.include({ kind: exceeds ? "exceeds" : "partitions", count });
    });
  }

  it("takes the bus' rate where the topic names none", () => {
    expect(partitionsFor({ throughput: "100Mi" }, "50Mi")).to.include({ count: 2 });
    expect(partitionsFor({ throughput: "100Mi", perPartitionThroughput: "10Mi" }, "50Mi")).to.include({ count: 10 });
  });
});
