import { describe, it } from "mocha";

import { playLosingEvents } from "./lost-events.ts";
import { SCENARIOS } from "./scenarios.ts";

/** Of the events of a scenario one in so many gets lost here, in each scenario others; test:long loses each of them. */
const EVERY = 4;

describe("Where an event gets lost on its way, the end is the same:", () => {
  for (const [index, scenario] of SCENARIOS.entries()) {
    it(scenario.name, () => playLosingEvents(scenario, { first: 1 + (index % EVERY), every: EVERY }));
  }
}).timeout(60_000);
