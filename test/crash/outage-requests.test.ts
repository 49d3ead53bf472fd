import { expect } from "chai";
import { describe, it } from "mocha";

import { ANNOTATION } from "../../src/api/group.ts";
import { World } from "./world.ts";

describe("A request to run while the bus is down", () => {
  it("is answered, and nothing else is said of a topic that has nothing to do", async () => {
    const world = new World();
    await world.start();
    world.createTopic("quiet");
    await world.settle();
    const before = world.topic("quiet")?.status;
    world.kafka.network = "refused";
    await world.pass(60_000);
    world.annotateTopic("quiet", { [ANNOTATION.requestedAt]: "during the outage" });
    await world.pass(5_000);
    expect(world.buses.objects[0]?.status?.conditions?.[0]?.reason).to.equal("Unreachable");
    expect(world.topic("quiet")?.status).to.deep.equal({ ...before, lastHandledReconcileAt: "during the outage" });
    world.die();
  });
});
