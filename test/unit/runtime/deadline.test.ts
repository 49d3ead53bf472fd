import { getEventListeners } from "node:events";

import { expect } from "chai";
import { describe, it } from "mocha";

import { Deadline, DeadlineExceeded, untilAborted } from "../../../src/runtime/deadline.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";

describe("Deadline", () => {
  it("aborts when its time is up, and says what took too long", () => {
    const clock = new FakeClock();
    using deadline = new Deadline(clock, 100, "Baking");
    clock.advanceSync(99);
    expect(deadline.signal.aborted).to.equal(false);
    clock.advanceSync(1);
    expect(deadline.isExceeded).to.equal(true);
    expect(deadline.signal.reason)
      .to.be.instanceOf(DeadlineExceeded)
      .with.property("message", "Baking took longer than 100 ms");
  });

  it("aborts with its parent, for the parent's reason, which is no excess", () => {
    const parent = new AbortController();
    using deadline = new Deadline(new FakeClock(), 100, "Baking", parent.signal);
    const reason = new Error("Enough");
    parent.abort(reason);
    expect(deadline.signal.reason).to.equal(reason);
    expect(deadline.isExceeded).to.equal(false);
  });

  it("is aborted from the start when its parent is", () => {
    using deadline = new Deadline(new FakeClock(), 100, "Baking", AbortSignal.abort(new Error("Enough")));
    expect(deadline.signal.aborted).to.equal(true);
  });

  it("leaves neither timer nor listener behind", () => {
    const clock = new FakeClock();
    const parent = new AbortController();
    {
      using deadline = new Deadline(clock, 100, "Baking", parent.signal);
      expect(deadline.signal.aborted).to.equal(false);
      expect(getEventListeners(parent.signal, "abort")).to.have.length(1);
    }
    expect(clock.pendingTimers).to.equal(0);
    expect(getEventListeners(parent.signal, "abort")).to.have.length(0);
  });
});

describe("untilAborted()", () => {
  it("gives what the work gives", async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(7), signal)).to.equal(7);
  });

  it("does not wait for work whose signal aborts", async () => {
    const stop = new AbortController();
    const waiting = untilAborted(new Promise(() => {}), stop.signal).catch((error: unknown) => error);
    const reason = new Error("Enough");
    stop.abort(reason);
    expect(await waiting).to.equal(reason);
  });
});
