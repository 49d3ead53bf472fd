import { expect } from "chai";
import { describe, it } from "mocha";

import { matchesLabels, parseLabelSelector } from "../../../src/domain/label-selector.ts";

describe("matchesLabels()", () => {
  const labels = { app: "orders", tier: "gold" };
  const cases = [
    { why: "an empty selector matches everything", selector: {}, is: true },
    { why: "labels must be equal", selector: { matchLabels: { app: "billing" } }, is: false },
    {
      why: "In needs one of the values",
      selector: { matchExpressions: [{ key: "tier", operator: "In" as const, values: ["gold"] }] },
      is: true,
    },
    {
      why: "In needs the label",
      selector: { matchExpressions: [{ key: "x", operator: "In" as const, values: ["1"] }] },
      is: false,
    },
    {
      why: "NotIn holds without the label",
      selector: { matchExpressions: [{ key: "x", operator: "NotIn" as const, values: ["1"] }] },
      is: true,
    },
    { why: "Exists", selector: { matchExpressions: [{ key: "app", operator: "Exists" as const }] }, is: true },
    {
      why: "DoesNotExist",
      selector: { matchExpressions: [{ key: "app", operator: "DoesNotExist" as const }] },
      is: false,
    },
  ];
  for (const { why, selector, is } of cases) {
    it(why, () => {
      expect(matchesLabels(selector, labels)).to.equal(is);
    });
  }
});

describe("parseLabelSelector()", () => {
  const labels = { app: "orders", tier: "gold" };
  const cases = [
    { text: "", is: true },
    { text: "app=orders", is: true },
    { text: "app==orders,tier=gold", is: true },
    { text: "app!=orders", is: false },
    { text: "tier in (gold, silver)", is: true },
    { text: "tier notin (gold),app=orders", is: false },
    { text: "app", is: true },
    { text: "!app", is: false },
    { text: "eventbus.dev/shard=1", is: false },
  ];
  for (const { text, is } of cases) {
    it(`reads "${text}" as kubectl does`, () => {
      expect(matchesLabels(parseLabelSelector(text), labels)).to.equal(is);
    });
  }
  for (const text of ["=x", "a in b", "a in ()", "a=b=c", "a b"]) {
    it(`refuses "${text}"`, () => {
      expect(() => parseLabelSelector(text)).to.throw(RangeError);
    });
  }
});
