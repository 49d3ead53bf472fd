import { expect } from "chai";
import { describe, it } from "mocha";

import { mostUrgent, PriorityTurns } from "../../../src/runtime/priority.ts";

const take = (turns: PriorityTurns, live: boolean, bulk: boolean, times: number): string =>
  Array.from({ length: times }, () => turns.take({ live, bulk })?.[0] ?? "-").join("");

describe("PriorityTurns", () => {
  it("gives one turn in eight to bulk while both wait", () => {
    expect(take(new PriorityTurns(), true, true, 17)).to.equal("lllllllblllllllbl");
  });

  it("gives every turn to who waits alone", () => {
    const turns = new PriorityTurns();
    expect(take(turns, false, true, 3)).to.equal("bbb");
    expect(take(turns, true, false, 20)).to.equal("l".repeat(20));
    expect(take(turns, false, false, 2)).to.equal("--");
  });

  it("does not let bulk save up turns while it does not wait", () => {
    const turns = new PriorityTurns();
    take(turns, true, false, 100);
    expect(take(turns, true, true, 8)).to.equal("lllllllb");
  });
});

describe("mostUrgent()", () => {
  it("is live if either is", () => {
    expect([mostUrgent("live", "bulk"), mostUrgent("bulk", "live"), mostUrgent("bulk", "bulk")]).to.deep.equal([
      "live",
      "live",
      "bulk",
    ]);
  });
});
