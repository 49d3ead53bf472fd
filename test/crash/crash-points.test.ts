import { expect } from "chai";
import { describe, it } from "mocha";

import { approveTopic } from "./approvals.ts";
import { play, playAllLate, playCrashes, samples, type Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { ADOPTION } from "./scenarios/adoption.ts";
import type { World } from "./world.ts";

/** Of the side effects of a scenario the operator dies after one in so many here, in each scenario others; test:long has all. */
const SAMPLED = { oneIn: 3, ofRare: 1 };

describe("Wherever the operator dies, the end is the same:", () => {
  for (const { scenario, share } of samples(SCENARIOS, SAMPLED)) {
    it(scenario.name, async () => {
      expect(await playCrashes(scenario, share, ["after"])).to.be.greaterThan(0);
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

const DAY_MS = 86_400_000;

/** Approved, then taken back, then asked for again, with the approval still on the object. */
const REGRETTED: Scenario = {
  name: "regretted",
  world: { bus: { changeGuard: { approver: "Owner" } } },
  acts: [
    (world) => world.createTopic("kept", { retention: { time: "7d" } }),
    (world) => world.kafka.produce("kept", 0, [world.clock.now() - 3 * DAY_MS]),
    (world) => world.editTopic("kept", { retention: { time: "1d" } }),
    (world) => approveTopic(world, "kept"),
    (world) => world.editTopic("kept", { retention: { time: "7d" } }),
    (world) => {
      world.kafka.produce("kept", 0, [world.clock.now() - 3 * DAY_MS]);
      world.editTopic("kept", { retention: { time: "1d" } });
    },
  ],
};

describe("An approval serves once", () => {
  it("wherever two operators die, one after the other, and whoever goes on meanwhile", async () => {
    const { effects } = await play({ scenario: REGRETTED });
    for (const first of effects.keys()) {
      for (const second of [1, 2, 3]) {
        const crashes = [
          { at: first + 1, side: "after" },
          { at: second, side: "after" },
        ] as const;
        // The oracle of the world counts what was approved.
        await play({ scenario: REGRETTED, crashes, isFollowedLate: true });
      }
    }
  });
}).timeout(60_000);
