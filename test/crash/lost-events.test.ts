import { expect } from "chai";
import { describe, it } from "mocha";

import { LossyView } from "./lossy-view.ts";
import { play } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

/** The safety net of an hour, made short: what no watch tells is found by the next list. */
const reflectorTiming = { watchSeconds: 10, relistEveryMs: 10_000 };

describe("Whichever event gets lost on its way, the end is the same:", () => {
  for (const scenario of SCENARIOS) {
    it(scenario.name, async () => {
      const calm = await play({ scenario });
      for (let lost = 1, hasLost = true; hasLost; lost += 1) {
        const view = new LossyView(lost);
        const world = { ...scenario.world, reflectorTiming, view: view.of };
        const { state } = await play({ scenario: { ...scenario, world } });
        expect(state, `event ${lost} lost`).to.deep.equal(calm.state);
        ({ hasLost } = view);
      }
    });
  }
}).timeout(60_000);
