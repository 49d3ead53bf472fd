import { expect } from "chai";
import { describe, it } from "mocha";

import { isSameSizing, partitionsFor, sizedBy, type Sizing } from "../../../src/domain/sizing.ts";

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

describe("isSameSizing()", () => {
  const cases: readonly { why: string; a: Sizing; b: Sizing; same: boolean }[] = [
    { why: "the same size in other units", a: { throughput: "10Mi" }, b: { throughput: 10_485_760 }, same: true },
    { why: "another throughput", a: { throughput: "10Mi" }, b: { throughput: "11Mi" }, same: false },
    { why: "another class", a: { class: "small" }, b: { class: "medium" }, same: false },
    { why: "consumers that were added", a: { class: "small" }, b: { class: "small", maxConsumers: 4 }, same: false },
    {
      why: "a rate of its own, though it be the bus'",
      a: { throughput: "10Mi" },
      b: { throughput: "10Mi", perPartitionThroughput: "10Mi" },
      same: false,
    },
  ];
  for (const { why, a, b, same } of cases) {
    it(`${same ? "takes for the same" : "tells apart"}: ${why}`, () => {
      expect(isSameSizing(sizedBy(a), sizedBy(b))).to.equal(same);
    });
  }
});
