import { expect } from "chai";
import { describe, it } from "mocha";

import { EventBudget } from "../../../../src/kubernetes/client/event-budget.ts";

const MINUTE_MS = 60_000;

const spend = (budget: EventBudget, uid: string, times: number, now: number): number =>
  Array.from({ length: times }, () => budget.spend(uid, now)).filter(Boolean).length;

describe("EventBudget", () => {
  it("allows a burst of 25, then one each five minutes", () => {
    const budget = new EventBudget();
    expect(spend(budget, "a", 100, 0)).to.equal(25);
    expect(spend(budget, "a", 100, 5 * MINUTE_MS - 1)).to.equal(0);
    expect(spend(budget, "a", 100, 5 * MINUTE_MS)).to.equal(1);
    expect(spend(budget, "a", 100, 16 * MINUTE_MS)).to.equal(2);
  });

  it("counts each object for itself", () => {
    const budget = new EventBudget();
    spend(budget, "a", 100, 0);
    expect(spend(budget, "b", 100, 0)).to.equal(25);
  });

  it("never saves up more than a burst", () => {
    const budget = new EventBudget();
    spend(budget, "a", 1, 0);
    expect(spend(budget, "a", 100, 100_000 * MINUTE_MS)).to.equal(25);
  });

  it("remembers a bounded number of objects, the last ones", () => {
    const budget = new EventBudget();
    spend(budget, "first", 25, 0);
    spend(budget, "second", 25, 0);
    for (let index = 0; index < 4_095; index += 1) budget.spend(`other-${index}`, 0);
    expect(spend(budget, "second", 1, 0)).to.equal(0);
    expect(spend(budget, "first", 1, 0)).to.equal(1);
  });
});
