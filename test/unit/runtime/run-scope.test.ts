import { expect } from "chai";
import { describe, it } from "mocha";

import { DeadlineExceeded } from "../../../src/runtime/deadline.ts";
import { RunScope } from "../../../src/runtime/run-scope.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";

const aborted = ({ work, writes, stop }: RunScope): boolean[] => [work, writes, stop].map((signal) => signal.aborted);

describe("RunScope", () => {
  const reason = new Error("Why");

  for (const { what, act, expected } of [
    { what: "nothing", act: () => {}, expected: [false, false, false] },
    { what: "a newer object", act: (scope: RunScope) => scope.abortWork(reason), expected: [true, false, false] },
    { what: "the end of the process", act: (scope: RunScope) => scope.abortAll(reason), expected: [true, true, true] },
  ]) {
    it(`aborts effects, writes, conclusion by ${what}: ${expected.join(", ")}`, () => {
      using scope = new RunScope(new FakeClock(), 1_000, "Working");
      act(scope);
      expect(aborted(scope)).to.deep.equal(expected);
      if (scope.work.aborted) expect(scope.work.reason).to.equal(reason);
      expect(scope.isTimeUp).to.equal(false);
    });
  }

  it("aborts effects and writes when its time is up, but not the conclusion", () => {
    const clock = new FakeClock();
    using scope = new RunScope(clock, 1_000, "Working");
    clock.advanceSync(400);
    expect([scope.remainingMs, scope.isTimeUp]).to.deep.equal([600, false]);
    clock.advanceSync(600);
    expect(aborted(scope)).to.deep.equal([true, true, false]);
    expect(scope.isTimeUp).to.equal(true);
    expect(scope.work.reason).to.be.instanceOf(DeadlineExceeded);
  });

  it("leaves no timer behind", () => {
    const clock = new FakeClock();
    new RunScope(clock, 1_000, "Working")[Symbol.dispose]();
    expect(clock.pendingTimers).to.equal(0);
  });
});
