import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { OutageReports } from "../../../src/controllers/outage-reports.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";

describe("Reports of outages", () => {
  let clock: FakeClock;
  let looks: string[];
  let reports: OutageReports;

  beforeEach(() => {
    clock = new FakeClock();
    looks = [];
    reports = new OutageReports(clock, (bus, afterMs) => looks.push(`${bus} at ${clock.monotonic() + afterMs}`));
  });

  it("lead to a look at once, and to one a second as long as they come", async () => {
    for (let elapsed = 0; elapsed < 3_000; elapsed += 10) {
      reports.report("a");
      await clock.advance(10);
    }
    expect(looks).to.deep.equal(["a at 0", "a at 1000", "a at 2000", "a at 3000"]);
  });

  it("of one bus do not hold up another, nor themselves after a pause", async () => {
    reports.report("a");
    reports.report("b");
    await clock.advance(5_000);
    reports.report("a");
    expect(looks).to.deep.equal(["a at 0", "b at 0", "a at 5000"]);
  });
});
