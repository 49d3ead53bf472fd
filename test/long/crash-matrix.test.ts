// All that the crash points of each run leave out: both sides of each side effect, brokers that show changes late, a
// successor that dies as well, people who go on meanwhile; then each old view, each lost event, and many random walks. In
// memory.

import * as fc from "fast-check";
import { describe, it } from "mocha";

import { playLosingEvents } from "../crash/lost-events.ts";
import { walked } from "../crash/random-walk.ts";
import { ALL, expectSameEnd, play, playAllLate, playCrashes } from "../crash/scenario.ts";
import { SCENARIOS } from "../crash/scenarios.ts";
import { playStaleStarts, playUntold } from "../crash/stale-views.ts";
import { walk } from "../crash/walk-moves.ts";

/** About what brokers take in a burst. */
const LAG_MS = 4_000;
/** Side effects of the successor at which it dies. */
const SECOND = [1, 2, 3];

/** Others each time; to repeat them: WALK_SEED. */
const SEED = Number(process.env["WALK_SEED"] ?? Date.now() % 1_000_000);
const WALKS = Number(process.env["WALKS"] ?? 500);

describe("On whichever side of a side effect the operator dies, the end is the same:", () => {
  for (const scenario of SCENARIOS) {
    it(scenario.name, async () => {
      await playCrashes(scenario);
    });
  }
}).timeout(600_000);

describe("Wherever the operator dies while brokers show changes late, the end is the same:", () => {
  for (const scenario of SCENARIOS) {
    it(scenario.name, async () => {
      await playCrashes({ ...scenario, world: { ...scenario.world, visibilityLagMs: LAG_MS } });
    });
  }
}).timeout(600_000);

describe("Wherever the operator dies and its successor soon after it, the end is the same:", () => {
  for (const scenario of SCENARIOS) {
    it(scenario.name, async () => {
      const calm = await play({ scenario });
      for (const at of calm.effects.keys()) {
        for (const second of SECOND) {
          const crashes = [
            { at: at + 1, side: "after" },
            { at: second, side: "after" },
          ] as const;
          await expectSameEnd(calm, { scenario, crashes });
        }
      }
    });
  }
}).timeout(600_000);

describe("Where people go on before anybody follows the operator that died, no rule is broken:", () => {
  for (const scenario of SCENARIOS) it(scenario.name, () => playAllLate(scenario));
}).timeout(600_000);

describe("At whichever moment the view stands still on which an operator starts, it leaves Kafka alone:", () => {
  for (const scenario of SCENARIOS) it(scenario.name, () => playStaleStarts(scenario, ALL));
}).timeout(600_000);

describe("From whichever act on an operator is told nothing, it brings back nothing that people have changed:", () => {
  for (const scenario of SCENARIOS.filter(({ acts }) => acts.length > 1)) {
    it(scenario.name, () => playUntold(scenario, ALL));
  }
}).timeout(600_000);

describe("Whichever event gets lost on its way, the end is the same:", () => {
  for (const scenario of SCENARIOS) it(scenario.name, () => playLosingEvents(scenario, ALL));
}).timeout(600_000);

describe("A random walk of edits, mistakes, reverts and mishaps", () => {
  it(`keeps every rule at every write, and ends in silence and in truth (WALK_SEED=${SEED})`, async () => {
    await fc.assert(fc.asyncProperty(walk, walked), { seed: SEED, numRuns: WALKS });
  });
}).timeout(WALKS * 6_000);
