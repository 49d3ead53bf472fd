// What the crash points of each run leave out: brokers that show changes late, a successor that dies as well, people who
// go on meanwhile, every lost event, and many random walks. In memory; the seed of the walks is printed.

import { describe, it } from "mocha";

import { expectSameEnd, play, playAllCrashes, playAllLate } from "../crash/scenario.ts";
import { SCENARIOS } from "../crash/scenarios.ts";

/** About what brokers take in a burst. */
const LAG_MS = 4_000;
/** Side effects of the successor at which it dies. */
const SECOND = [1, 2, 3];

describe("Wherever the operator dies while brokers show changes late, the end is the same:", () => {
  for (const scenario of SCENARIOS) {
    it(scenario.name, async () => {
      await playAllCrashes({ ...scenario, world: { ...scenario.world, visibilityLagMs: LAG_MS } });
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
