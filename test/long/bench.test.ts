// The benchmark on a small scale: it still runs, and a topic still costs what it should. Counts only.

import { expect } from "chai";
import { describe, it } from "mocha";

import { GROUP_FIGURE } from "../../bench/groups-figures.ts";
import { benchGroups } from "../../bench/groups.ts";
import { FIGURE } from "../../bench/topics-figures.ts";
import { benchTopics } from "../../bench/topics.ts";

describe("The benchmark of EventTopics", () => {
  it("finds one run and one API write a topic, and nothing after a restart and while idle", async function () {
    this.timeout(180_000);
    const { cases, charts, conditions } = await benchTopics(["smoke"]);
    const [smoke] = cases;
    expect(smoke?.figures).to.include({
      [FIGURE.runs]: 1,
      [FIGURE.gets]: 0,
      [FIGURE.writes]: 1,
      [FIGURE.kafkaConnections]: 2,
      [FIGURE.restartGets]: 0,
      [FIGURE.restartWrites]: 0,
      [FIGURE.passApi]: 0,
      [FIGURE.passRuns]: 0,
    });
    for (const [name, figure] of Object.entries(smoke?.figures ?? {})) {
      expect(figure, name).to.satisfy((value: unknown) => typeof value === "string" || Number.isFinite(value));
    }
    expect(charts).to.have.length.above(0);
    expect(conditions).to.include.keys("load average at start", "versions");
  });
});

describe("The benchmark of ConsumerGroups", () => {
  it("finds one run and one API write a group, nothing in a poll without news and after a restart, and a bound on what moves", async function () {
    this.timeout(300_000);
    const { cases, charts } = await benchGroups(["smoke"]);
    const [smoke] = cases;
    expect(smoke?.figures).to.include({
      [GROUP_FIGURE.runs]: 1,
      [GROUP_FIGURE.gets]: 0,
      [GROUP_FIGURE.writes]: 1,
      [GROUP_FIGURE.pollApi]: 0,
      [GROUP_FIGURE.pollRuns]: 0,
      [GROUP_FIGURE.restartGets]: 0,
      [GROUP_FIGURE.restartWrites]: 0,
    });
    // A quarter of a minute, in which a group is written once at most.
    expect(smoke?.figures[GROUP_FIGURE.movingWrites]).to.be.at.most(4);
    for (const [name, figure] of Object.entries(smoke?.figures ?? {})) {
      expect(figure, name).to.satisfy((value: unknown) => typeof value === "string" || Number.isFinite(value));
    }
    expect(Object.keys(smoke?.figures ?? {})).to.have.members(Object.values(GROUP_FIGURE));
    expect(charts).to.have.length.above(0);
  });
});
