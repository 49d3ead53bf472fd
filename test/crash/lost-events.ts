// Plays a scenario while events get lost on their way to the operator's watches, one a play: the end must be that of the calm.

import { expect } from "chai";

import { LossyView } from "./lossy-view.ts";
import { play, type Scenario, type Share } from "./scenario.ts";

/** The safety net of an hour, made short: what no watch tells is found by the next list. */
const reflectorTiming = { watchSeconds: 10, relistEveryMs: 10_000 };

/** Loses each event of the share. */
export async function playLosingEvents(scenario: Scenario, { first, every }: Share): Promise<void> {
  const calm = await play({ scenario });
  for (let lost = first, hasLost = true; hasLost; lost += every) {
    const view = new LossyView(lost);
    const world = { ...scenario.world, reflectorTiming, view: view.of };
    const { state } = await play({ scenario: { ...scenario, world } });
    expect(state, `event ${lost} lost`).to.deep.equal(calm.state);
    ({ hasLost } = view);
  }
}
