import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import type { Step } from "../../../src/controllers/plan.ts";
import { restrict, type Restriction } from "../../../src/controllers/restrict.ts";

type Reason = "Suspended" | "ReadOnly";
const step = (id: string, after: readonly string[] = []): Step<string> => ({ id, after, action: id });
const forbidding = (reason: Reason, ...ids: readonly string[]): Restriction<string, Reason> => ({
  reason,
  message: `${reason} forbids`,
  forbids: ({ id }) => ids.includes(id),
});

describe("restrict()", () => {
  it("leaves a plan alone that no restriction concerns", () => {
    const plan = { steps: [step("a")], refusals: [] };
    expect(restrict(plan, [forbidding("Suspended", "b")])).to.deep.equal({ ...plan, withheld: [] });
  });

  it("refuses once for everything that one restriction withholds", () => {
    const { refusals, withheld } = restrict({ steps: [step("a"), step("b")], refusals: [] }, [
      forbidding("Suspended", "a", "b"),
    ]);
    expect(refusals).to.deep.equal([{ reason: "Suspended", message: "Suspended forbids" }]);
    expect(withheld.map(({ step: { id } }) => id)).to.deep.equal(["a", "b"]);
  });

  it("takes the first restriction that forbids a step", () => {
    const { withheld } = restrict({ steps: [step("a")], refusals: [] }, [
      forbidding("Suspended", "a"),
      forbidding("ReadOnly", "a"),
    ]);
    expect(withheld.map(({ reason }) => reason)).to.deep.equal(["Suspended"]);
  });

  it("withholds what depends on a withheld step", () => {
    const { steps, withheld } = restrict(
      { steps: [step("a"), step("b", ["a"]), step("c", ["b"]), step("d")], refusals: [] },
      [forbidding("Suspended", "a")],
    );
    expect(steps.map(({ id }) => id)).to.deep.equal(["d"]);
    expect(withheld.map(({ reason }) => reason)).to.deep.equal(["Suspended", "Suspended", "Suspended"]);
  });

  it("withholds what waits for a withheld step", () => {
    const { withheld } = restrict({ steps: [step("a"), { ...step("b"), waitsFor: ["a"] }], refusals: [] }, [
      forbidding("Suspended", "a"),
    ]);
    expect(withheld.map(({ step: { id }, message }) => [id, message])).to.deep.equal([
      ["a", "Suspended forbids"],
      ["b", "Suspended forbids"],
    ]);
  });

  it("withholds quietly where a restriction is told in another way", () => {
    const quiet = { ...forbidding("ReadOnly", "a"), isQuiet: true };
    const { refusals, withheld } = restrict({ steps: [step("a")], refusals: [] }, [quiet]);
    expect(refusals).to.deep.equal([]);
    expect(withheld).to.have.length(1);
  });

  it("never lets a forbidden step, or one that depends on it, through", () => {
    const plans = fc.array(fc.record({ dependsOnPrevious: fc.boolean(), isForbidden: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(plans, (given) => {
        const steps = given.map(({ dependsOnPrevious }, i) =>
          step(String(i), dependsOnPrevious && i > 0 ? [String(i - 1)] : []),
        );
        const forbidden = given.flatMap(({ isForbidden }, i) => (isForbidden ? [String(i)] : []));
        const restricted = restrict({ steps, refusals: [] }, [forbidding("Suspended", ...forbidden)]);
        const kept = new Set(restricted.steps.map(({ id }) => id));
        for (const id of forbidden) expect(kept.has(id)).to.equal(false);
        for (const { id, after } of restricted.steps)
          for (const before of after) expect(kept.has(before), id).to.equal(true);
        expect(restricted.steps.length + restricted.withheld.length).to.equal(steps.length);
      }),
    );
  });
});
