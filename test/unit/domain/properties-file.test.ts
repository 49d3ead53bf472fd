import { expect } from "chai";
import { describe, it } from "mocha";

import { javaProperties, plainProperties } from "../../../src/domain/properties-file.ts";

describe("A properties file", () => {
  const cases: readonly { readonly why: string; readonly value: string; readonly java: string }[] = [
    { why: "most values are written as they are", value: "a=b:c #d", java: "a=b:c #d" },
    { why: "a backslash escapes", value: String.raw`a\b`, java: String.raw`a\\b` },
    { why: "spaces at the beginning are dropped by the reader", value: " a b ", java: String.raw`\ a b\ ` },
    { why: "a line break ends a property", value: "a\r\n\tb", java: String.raw`a\r\n\tb` },
    { why: "read from bytes, it is Latin-1", value: "Zürich 🚀", java: String.raw`Z\u00fcrich \ud83d\ude80` },
  ];
  for (const { why, value, java } of cases) {
    it(`for Java: ${why}`, () => {
      expect(javaProperties([], [["key", value]])).to.equal(`key=${java}\n`);
    });
  }

  it("for Java escapes what ends a key", () => {
    expect(javaProperties([], [["a b=c", "d"]])).to.equal(String.raw`a\ b\=c=d` + "\n");
  });

  it("keeps a comment on its line", () => {
    expect(javaProperties(["one\ntwo"], [])).to.equal(String.raw`# one\ntwo` + "\n");
  });

  it("for others is verbatim", () => {
    expect(plainProperties(["note"], [["group.id", String.raw`a\ü`]])).to.equal("# note\ngroup.id=a\\ü\n");
  });
});
