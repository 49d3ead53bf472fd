import { expect } from "chai";
import { describe, it } from "mocha";

import { StaleView } from "./stale-view.ts";
import { NAMESPACE, World } from "./world.ts";

/** Some sweeps. */
const UNTOLD_MS = 35_000;
const LABELLED = { allowedNamespaces: { selector: { matchLabels: { reads: "orders" } } } };

describe("A label that a namespace has lost", () => {
  it("grants no right, though nobody has told the operator, while a label that it has does", async () => {
    const view = new StaleView();
    const world = new World({
      bus: { accessManagement: "Acl" },
      view: (truth) => (truth.type.plural === "namespaces" ? view.of(truth) : truth),
    });
    world.namespaces.create("shop", undefined);
    world.namespaces.label({ name: NAMESPACE }, { reads: "orders" });
    world.createTopic("orders", { consumers: LABELLED }, { namespace: "shop" });
    const topics = [{ eventTopicRef: { name: "orders", namespace: "shop" } }];
    world.createGroup("first", { topics, principal: "billing" });
    await world.start();
    await world.settle();
    const readers = (): string[] =>
      world.kafka.acls
        .list()
        .filter(({ operation, resourceType }) => resourceType === "topic" && operation === "Read")
        .map(({ principal }) => principal);
    expect(readers()).to.deep.equal(["User:billing"]);
    view.freeze(world.snapshot());
    world.namespaces.label({ name: NAMESPACE }, { reads: "nothing" });
    world.createGroup("second", { topics, principal: "audit" });
    await world.pass(UNTOLD_MS);
    expect(readers()).to.not.include("User:audit");
    view.thaw();
    await world.settle();
    // The consent is gone, and with it the right that it gave.
    expect(readers()).to.deep.equal([]);
    world.die();
  });
}).timeout(30_000);
