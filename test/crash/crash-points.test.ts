import { expect } from "chai";
import { describe, it } from "mocha";

import { playAllCrashes } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

describe("Wherever the operator dies, the end is the same:", () => {
  for (const scenario of SCENARIOS) {
    it(scenario.name, async () => {
      expect(await playAllCrashes(scenario)).to.be.greaterThan(3);
    });
  }
}).timeout(60_000);
