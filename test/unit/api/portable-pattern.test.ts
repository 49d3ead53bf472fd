import { expect } from "chai";
import { describe, it } from "mocha";

import { portablePattern } from "../../../src/api/portable-pattern.ts";

describe("portablePattern()", () => {
  const portable = [/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, /^(\[[0-9a-f:.]+\]|[a-z]):[0-9]{1,5}$/, /^([*]|a|[{]b[}])+$/];
  for (const pattern of portable) {
    it(`lets ${String(pattern)} pass as it is`, () => {
      expect(portablePattern(pattern)).to.equal(pattern.source);
    });
  }

  const refused: readonly [pattern: RegExp, why: string][] = [
    [/a/i, "CEL knows no flags"],
    [/^.$/, "a dot stops at other line ends, and at a UTF-16 unit, not a character"],
    [/^\d$/, "\\d and its kin are easily taken for what they are elsewhere"],
    [/^\s$/, "JavaScript's white space is Unicode's"],
    [/^[^a]$/, "what a negated class takes in depends on the unit of text"],
    [/^(?=a)b$/, "RE2 has no look-around"],
    [/^(?:a)$/, "groups of other kinds are not needed"],
    [/^(a)\1$/, "RE2 has no back references"],
    [/^[\d]$/, "escapes within classes are refused alike"],
    [/^\u00e9$/, "escapes are spelled differently"],
  ];
  for (const [pattern, why] of refused) {
    it(`refuses ${String(pattern)}: ${why}`, () => {
      expect(() => portablePattern(pattern)).to.throw(
        TypeError,
        "without what RE2 and JavaScript may read differently",
      );
    });
  }
});
