// What is kept out of shared requests, and what is left to Kafka.

import { expect } from "chai";
import { describe, it } from "mocha";

import {
  unfitConfigs,
  unfitGrowth,
  unfitNumber,
  unfitText,
  unfitTopic,
  unfitTopicId,
} from "../../../../src/kafka/platformatic/request-guard.ts";

const fine = { name: "t", configs: {} };

describe("The guard of shared requests", () => {
  for (const [what, failure] of [
    ["text that is none", unfitText("The name", undefined)],
    ["half a surrogate pair, which arrives as another text", unfitText("The name", "\ud800")],
    ["text that the broker's parser does not read", unfitText("The name", "x".repeat(32_768))],
    ["text that is too long in bytes", unfitText("The name", "ä".repeat(16_384))],
    ["a value that is none", unfitConfigs({ a: null as unknown as string })],
    ["half a partition", unfitTopic({ ...fine, partitions: 1.5 })],
    ["-1 partitions, which Kafka takes as its default", unfitTopic({ ...fine, partitions: -1 })],
    ["more partitions than the number can hold", unfitTopic({ ...fine, partitions: 2 ** 31 })],
    ["more replicas than the number can hold", unfitTopic({ ...fine, replicationFactor: 2 ** 15 })],
    ["no number at all", unfitNumber("The number", Number.NaN, 10)],
    ["what is no topic id", unfitTopicId("topic")],
    ["the id of no topic, which spoils its neighbours", unfitTopicId("A".repeat(22))],
    ["a growth that Kafka would do in part", unfitGrowth({ name: "t", count: 5002, currentCount: 1 })],
  ] as const) {
    it(`keeps out ${what}`, () => {
      expect(failure).to.include({ kind: "invalid", code: 42 });
    });
  }

  it("lets through what Kafka judges itself", () => {
    expect(unfitTopic({ name: "", partitions: 0, replicationFactor: 0, configs: { bogus: "" } })).to.equal(undefined);
    expect(unfitGrowth({ name: "t", count: 1, currentCount: 3 })).to.equal(undefined);
    expect(unfitGrowth({ name: "t", count: 5001, currentCount: 1 })).to.equal(undefined);
    expect(unfitTopicId("AAAAAAAAAAAAAAAAAAAACQ")).to.equal(undefined);
    expect(unfitText("The name", "x".repeat(32_767))).to.equal(undefined);
  });
});
