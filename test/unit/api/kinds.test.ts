import { expect } from "chai";
import { describe, it } from "mocha";

import type { KindDefinition } from "../../../src/api/kind.ts";
import { KINDS } from "../../../src/api/kinds.ts";
import { readStructure } from "../../../src/api/read-structure.ts";
import { ruleOf } from "../../../src/api/rule.ts";
import type { Structure } from "../../../src/api/structure.ts";
import { type Problem, validatorFor } from "../../../src/api/validate.ts";
import { type Case, CASES, manifest } from "./cases.ts";

function problemsOf(kind: KindDefinition, { name = "example", spec, old, oldStatus }: Case): readonly Problem[] {
  const options = old === undefined ? {} : { old: manifest(kind, name, old, oldStatus) };
  const result = validatorFor(kind)(manifest(kind, name, spec), options);
  return result.kind === "valid" ? [] : result.problems;
}

/** What the author of an object may get to read, besides words on types and bounds. */
function messagesOf(structure: Structure): string[] {
  const own = structure.rules.map(({ message }) => message);
  switch (structure.type) {
    case "object":
      return [...own, ...Object.values(structure.properties).flatMap(messagesOf)];
    case "map":
      return [...own, ...messagesOf(structure.values)];
    case "list":
      return [...own, ...messagesOf(structure.items)];
    case "string":
      return structure.format === undefined ? own : [...own, structure.format.message];
    case "intOrString":
      return [...own, ...messagesOf(structure.string)];
    default:
      return own;
  }
}

for (const { kind, table } of CASES) {
  describe(kind.kind, () => {
    for (const [aspect, cases] of Object.entries(table)) {
      describe(aspect, () => {
        for (const example of cases) {
          const { why, refused = [] } = example;
          it(`${refused.length === 0 ? "accepts" : "refuses"} ${why}`, () => {
            const problems = problemsOf(kind, example).map(({ path, message }) => `${path}: ${message}`);
            expect(problems.map((problem, index) => problem.slice(0, refused[index]?.length))).to.deep.equal(refused);
          });
        }
      });
    }

    it("has no rule and no format that these cases never break", () => {
      const ofRoot = kind.rules.map((check) => ruleOf(check)?.message);
      const known = [...ofRoot, ...messagesOf(readStructure(kind.spec, "spec"))];
      const broken = Object.values(table)
        .flat()
        .flatMap((example) => problemsOf(kind, example).map(({ message }) => message));
      expect([...new Set(known)].filter((message) => message !== undefined && !broken.includes(message))).to.deep.equal(
        [],
      );
    });
  });
}

describe("KINDS", () => {
  it("are those that have cases", () => {
    expect(CASES.map(({ kind }) => kind)).to.have.members([...KINDS]);
  });
});
