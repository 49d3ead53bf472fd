import { expect } from "chai";
import { describe, it } from "mocha";

import { ANNOTATION } from "../../../src/api/group.ts";
import { selectBus, type BusWish } from "../../../src/domain/bus-selection.ts";
import { anEventBus } from "../../builders/objects.ts";

const bus = (name: string, isDefault?: boolean) =>
  anEventBus({}, { name, ...(isDefault === true ? { annotations: { [ANNOTATION.isDefault]: "true" } } : {}) });

function choose(wish: BusWish, ...buses: ReturnType<typeof bus>[]) {
  return selectBus(wish, { get: (name) => buses.find(({ metadata }) => metadata.name === name), list: () => buses });
}

describe("selectBus()", () => {
  it("keeps the recorded bus, whatever is the default by now", () => {
    expect(choose({ recorded: "a" }, bus("a"), bus("b", true))).to.have.nested.property("bus.metadata.name", "a");
  });
  it("takes the named bus before any default", () => {
    expect(choose({ named: "a" }, bus("a"), bus("b", true))).to.have.nested.property("bus.metadata.name", "a");
  });
  it("takes the annotated default, else the only one", () => {
    expect(choose({}, bus("a"), bus("b", true))).to.have.nested.property("bus.metadata.name", "b");
    expect(choose({}, bus("a"))).to.have.nested.property("bus.metadata.name", "a");
  });
  it("is ambiguous with two defaults, and with several and none annotated", () => {
    expect(choose({}, bus("a", true), bus("b", true))).to.include({ reason: "BusAmbiguous" });
    expect(choose({}, bus("a"), bus("b"))).to.include({ reason: "BusAmbiguous" });
  });
  it("does not find what is not there", () => {
    expect(choose({ named: "a" })).to.include({ reason: "BusNotFound" });
    expect(choose({})).to.include({ reason: "BusNotFound" });
  });
  it("refuses another bus than the recorded one", () => {
    expect(choose({ recorded: "a", named: "b" }, bus("a"), bus("b"))).to.include({ reason: "BusChanged" });
  });
});
