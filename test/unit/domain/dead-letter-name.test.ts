import { expect } from "chai";
import { describe, it } from "mocha";

import { deadLetterNames } from "../../../src/domain/dead-letter-name.ts";

type Naming = Parameters<typeof deadLetterNames>[0];

const names = (naming: Naming, groups: readonly string[] = [], topic = "shop.orders"): string[] =>
  deadLetterNames(naming, topic, groups, []).map(({ name }) => name);

describe("deadLetterNames()", () => {
  it("adds .dlq to the topic's name, and the group's with perGroup", () => {
    expect(names({})).to.deep.equal(["shop.orders.dlq"]);
    expect(names({ perGroup: true }, ["b", "a"])).to.deep.equal(["shop.orders.a.dlq", "shop.orders.b.dlq"]);
  });

  it("renders templates, also names that look like patterns of a replacement", () => {
    expect(names({ nameTemplate: "dlq.{topic}" })).to.deep.equal(["dlq.shop.orders"]);
    expect(names({ nameTemplate: "{topic}-{group}", perGroup: true }, ["$&"])).to.deep.equal(["shop.orders-$&"]);
  });

  it("has no topic without a group that asks for one, and one for two objects of one group", () => {
    expect(names({ perGroup: true })).to.deep.equal([]);
    expect(names({ perGroup: true }, ["a", "a"])).to.deep.equal(["shop.orders.a.dlq"]);
  });

  const problems: readonly {
    readonly why: string;
    readonly naming: Naming;
    readonly topic?: string;
    readonly group?: string;
    readonly says: RegExp;
  }[] = [
    { why: "is too long", naming: {}, topic: "t".repeat(246), says: /250 characters; Kafka allows 249/ },
    { why: "holds what Kafka does not allow", naming: { perGroup: true }, group: "a/b", says: /may hold only letters/ },
    {
      why: "is the topic itself",
      naming: { nameTemplate: "{topic}" },
      says: /would be the topic "shop.orders" itself/,
    },
    {
      why: "is not the topic's and not permitted",
      naming: { nameTemplate: "errors" },
      says: /does not hold \{topic\}/,
    },
  ];
  for (const { why, naming, topic = "shop.orders", group, says } of problems) {
    it(`says so when a name ${why}`, () => {
      const [only] = deadLetterNames(naming, topic, group === undefined ? [] : [group], []);
      expect(only?.problem).to.match(says);
    });
  }

  it("takes a whole name that the bus permits", () => {
    const [only] = deadLetterNames({ nameTemplate: "errors" }, "shop.orders", [], [{ pattern: "errors" }]);
    expect(only).to.deep.equal({ name: "errors", groupId: undefined, problem: undefined, isDerived: false });
  });
});
