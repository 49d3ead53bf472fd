import { describe, it } from "mocha";

import { playLosingEvents } from "./lost-events.ts";
import { sampleOf } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

/** Of the events of a scenario one in so many gets lost here, in each scenario others; test:long loses each of them. */
const EVERY = 4;
/** Of the rare scenarios one in so many. */
const RARE_EVERY = 4;

describe("Where an event gets lost on its way, the end is the same:", () => {
  for (const [index, scenario] of SCENARIOS.entries()) {
    if (scenario.isRare === true && index % RARE_EVERY !== 0) continue;
    it(scenario.name, () => playLosingEvents(scenario, sampleOf(scenario, index, EVERY)));
  }
}).timeout(60_000);
