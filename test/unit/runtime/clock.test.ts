import { expect } from "chai";
import { describe, it } from "mocha";

import { sleep, systemClock } from "../../../src/runtime/clock.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";

describe("sleep()", () => {
  it("resolves when the time has passed, not before", async () => {
    const clock = new FakeClock();
    let isAwake = false;
    const sleeping = sleep(clock, 100).then(() => (isAwake = true));
    await clock.advance(99);
    expect(isAwake).to.equal(false);
    await clock.advance(1);
    await sleeping;
  });

  it("rejects with the reason of its signal, and leaves no timer behind", async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const reason = new Error("Enough");
    const sleeping = sleep(clock, 100, stop.signal).catch((error: unknown) => error);
    stop.abort(reason);
    expect(await sleeping).to.equal(reason);
    expect(clock.pendingTimers).to.equal(0);
  });

  it("does not begin for a signal that has aborted", async () => {
    const clock = new FakeClock();
    const error: unknown = await sleep(clock, 100, AbortSignal.abort(new Error("Enough"))).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(Error);
    expect(clock.pendingTimers).to.equal(0);
  });
});

describe("systemClock", () => {
  it("does not fire at once what lies further ahead than a timer reaches", async () => {
    let hasFired = false;
    const timer = systemClock.after(2 ** 40, () => (hasFired = true));
    await new Promise((resolve) => setTimeout(resolve, 5));
    timer.cancel();
    expect(hasFired).to.equal(false);
  });
});
