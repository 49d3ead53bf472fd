// The operator sees an old picture of the world, or one with a hole in it: it must not act on what it did itself as if
// it had not, and it must find what it was not told.

import { expect } from "chai";
import { describe, it } from "mocha";

import { environment } from "../environment/environment.ts";
import { eventually } from "../fakes/eventually.ts";
import { widgetVerdict } from "../fakes/widget-operator.ts";
import { WidgetWorld } from "./widget-world.ts";

describe("With a watch that is late, the operator", () => {
  it("sees its own writes at once, and acts on nothing twice", async () => {
    await using world = await WidgetWorld.start(await environment().controlPlane(), "late-watch");
    const effects: string[] = [];
    await using operator = world.operator({
      reconcile(widget) {
        // An effect that must happen once: the memory of it is in the status.
        if (widget.status?.size === undefined) effects.push(widget.metadata.name);
        return Promise.resolve(widgetVerdict(widget));
      },
    });
    for (let index = 0; index < 10; index += 1) await world.create(`widget-${index}`);
    let isHeld = false;
    let held = 0;
    world.proxy.letsThrough = () => {
      if (isHeld) held += 1;
      return !isHeld;
    };
    await operator.observe();
    isHeld = true;
    operator.controller.start();
    await eventually(async () => {
      for (const { status } of await world.list()) expect(status?.observedGeneration).to.equal(1);
    });
    await eventually(() => expect(held, "the watch tells nothing of it").to.be.greaterThan(0));
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 10; index += 1) operator.controller.enqueue(`${world.namespace}/widget-${index}`);
      await eventually(() => expect(operator.runs).to.have.length(10 * (round + 2)));
    }
    expect(effects.toSorted()).to.deep.equal(Array.from({ length: 10 }, (_, index) => `widget-${index}`));
    expect(world.proxy.requests.filter(({ method }) => method === "PATCH")).to.have.length(10);
  });
});

describe("With an event lost on the way, the operator", () => {
  it("finds what it was not told by the next list, tells so, and catches up", async () => {
    await using world = await WidgetWorld.start(await environment().controlPlane(), "lost-event");
    const timing = { watchSeconds: 1, initialSeconds: 1, relistEveryMs: 4_000, backoffBaseMs: 50 };
    await using operator = world.operator({ timing });
    await world.create("edited");
    await world.create("removed");
    await operator.start();
    await world.expectCurrent(operator);
    world.proxy.letsThrough = (line) => !/"name":"(edited|removed)"/.test(line);
    await world.edit("edited", { size: 7 });
    await world.remove("removed");
    // Its event moves the watch beyond what was lost.
    await world.create("marker");
    await eventually(() => expect(operator.store.get("lost-event/marker")).not.to.equal(undefined));
    expect(operator.store.get("lost-event/edited")?.spec.size).to.equal(1);
    world.proxy.letsThrough = () => true;
    await world.expectCurrent(operator);
    expect(await operator.metric("reflector_missed_events_total")).to.equal(2);
    const ends = operator.changes.filter(({ key, after }) => key.endsWith("/removed") && after === undefined);
    expect(ends).to.have.length(1);
  });
});
