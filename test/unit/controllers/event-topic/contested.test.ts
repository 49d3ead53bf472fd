import { expect } from "chai";
import { describe, it } from "mocha";

import type { Condition } from "../../../../src/api/custom-resource.ts";
import { ANNOTATION } from "../../../../src/api/group.ts";
import { isContested } from "../../../../src/controllers/event-topic/contested.ts";
import { anEventTopic } from "../../../builders/objects.ts";

describe("isContested()", () => {
  const cases: {
    readonly why: string;
    readonly condition?: Partial<Condition>;
    readonly asked?: string;
    readonly handled?: string;
    readonly contested: boolean;
  }[] = [
    { why: "while the condition says so", condition: {}, contested: true },
    { why: "not without the condition", contested: false },
    { why: "not after an edit", condition: { observedGeneration: 1 }, contested: false },
    { why: "not when somebody asks for a run", condition: {}, asked: "b", handled: "a", contested: false },
    { why: "not when somebody asks for the first time", condition: {}, asked: "b", contested: false },
    { why: "still after that run has found it so again", condition: {}, asked: "b", handled: "b", contested: true },
  ];
  for (const { why, condition, asked, handled, contested } of cases) {
    it(`holds ${why}`, () => {
      const base: Condition = {
        type: "OtherWriter",
        status: "True",
        observedGeneration: 2,
        reason: "ChangeUndone",
        message: "",
        lastTransitionTime: "2026-06-01T00:00:00Z",
      };
      const annotations = asked === undefined ? {} : { [ANNOTATION.requestedAt]: asked };
      const conditions = condition === undefined ? [] : [{ ...base, ...condition }];
      const status = { conditions, lastHandledReconcileAt: handled };
      expect(isContested(anEventTopic({}, { generation: 2, annotations }, status))).to.equal(contested);
    });
  }
});
