import { expect } from "chai";
import { describe, it } from "mocha";

import { collisionKey, renderTopicName, topicNameProblem } from "../../../src/domain/topic-name.ts";

describe("renderTopicName()", () => {
  const parts = { domain: "billing", entity: "usage", action: "events" };
  const rendered = [
    { why: "the default template is domain, entity and action", parts, rules: {}, name: "billing.usage.events" },
    {
      why: "a template may use a prefix and fewer parts",
      parts: { domain: "player" },
      rules: { template: "{prefix}.events.{domain}", prefix: "angzarr" },
      name: "angzarr.events.player",
    },
    {
      why: "a legacy name is allowed by the whole name",
      parts: { topicName: "Orders_V1" },
      rules: { legacyNames: [{ pattern: "Orders_V1" }] },
      name: "Orders_V1",
    },
    {
      why: "a legacy name is allowed by its beginning",
      parts: { topicName: "app.stream" },
      rules: { legacyNames: [{ pattern: "app.", patternType: "prefixed" as const }] },
      name: "app.stream",
    },
    {
      why: "* allows every legacy name",
      parts: { topicName: "anything" },
      rules: { legacyNames: [{ pattern: "*" }] },
      name: "anything",
    },
  ];
  for (const { why, parts: given, rules, name } of rendered) {
    it(`gives "${name}": ${why}`, () => {
      expect(renderTopicName(given, rules)).to.deep.equal({ kind: "name", name });
    });
  }

  const refused = [
    {
      why: "a part that the template uses is missing",
      parts: { domain: "a", entity: "b" },
      rules: {},
      says: "spec.action is missing",
    },
    {
      why: "a part that the template does not use is given",
      parts: { domain: "a", entity: "b" },
      rules: { template: "{domain}" },
      says: "spec.entity is not part of it",
    },
    {
      why: "the prefix is not set",
      parts: { domain: "a" },
      rules: { template: "{prefix}.{domain}" },
      says: "{prefix}",
    },
    { why: "no legacy name is allowed", parts: { topicName: "orders" }, rules: {}, says: "permit none" },
    {
      why: "a literal pattern is no prefix",
      parts: { topicName: "orders.v2" },
      rules: { legacyNames: [{ pattern: "orders" }] },
      says: 'permit "orders"',
    },
    {
      why: "the rendered name is longer than Kafka allows",
      parts: { domain: "a".repeat(248), entity: "b", action: "c" },
      rules: {},
      says: "249",
    },
    {
      why: "names of Kafka itself are reserved",
      parts: { topicName: "__consumer_offsets" },
      rules: { legacyNames: [{ pattern: "*" }] },
      says: "reserved",
    },
  ];
  for (const { why, parts: given, rules, says } of refused) {
    it(`refuses when ${why}`, () => {
      const result = renderTopicName(given, rules);
      expect(result.kind).to.equal("invalid");
      expect(result.kind === "invalid" && result.message).to.include(says);
    });
  }
});

describe("topicNameProblem()", () => {
  it("accepts every character that Kafka accepts", () => {
    expect(topicNameProblem("aZ0._-")).to.equal(undefined);
  });
  for (const name of ["", ".", "..", "a b", "a/b", "ä", "x{}"]) {
    it(`refuses "${name}"`, () => {
      expect(topicNameProblem(name)).to.be.a("string");
    });
  }
});

describe("collisionKey()", () => {
  it("is the same for names that Kafka does not tell apart", () => {
    expect(collisionKey("a.b_c")).to.equal(collisionKey("a_b.c"));
    expect(collisionKey("a.b")).not.to.equal(collisionKey("a-b"));
  });
});
