// One random walk: edits, mistakes, reverts and mishaps, judged at every write, and its end at rest.

import { expect } from "chai";

import { ANNOTATION } from "../../src/api/group.ts";
import { restProblems } from "./rest-problems.ts";
import type { Move } from "./walk-moves.ts";
import { Walker } from "./walker.ts";
import { NAMESPACE, World } from "./world.ts";

const MOMENT_MS = 100;
/** Longer than any interval or backoff. */
const LONG_MS = 400_000;

/** Rejects with what was written against the rules, or is untrue once all is at rest. */
export async function walked(moves: readonly Move[]): Promise<void> {
  const world = new World({ bus: { legacyNames: [{ pattern: "a", patternType: "prefixed" }] } });
  const walker = new Walker(world);
  await world.start();
  for (const move of moves) {
    await walker.do(move);
    await world.pass(MOMENT_MS);
  }
  walker.heal();
  await world.settle({ quietMs: LONG_MS });
  expect(world.oracle.violations.join("\n"), "what was written").to.equal("");
  expect(restProblems(world).join("\n"), "at rest").to.equal("");
  await expectSilence(world);
  world.die();
}

/** Nothing is written any more; asked to look again, each object finds nothing to do. */
async function expectSilence(world: World): Promise<void> {
  const { effects } = world;
  await world.pass(LONG_MS);
  expect(world.effects - effects, `writes at rest: ${world.point.effects.slice(-5).join(", ")}`).to.equal(0);
  const topics = world.topics.objects.map(({ metadata }) => metadata.name);
  const sideEffects = world.kafka.sideEffects.length;
  for (const name of topics) world.topics.annotate({ namespace: NAMESPACE, name }, { [ANNOTATION.requestedAt]: "now" });
  await world.pass(MOMENT_MS);
  expect(world.kafka.sideEffects.length, "what is at rest has nothing to do").to.equal(sideEffects);
  expect(world.effects - effects, "each object echoes, and nothing more").to.equal(topics.length);
}
