import { expect } from "chai";
import { describe, it } from "mocha";

import { BUS, World } from "./world.ts";

const TOPICS = 100;
const SECONDS = 30;

describe("A bus that answers for itself, but not for its topics,", () => {
  it("is looked at once a second at most, however many of its topics say that it may be away", async () => {
    const world = new World();
    await world.start();
    await world.settle();
    // Every write is put off, so that runs fail; the cluster itself is there.
    world.kafka.throttleMs = 50;
    for (let index = 0; index < TOPICS; index += 1) world.createTopic(`topic-${index}`);
    const before = world.kafka.requestCount("cluster");
    const writes = world.buses.requests.length;
    await world.pass(SECONDS * 1_000);
    const looks = world.kafka.requestCount("cluster") - before;
    expect(looks).to.be.within(2, SECONDS + 1);
    expect(world.kafka.requestCount("createTopic"), "of many runs that failed").to.be.greaterThan(SECONDS);
    const statuses = world.buses.requests.slice(writes).filter((request) => request === `applyStatus ${BUS}`);
    expect(statuses.length, "status writes").to.be.at.most(4);
    world.kafka.throttleMs = undefined;
    await world.settle();
    expect(world.kafka.topics.names).to.have.length(TOPICS);
    world.die();
  });
}).timeout(60_000);
