import { expect } from "chai";
import { describe, it } from "mocha";

import type { ConsumerGroupStatus } from "../../../../src/api/consumer-group.ts";
import { NumbersWritten } from "../../../../src/controllers/consumer-group/numbers-written.ts";

const status = (lag: number, state = "Stable"): ConsumerGroupStatus => ({ state, topics: [{ topic: "orders", lag }] });

describe("NumbersWritten", () => {
  it("counts from the last write that changed a number, object by object", () => {
    let nowMs = 1_000;
    const numbers = new NumbersWritten(() => nowMs);
    expect(numbers.sinceMs("team/a")).to.equal(Infinity);
    numbers.wrote("team/a", undefined, status(1));
    nowMs = 3_000;
    numbers.wrote("team/a", status(1), status(1, "Empty"));
    numbers.wrote("team/a", status(1), undefined);
    expect([numbers.sinceMs("team/a"), numbers.sinceMs("team/b")]).to.deep.equal([2_000, Infinity]);
    numbers.wrote("team/a", status(1), status(2));
    expect(numbers.sinceMs("team/a")).to.equal(0);
    numbers.forget("team/a");
    expect(numbers.sinceMs("team/a")).to.equal(Infinity);
  });
});
