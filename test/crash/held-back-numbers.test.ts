import { expect } from "chai";
import { describe, it } from "mocha";

import { World } from "./world.ts";

const HOUR_MS = 3_600_000;
const SWEEP_MS = 10_000;
const INTERVAL_MS = 60_000;

describe("The lag of a group that moves again within the minute after it was written", () => {
  let world: World;

  /** So old that their age is no news for an hour. */
  const produce = (count: number): void =>
    world.kafka.produce("orders", 0, Array<number>(count).fill(world.clock.now() - 100 * HOUR_MS));
  const shownLag = (): number | undefined => world.groups.objects[0]?.status?.topics?.[0]?.lag;
  const statusWrites = (): number =>
    world.groups.requests.filter((request) => request.startsWith("applyStatus")).length;

  it("is shown once the minute has passed, with no further news and with one write", async () => {
    world = new World();
    await world.start();
    world.createTopic("orders", { partitions: 1 });
    await world.settle();
    world.kafka.groups.join("reader", "classic");
    world.kafka.groups.commit("reader", [{ topic: "orders", partition: 0, offset: 0n }]);
    produce(500);
    world.createGroup("reader", { topics: [{ eventTopicRef: { name: "orders" } }] });
    await world.pass(10 * INTERVAL_MS);
    produce(100);
    await world.pass(SWEEP_MS);
    expect(shownLag()).to.equal(600);
    const writes = statusWrites();
    produce(100);
    await world.pass(SWEEP_MS);
    expect(shownLag(), "written within the minute").to.equal(600);
    await world.pass(INTERVAL_MS);
    expect(shownLag()).to.equal(700);
    await world.pass(10 * INTERVAL_MS);
    expect(statusWrites() - writes).to.equal(1);
    world.die();
  });
}).timeout(60_000);
