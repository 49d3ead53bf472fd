import { describe, it } from "mocha";

import { playLosingEvents } from "./lost-events.ts";
import { samples } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

/** Of the events of a scenario one in so many gets lost here, in each scenario others; test:long loses each of them. */
const SAMPLED = { oneIn: 4, ofRare: 4 };

describe("Where an event gets lost on its way, the end is the same:", () => {
  for (const { scenario, share } of samples(SCENARIOS, SAMPLED)) {
    it(scenario.name, () => playLosingEvents(scenario, share));
  }
}).timeout(60_000);
