import { after, before, describe, it } from "mocha";

import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { describeKill, MOST_TELLING_KILLS, playKill } from "./kills.ts";

describe("A successor of an operator that was", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({ bus: { namespaces: [{ deletionPolicies: ["Retain", "Delete"] }] } });
    await operator.stop();
  });
  after(() => operator.stop());

  for (const [index, kill] of MOST_TELLING_KILLS.entries()) {
    it(`${describeKill(kill)} brings it to its end`, () => playKill(operator, kill, `killed-${index}`));
  }
}).timeout(90_000);
