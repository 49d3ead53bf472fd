// Every crash point with a real SIGKILL; two of them are tried each time (test/crash/killed-process.test.ts).

import { after, before, describe, it } from "mocha";

import { ALL_KILLS, describeKill, playKill } from "../crash/kills.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";

describe("A successor of an operator that was", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({ bus: { namespaces: [{ deletionPolicies: ["Retain", "Delete"] }] } });
    await operator.stop();
  });
  after(() => operator.stop());

  for (const [index, kill] of ALL_KILLS.entries()) {
    it(`${describeKill(kill)} brings it to its end`, () => playKill(operator, kill, `killed-${index}`));
  }
}).timeout(90_000);
