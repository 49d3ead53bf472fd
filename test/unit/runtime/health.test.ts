import { expect } from "chai";
import { describe, it } from "mocha";

import { EventLoopCheck, hearingCheck, syncCheck } from "../../../src/runtime/health.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";

describe("hearingCheck()", () => {
  it("names who has heard nothing for too long", () => {
    const check = hearingCheck([
      { name: "widgets", quietForMs: () => 181_000 },
      { name: "gadgets", quietForMs: () => 179_000 },
    ]);
    expect(check.check()).to.equal("Nothing heard for 180 s by widgets");
  });

  it("finds nothing wrong with who hears", () => {
    expect(hearingCheck([{ name: "widgets", quietForMs: () => 40_000 }]).check()).to.equal(undefined);
  });
});

describe("syncCheck()", () => {
  it("names what has not been listed", () => {
    const check = syncCheck([
      { name: "widgets", hasSynced: false },
      { name: "gadgets", hasSynced: true },
    ]);
    expect(check.check()).to.equal("Not yet listed: widgets");
    expect(syncCheck([{ name: "gadgets", hasSynced: true }]).check()).to.equal(undefined);
  });
});

describe("EventLoopCheck", () => {
  it("fails after a stall, for as long as probes may ask, and then forgives it", () => {
    const clock = new FakeClock();
    const check = new EventLoopCheck(clock);
    check.start();
    clock.advanceSync(60_000);
    expect(check.check()).to.equal(undefined);
    clock.jump(8_000);
    clock.advanceSync(1_000);
    expect(check.check()).to.match(/^The event loop was blocked for [78]\d{3} ms$/);
    clock.advanceSync(13_000);
    expect(check.check()).not.to.equal(undefined);
    clock.advanceSync(5_000);
    expect(check.check()).to.equal(undefined);
    check.stop();
    expect(clock.pendingTimers).to.equal(0);
  });

  it("takes no notice of short delays", () => {
    const clock = new FakeClock();
    const check = new EventLoopCheck(clock);
    check.start();
    for (let second = 0; second < 20; second += 1) {
      clock.jump(900);
      clock.advanceSync(1_000);
    }
    expect(check.check()).to.equal(undefined);
    check.stop();
  });
});
