// Plays a scenario, then starts operators that see the API as it was at moments of it: they must leave Kafka alone.

import { expect } from "chai";

import { attempt, comparable, type Scenario, type Share } from "./scenario.ts";
import { StaleView } from "./stale-view.ts";
import { stateOf } from "./world-state.ts";
import { World } from "./world.ts";

/** Longer than everything that the operator does by itself. */
const STALE_MS = 150_000;
/** Some sweeps. */
const UNTOLD_MS = 35_000;

/** Starts an operator at each moment of the share, until it has found the truth again. A moment is what one write has left. */
export async function playStaleStarts(scenario: Scenario, { first, every }: Share): Promise<void> {
  const view = new StaleView();
  const world = await played(scenario, view);
  const end = comparable(scenario, stateOf(world));
  const moments = world.history.slice(0, -1);
  for (let number = first; number <= moments.length; number += every) {
    view.freeze(moments[number - 1] ?? new Map());
    world.oracle.forbidsKafka = true;
    await world.start();
    await world.pass(STALE_MS);
    expect(world.oracle.violations, `at moment ${number} of ${moments.length}`).to.deep.equal([]);
    world.oracle.forbidsKafka = false;
    view.thaw();
    await world.settle();
    expect(comparable(scenario, stateOf(world)), `after moment ${number} of ${moments.length}`).to.deep.equal(end);
  }
  world.die();
}

/** After each act of the share the operator is told nothing of the ones that follow, until the end. */
export async function playUntold(scenario: Scenario, { first, every }: Share): Promise<void> {
  for (let told = first; told < scenario.acts.length; told += every) {
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
}

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
