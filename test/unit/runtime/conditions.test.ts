import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import type { Condition } from "../../../src/api/custom-resource.ts";
import { buildConditions, findCondition, isTransition, type ConditionNote } from "../../../src/runtime/conditions.ts";
import { failed, settled, stalled, waiting } from "../../../src/runtime/outcome.ts";
import { conditionProblems } from "../../environment/condition-problems.ts";
import { readyNotes } from "../../fakes/ready-notes.ts";

const NOON = Date.parse("2026-01-01T12:00:00.789Z");
const ready: ConditionNote = { type: "Ready", status: "True", reason: "UpToDate", message: "All is well" };

const build = (notes: readonly ConditionNote[], previous?: readonly Condition[], now = NOON): Condition[] =>
  buildConditions(previous, notes, { generation: 3, now });

describe("buildConditions()", () => {
  it("stamps generation and time, whole seconds", () => {
    expect(build([ready])).to.deep.equal([
      { ...ready, observedGeneration: 3, lastTransitionTime: "2026-01-01T12:00:00Z" },
    ]);
  });

  it("moves lastTransitionTime when the status changes, and only then", () => {
    const first = build([ready]);
    const reworded = build([{ ...ready, reason: "Created", message: "Other words" }], first, NOON + 60_000);
    expect(findCondition(reworded, "Ready")?.lastTransitionTime).to.equal("2026-01-01T12:00:00Z");
    const changed = build([{ ...ready, status: "False" }], reworded, NOON + 60_000);
    expect(findCondition(changed, "Ready")?.lastTransitionTime).to.equal("2026-01-01T12:01:00Z");
  });

  it("orders Ready, Reconciling, Stalled, then others by name", () => {
    const types = ["Zebra", "Stalled", "Apple", "Reconciling", "Ready"];
    const built = build(types.map((type) => ({ ...ready, type })));
    expect(built.map(({ type }) => type)).to.deep.equal(["Ready", "Reconciling", "Stalled", "Apple", "Zebra"]);
  });

  it("leaves Reconciling and Stalled out unless they are True", () => {
    const built = build([
      ready,
      { ...ready, type: "Stalled", status: "False" },
      { ...ready, type: "Drifted", status: "False" },
    ]);
    expect(built.map(({ type }) => type)).to.deep.equal(["Ready", "Drifted"]);
  });

  it("trims messages and cuts what the API server would refuse", () => {
    const [condition] = build([{ ...ready, message: `\n ${"x".repeat(40_000)} ` }]);
    expect(condition?.message).to.have.length(32_768);
    const [cutInSpace] = build([{ ...ready, message: `${"x".repeat(32_767)}  end` }]);
    expect(cutInSpace?.message).to.have.length(32_767);
  });

  it("takes out of messages what looks like a secret", () => {
    const [condition] = build([{ ...ready, message: 'Refused: jaas.config=x required password="hunter2";' }]);
    expect(condition?.message).to.equal("Refused: jaas.config=x required password=***;");
  });

  it("never builds conditions that kstatus would misread, over any sequence of outcomes", () => {
    const outcome = fc.constantFrom(settled(), waiting("A"), stalled("B"), failed("C", "c"));
    const status = fc.constantFrom<Condition["status"][]>("True", "False", "Unknown");
    const run = fc.record({ outcome, status, message: fc.string(), passedMs: fc.nat(100_000) });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1 }), (runs) => {
        let conditions: Condition[] | undefined;
        let now = NOON;
        for (const [index, { passedMs, message, ...end }] of runs.entries()) {
          now += passedMs;
          const generation = index + 1;
          const notes = readyNotes({ status: end.status, reason: "Reason", message }, end.outcome);
          const before = conditions;
          conditions = buildConditions(before, notes, { generation, now });
          const metadata = { name: "x", uid: "u", resourceVersion: "1", creationTimestamp: "", generation };
          const object = {
            apiVersion: "v1",
            kind: "X",
            metadata,
            spec: {},
            status: { observedGeneration: generation, conditions },
          };
          expect(conditionProblems(object)).to.deep.equal([]);
          for (const condition of conditions) {
            const old = findCondition(before, condition.type);
            const hasMoved = old?.lastTransitionTime !== condition.lastTransitionTime;
            if (old?.status === condition.status) expect(hasMoved, "time without transition").to.equal(false);
          }
        }
      }),
    );
  });
});

describe("isTransition()", () => {
  const [condition] = buildConditions(undefined, [ready], { generation: 1, now: NOON });
  const before = condition === undefined ? [] : [condition];

  it("is a change of status or reason, an appearance or an end, but not of words", () => {
    const changed = (change: Partial<Condition>): boolean =>
      isTransition(
        before,
        before.map((old) => ({ ...old, ...change })),
        "Ready",
      );
    expect(changed({ message: "Other" })).to.equal(false);
    expect(changed({ observedGeneration: 9 })).to.equal(false);
    expect(changed({ reason: "Created" })).to.equal(true);
    expect(changed({ status: "False" })).to.equal(true);
    expect(isTransition(before, [], "Ready")).to.equal(true);
    expect(isTransition(undefined, before, "Ready")).to.equal(true);
    expect(isTransition(undefined, before, "Stalled")).to.equal(false);
  });
});
