import { expect } from "chai";
import { describe, it } from "mocha";

import { attempt } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { StaleView } from "./stale-view.ts";
import { playStaleStarts } from "./stale-views.ts";
import { World } from "./world.ts";

/** Operators start here at one in so many moments of a scenario, in each scenario at others; test:long has all. */
const EVERY = 3;
/** Some sweeps. */
const UNTOLD_MS = 35_000;

describe("An operator that starts on an old view of the API changes nothing in Kafka, and finds the truth later:", () => {
  for (const [index, scenario] of SCENARIOS.entries()) {
    it(scenario.name, () => playStaleStarts(scenario, { first: 1 + (index % EVERY), every: EVERY }));
  }
}).timeout(60_000);

describe("An operator to which nothing is told any more brings back nothing that people have changed:", () => {
  for (const scenario of SCENARIOS.filter(({ acts }) => acts.length > 1)) {
    it(scenario.name, async () => {
      for (let told = 1; told < scenario.acts.length; told += 1) {
        const view = new StaleView();
        const world = new World({ ...scenario.world, view: view.of });
        await world.start();
        for (const [index, act] of scenario.acts.entries()) {
          if (index < told) await world.settle();
          if (index === told) view.freeze(world.snapshot());
          await attempt(() => act(world));
          if (index >= told) await world.pass(UNTOLD_MS);
        }
        view.thaw();
        await world.settle();
        expect(world.oracle.violations, `told of ${told} of ${scenario.acts.length} acts`).to.deep.equal([]);
        world.die();
      }
    });
  }
}).timeout(60_000);
