import * as fc from "fast-check";
import { describe, it } from "mocha";

import { walked } from "./random-walk.ts";
import { walk } from "./walk-moves.ts";

/** More of them, and others, by the environment: WALKS, WALK_SEED. */
const RUNS = Number(process.env["WALKS"] ?? 60);
const SEED = Number(process.env["WALK_SEED"] ?? 1);

describe("A random walk of edits, mistakes, reverts and mishaps", () => {
  it("keeps every rule at every write, and ends in silence and in truth", async () => {
    await fc.assert(fc.asyncProperty(walk, walked), { seed: SEED, numRuns: RUNS });
  });
}).timeout(Math.max(120_000, RUNS * 3_000));
