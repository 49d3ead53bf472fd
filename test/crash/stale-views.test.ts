import { expect } from "chai";
import { describe, it } from "mocha";

import { attempt, type Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { StaleView } from "./stale-view.ts";
import { stateOf } from "./world-state.ts";
import { World } from "./world.ts";

/** Longer than everything that the operator does by itself. */
const STALE_MS = 150_000;
/** Some sweeps. */
const UNTOLD_MS = 35_000;

async function played(scenario: Scenario, view: StaleView): Promise<World> {
  const world = new World({ ...scenario.world, view: view.of, keepsHistory: true });
  await world.start();
  for (const act of scenario.acts) {
    await world.settle();
    await act(world);
    world.changed();
  }
  await world.settle();
  return world;
}

describe("An operator that starts on an old view of the API changes nothing in Kafka, and finds the truth later:", () => {
  for (const scenario of SCENARIOS) {
    it(scenario.name, async () => {
      const view = new StaleView();
      const world = await played(scenario, view);
      const end = stateOf(world);
      const moments = world.history.slice(0, -1);
      for (const [index, moment] of moments.entries()) {
        view.freeze(moment);
        world.oracle.forbidsKafka = true;
        await world.start();
        await world.pass(STALE_MS);
        expect(world.oracle.violations, `at moment ${index + 1} of ${moments.length}`).to.deep.equal([]);
        world.oracle.forbidsKafka = false;
        view.thaw();
        await world.settle();
        expect(stateOf(world), `after moment ${index + 1} of ${moments.length}`).to.deep.equal(end);
      }
      world.die();
    });
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
