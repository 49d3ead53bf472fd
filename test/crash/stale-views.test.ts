import { describe, it } from "mocha";

import { ALL, samples } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { playStaleStarts, playUntold } from "./stale-views.ts";

/** Operators start here at one in so many moments of a scenario, in each scenario at others; test:long has all. */
const SAMPLED = { oneIn: 3, ofRare: 2 };

describe("An operator that starts on an old view of the API changes nothing in Kafka, and finds the truth later:", () => {
  for (const { scenario, share } of samples(SCENARIOS, SAMPLED)) {
    it(scenario.name, () => playStaleStarts(scenario, share));
  }
}).timeout(60_000);

describe("An operator to which nothing is told any more brings back nothing that people have changed:", () => {
  for (const [index, scenario] of SCENARIOS.entries()) {
    const most = scenario.acts.length - 1;
    if (most === 0) continue;
    const share = scenario.isRare === true ? { first: 1 + (index % most), every: most } : ALL;
    it(scenario.name, () => playUntold(scenario, share));
  }
}).timeout(60_000);
