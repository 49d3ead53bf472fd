import { expect } from "chai";
import { describe, it } from "mocha";

import type { Condition, CustomResource } from "../../../src/api/custom-resource.ts";
import { conditionProblems } from "../../environment/condition-problems.ts";

function condition(type: string, status: Condition["status"], change: Partial<Condition> = {}): Condition {
  const lastTransitionTime = "2026-01-01T00:00:00Z";
  return { type, status, observedGeneration: 2, lastTransitionTime, reason: "Why", message: "words", ...change };
}

function object(conditions: readonly Condition[], observedGeneration = 2): CustomResource<unknown> {
  const metadata = { name: "x", uid: "u", resourceVersion: "1", creationTimestamp: "", generation: 2 };
  return { apiVersion: "v1", kind: "X", metadata, spec: {}, status: { observedGeneration, conditions } };
}

describe("conditionProblems()", () => {
  const sound: readonly (readonly [string, CustomResource<unknown>])[] = [
    ["a fresh object", object([], -1)],
    ["Ready alone", object([condition("Ready", "True")])],
    ["not Ready, but on the way", object([condition("Ready", "False"), condition("Reconciling", "True")])],
    ["stalled", object([condition("Ready", "False"), condition("Stalled", "True")])],
    [
      "another writer's condition without a generation",
      object([condition("Ready", "True"), condition("Blessed", "True", { observedGeneration: undefined })]),
    ],
  ];
  for (const [title, sane] of sound) {
    it(`finds nothing wrong with ${title}`, () => {
      expect(conditionProblems(sane)).to.deep.equal([]);
    });
  }

  const broken: readonly (readonly [string, CustomResource<unknown>])[] = [
    ["Ready is missing", object([condition("Shiny", "True")])],
    ["Reconciling stands beside Ready=True", object([condition("Ready", "True"), condition("Reconciling", "True")])],
    ["Stalled stands beside Ready=True", object([condition("Ready", "True"), condition("Stalled", "True")])],
    [
      "Reconciling and Stalled stand together",
      object([condition("Ready", "False"), condition("Reconciling", "True"), condition("Stalled", "True")]),
    ],
    ["Stalled is present without being True", object([condition("Ready", "False"), condition("Stalled", "False")])],
    ["Ready=False has neither Reconciling nor Stalled beside it", object([condition("Ready", "False")])],
    ["Ready=Unknown has neither Reconciling nor Stalled beside it", object([condition("Ready", "Unknown")])],
    ["Ready appears twice", object([condition("Ready", "True"), condition("Ready", "True")])],
    ["Ready judges generation 1, the status 2", object([condition("Ready", "True", { observedGeneration: 1 })])],
    ["observedGeneration is ahead of generation", object([condition("Ready", "True", { observedGeneration: 3 })], 3)],
    [
      'Ready has the reason "not camel", which is not CamelCase',
      object([condition("Ready", "True", { reason: "not camel" })]),
    ],
    ["Ready has an untrimmed or too long message", object([condition("Ready", "True", { message: " x" })])],
    ["Ready has no valid lastTransitionTime", object([condition("Ready", "True", { lastTransitionTime: "soon" })])],
  ];
  for (const [problem, wrong] of broken) {
    it(`tells that ${problem}`, () => {
      expect(conditionProblems(wrong)).to.include(problem);
    });
  }

  it("forgives a run that has not finished its lagging generations", () => {
    const midRun = object([condition("Ready", "Unknown", { observedGeneration: 1 }), condition("Reconciling", "True")]);
    expect(conditionProblems(midRun, { isMidRun: true })).to.deep.equal([]);
    expect(conditionProblems(midRun)).not.to.deep.equal([]);
  });
});
