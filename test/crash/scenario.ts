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
  /** Each run tries less of it than of others; test:long all. */
  readonly isRare?: boolean;
}

/** Where an operator dies. */
export interface Crash {
  readonly at: number;
  readonly side: Side;
}

export interface Play {
  readonly scenario: Scenario;
  /** Of the operators that follow each other, the first ones. */
  readonly crashes?: readonly Crash[];
  /** People go on before anybody follows the one that died. */
  readonly isFollowedLate?: boolean;
}

/** What came of playing a scenario. */
export interface Ending {
  readonly state: WorldState;
  /** Of the first operator. */
  readonly effects: readonly string[];
  /** False where the scenario ended before all that were to die did. */
  readonly haveCrashed: boolean;
}

export async function play({ scenario, crashes = [], isFollowedLate = false }: Play): Promise<Ending> {
  const world = new World(scenario.world);
  const points = crashes.map((crash) => new CrashPoint(crash));
  world.crashes.push(...points);
  await world.start();
  const first = world.point;
  for (const act of scenario.acts) {
    await world.settle({ isFollowed: !isFollowedLate });
    await (isFollowedLate ? attempt(() => act(world)) : act(world));
    if (world.point.isDead) await world.start();
  }
  await world.settle();
  world.die();
  expect(world.oracle.violations, "what the operator wrote").to.deep.equal([]);
  const haveCrashed =
    world.crashes.length === 0 && points.every(({ isDead }) => isDead) && points.at(-1) !== world.point;
  return { state: comparable(scenario, stateOf(world)), effects: first.effects, haveCrashed };
}

/** What depends on what the operator has not done is refused to people. */
export async function attempt(act: () => void | Promise<void>): Promise<void> {
  try {
    await act();
  } catch {
    return;
  }
}

/** Plays it, and the end must be that of the calm. Returns whether the crashes came to happen. */
export async function expectSameEnd(calm: Ending, played: Play): Promise<boolean> {
  const { scenario, crashes = [] } = played;
  const told = crashes.map(({ at, side }) => `${side} side effect ${at}`).join(", then ");
  const label = `${scenario.name}: crash ${told} (${calm.effects[(crashes[0]?.at ?? 0) - 1]})`;
  const ending = await play(played).catch((error: unknown) => {
    throw new Error(label, { cause: error });
  });
  if (ending.haveCrashed) expect(ending.state, label).to.deep.equal(calm.state);
  return ending.haveCrashed;
}

const BOTH_SIDES: readonly Side[] = ["before", "after"];

/** Some of what can be counted in a scenario, its side effects for example: number `first`, from 1, and one in so many after. */
export interface Share {
  readonly first: number;
  readonly every: number;
}

export const ALL: Share = { first: 1, every: 1 };

/** Of a rare scenario that much less. */
const RARELY = 12;
/** Every rare scenario has as many side effects, moments and events. */
const LEAST = 12;

/** What each run tries: of each scenario one in so many, in each others, and of the rare ones only some. */
export function samples(
  scenarios: readonly Scenario[],
  { oneIn, ofRare }: { readonly oneIn: number; /** One of so many. */ readonly ofRare: number },
): readonly { readonly scenario: Scenario; readonly share: Share }[] {
  return scenarios.flatMap((scenario, number) => {
    if (scenario.isRare !== true) return [{ scenario, share: { first: 1 + (number % oneIn), every: oneIn } }];
    const share = { first: 1 + (number % LEAST), every: oneIn * RARELY };
    return number % ofRare === 0 ? [{ scenario, share }] : [];
  });
}

/**
 * Plays the scenario with a crash at each side effect of the share. Returns how many crashes there were. Who dies before a
 * side effect leaves about the same world as who died after the one before it.
 */
export async function playCrashes(
  scenario: Scenario,
  { first, every }: Share = ALL,
  sides: readonly Side[] = BOTH_SIDES,
): Promise<number> {
  const calm = await play({ scenario });
  let count = 0;
  for (let at = first, isReached = true; isReached; at += every) {
    isReached = false;
    for (const side of sides) {
      if (!(await expectSameEnd(calm, { scenario, crashes: [{ at, side }] }))) continue;
      isReached = true;
      count += 1;
    }
  }
  return count;
}

/** The same, and people go on before anybody follows. The end may be another then; the rules are the same. */
export async function playAllLate(scenario: Scenario): Promise<void> {
  for (let at = 1, isReached = true; isReached; at += 1) {
    isReached = false;
    for (const side of BOTH_SIDES) {
      const { haveCrashed } = await play({ scenario, crashes: [{ at, side }], isFollowedLate: true });
      isReached ||= haveCrashed;
    }
  }
}

/**
 * Who died before it could tell of a creation leaves a topic that is up to date; so does who saw its KafkaTopic late, and
 * told of another meanwhile.
 */
export function comparable(scenario: Scenario, state: WorldState): WorldState {
  const text = JSON.stringify(state).replaceAll('"reason":"Created"', '"reason":"UpToDate"');
  const forgiven = scenario.createsWithoutRecord === true ? text.replaceAll('"adopted":true', '"adopted":false') : text;
  return JSON.parse(forgiven) as WorldState;
}
