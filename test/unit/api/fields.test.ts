import { expect } from "chai";
import { describe, it } from "mocha";
import { z } from "zod";

import { explainIssue } from "../../../src/api/explain-issue.ts";
import { keyedList, listOf, mapOf, setOf, size, sizeOrUnlimited, text } from "../../../src/api/fields.ts";

/** The messages that the author of a value gets. */
function saying(schema: z.ZodType, value: unknown): string[] {
  const parsed = schema.safeParse(value, { error: explainIssue });
  return parsed.success ? [] : parsed.error.issues.map(({ message }) => message);
}

describe("text()", () => {
  it("counts characters as the API server does, not UTF-16 units", () => {
    expect(saying(text(3), "\u{1f600}".repeat(3))).to.deep.equal([]);
    expect(saying(text(3), "\u{1f600}".repeat(4))).to.deep.equal(["Must hold at most 3 characters"]);
  });

  it("may be empty unless a minimum is given", () => {
    expect(saying(text(3), "")).to.deep.equal([]);
    expect(saying(text(3, 1), "")).to.deep.equal(["Must hold at least 1 character"]);
  });
});

describe("lists and maps", () => {
  const pair = z.object({ namespace: text(9), name: text(9), note: text(9).optional() });

  it("setOf() holds every value once", () => {
    expect(saying(setOf(text(9), 5), ["a", "b", "a"])).to.deep.equal(['Must not hold "a" twice']);
    expect(saying(setOf(text(9), 5), ["a", "b"])).to.deep.equal([]);
  });

  it("keyedList() holds every combination of keys once, whatever else differs", () => {
    const list = keyedList(pair, ["namespace", "name"], 5);
    const twice = [
      { namespace: "a", name: "b", note: "1" },
      { namespace: "b", name: "a" },
      { namespace: "a", name: "b", note: "2" },
    ];
    expect(saying(list, twice)).to.deep.equal(['Must not hold namespace "a", name "b" twice']);
    expect(saying(list, twice.slice(0, 2))).to.deep.equal([]);
  });

  it("listOf() may repeat itself", () => {
    expect(saying(listOf(text(9), 5), ["a", "a"])).to.deep.equal([]);
  });

  it("say how many they may hold", () => {
    expect(saying(listOf(text(9), 1), ["a", "b"])).to.deep.equal(["Must hold at most 1 item"]);
    expect(saying(setOf(text(9), 5, 2), ["a"])).to.deep.equal(["Must hold at least 2 items"]);
    expect(saying(mapOf(text(9), 1), { a: "", b: "" })).to.deep.equal(["Must hold at most 1 entry"]);
  });
});

describe("size()", () => {
  it("tells whoever writes Kafka's -1 of unlimited, where that is a choice", () => {
    expect(saying(sizeOrUnlimited(), -1)[0]).to.match(/^Write whole bytes .* or "unlimited"$/);
    expect(saying(size(), -1)[0]).to.not.include("unlimited");
  });

  it("names the type when it is neither number nor text", () => {
    expect(saying(size(), true)).to.deep.equal(["Must be a whole number or text, not true"]);
    expect(saying(size(), null)).to.deep.equal(["Must be a whole number or text, not null"]);
    expect(saying(size(), [1])).to.deep.equal(["Must be a whole number or text, not a list"]);
  });
});
