import { expect } from "chai";
import { describe, it } from "mocha";

import { play, playAllCrashes, playAllLate, type Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { ADOPTION } from "./scenarios/adoption.ts";
import type { World } from "./world.ts";

describe("Wherever the operator dies, the end is the same:", () => {
  for (const scenario of SCENARIOS) {
    it(scenario.name, async () => {
      expect(await playAllCrashes(scenario, ["after"])).to.be.greaterThan(1);
    });
  }
}).timeout(60_000);

describe("Where people go on before anybody follows the operator that died, no rule is broken:", () => {
  for (const scenario of ADOPTION) it(scenario.name, () => playAllLate(scenario));
}).timeout(60_000);

async function kafkaAfter(acts: Scenario["acts"]): Promise<object> {
  const { state } = await play({ scenario: { name: "hasty", world: { visibilityLagMs: 8_000 }, acts } });
  return state.kafka;
}

async function deleteSoon(world: World): Promise<void> {
  await world.pass(1_000);
  world.deleteTopic("hasty");
}

async function createHastily(world: World): Promise<void> {
  world.createTopic("hasty", { deletionPolicy: "Delete", deadLetter: {} });
  await deleteSoon(world);
}

function createAlone(world: World): void {
  world.createTopic("hasty", { deletionPolicy: "Delete" });
}

async function addLettersHastily(world: World): Promise<void> {
  world.editTopic("hasty", { deadLetter: {} });
  await deleteSoon(world);
}

describe("An object that goes before the brokers show its topic", () => {
  it("takes the topic along", async () => {
    expect(await kafkaAfter([createHastily])).to.deep.equal({});
  });

  it("takes dead letters along that were asked for later", async () => {
    expect(await kafkaAfter([createAlone, addLettersHastily])).to.deep.equal({});
  });
});
