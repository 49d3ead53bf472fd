// The benchmark on a small scale: it still runs, and a topic still costs what it should. Counts only.

import { expect } from "chai";
import { describe, it } from "mocha";

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
