import { expect } from "chai";
import { describe, it } from "mocha";

import { World } from "./world.ts";

describe("A deletion that the brokers refuse", () => {
  it("is told, tried again by each sweep, and completes once it is permitted, without anybody's doing", async () => {
    const world = new World();
    await world.start();
    world.createTopic("kept", { deletionPolicy: "Delete" });
    await world.settle();
    world.kafka.denies = (verb) => verb === "deleteTopic";
    world.deleteTopic("kept");
    await world.settle();
    const ready = world.topic("kept")?.status?.conditions?.find(({ type }) => type === "Ready");
    expect(`${ready?.status}/${ready?.reason}`).to.equal("False/Denied");
    expect(world.kafka.topics.get("kept")).not.to.equal(undefined);
    world.kafka.denies = () => false;
    await world.settle();
    expect(world.kafka.topics.get("kept")).to.equal(undefined);
    expect(world.topic("kept")).to.equal(undefined);
    expect(world.oracle.violations).to.deep.equal([]);
    world.die();
  });
});
