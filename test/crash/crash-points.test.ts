import { expect } from "chai";
import { describe, it } from "mocha";

import { play, playAllCrashes } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";

describe("Wherever the operator dies, the end is the same:", () => {
  for (const scenario of SCENARIOS) {
    it(scenario.name, async () => {
      expect(await playAllCrashes(scenario)).to.be.greaterThan(3);
    });
  }
}).timeout(60_000);

describe("An object that goes before the brokers show its topic", () => {
  it("takes the topic along", async () => {
    const { state } = await play({
      name: "hasty",
      world: { visibilityLagMs: 8_000 },
      acts: [
        async (world) => {
          world.createTopic("hasty", { deletionPolicy: "Delete", deadLetter: {} });
          await world.pass(1_000);
          world.deleteTopic("hasty");
        },
      ],
    });
    expect(state.kafka).to.deep.equal({});
  });

  it("takes dead letters along that were asked for later", async () => {
    const { state } = await play({
      name: "hasty letters",
      world: { visibilityLagMs: 8_000 },
      acts: [
        (world) => world.createTopic("hasty", { deletionPolicy: "Delete" }),
        async (world) => {
          world.editTopic("hasty", { deadLetter: {} });
          await world.pass(1_000);
          world.deleteTopic("hasty");
        },
      ],
    });
    expect(state.kafka).to.deep.equal({});
  });
});
