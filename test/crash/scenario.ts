// A scenario: what people do, one thing after the other, each time waiting until all is quiet. Played without a crash it
// says what the end is; played again, the operator dies at a chosen side effect, and the end must be the same.

import { expect } from "chai";

import { CrashPoint, type Side } from "./crash-point.ts";
import { stateOf, type WorldState } from "./world-state.ts";
import { World, type WorldOptions } from "./world.ts";

export interface Scenario {
  readonly name: string;
  readonly world?: WorldOptions;
  readonly acts: readonly ((world: World) => void | Promise<void>)[];
  /**
   * Its objects hold no record of their creations (that would be one more write for each): a topic whose creation was
   * not answered is found again and bound as identical, and so reads as adopted.
   */
  readonly createsWithoutRecord?: boolean;
}

/** What came of playing a scenario. */
export interface Ending {
  readonly state: WorldState;
  readonly effects: readonly string[];
  /** False where the scenario ended before the operator was to die. */
  readonly hasCrashed: boolean;
}

export async function play(
  scenario: Scenario,
  crash: { readonly at?: number; readonly side?: Side } = {},
): Promise<Ending> {
  const world = new World(scenario.world);
  const point = new CrashPoint(crash);
  await world.start(point);
  for (const act of scenario.acts) {
    await world.settle();
    await act(world);
  }
  await world.settle();
  const hasCrashed = point.isDead;
  world.die();
  expect(world.oracle.violations, "what the operator wrote").to.deep.equal([]);
  return { state: comparable(scenario, stateOf(world)), effects: point.effects, hasCrashed };
}

/** Plays the scenario with a crash at each side effect, both sides of it. Returns how many crashes there were. */
export async function playAllCrashes(scenario: Scenario): Promise<number> {
  const calm = await play(scenario);
  let crashes = 0;
  for (let at = 1, isReached = true; isReached; at += 1) {
    isReached = false;
    for (const side of ["before", "after"] as const) {
      const label = `${scenario.name}: crash ${side} side effect ${at}`;
      const ending = await play(scenario, { at, side }).catch((error: unknown) => {
        throw new Error(`${label} (${calm.effects[at - 1]})`, { cause: error });
      });
      if (!ending.hasCrashed) continue;
      isReached = true;
      crashes += 1;
      expect(ending.state, `${label} (${ending.effects.at(-1)})`).to.deep.equal(calm.state);
    }
  }
  return crashes;
}

/** Who died before it could tell of a creation leaves a topic that is up to date. */
function comparable(scenario: Scenario, state: WorldState): WorldState {
  const text = JSON.stringify(state).replaceAll('"reason":"Created"', '"reason":"UpToDate"');
  const forgiven = scenario.createsWithoutRecord === true ? text.replaceAll('"adopted":true', '"adopted":false') : text;
  return JSON.parse(forgiven) as WorldState;
}
