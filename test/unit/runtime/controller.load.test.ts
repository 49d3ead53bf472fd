// The controller when there is more to do than gets done.

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { settled } from "../../../src/runtime/outcome.ts";
import { ControllerBench } from "../../fakes/controller-bench.ts";
import { settle } from "../../fakes/fake-clock.ts";

describe("Controller under load", () => {
  let bench: ControllerBench;
  beforeEach(() => {
    bench = new ControllerBench();
  });
  afterEach(() => bench.stop());

  it("takes one of many new objects as bulk, and whoever edits one of them before the rest", async () => {
    bench = new ControllerBench({ maxInFlight: 1 });
    const gate = Promise.withResolvers<void>();
    bench.reconcile = async () => {
      await gate.promise;
      return { outcome: settled() };
    };
    await bench.start();
    const names = Array.from({ length: 120 }, (_, index) => `w${index}`);
    for (const name of names) bench.kubernetes.create(name, { size: 1 });
    await settle();
    expect(bench.controller.queue.depth("bulk")).to.equal(20);
    bench.kubernetes.edit(bench.key("w119"), { size: 2 });
    await settle();
    expect(bench.controller.queue.depth("bulk")).to.equal(19);
    gate.resolve();
    await settle();
    expect(bench.runs.slice().toSorted()).to.deep.equal(names.toSorted());
  });

  it("calls nobody overdue whose status stands in line for longer than the deadline", async () => {
    bench.reconcile = ({ spec }) => ({ outcome: settled(), status: { size: spec.size } });
    const gate = Promise.withResolvers<void>();
    const { kubernetes } = bench;
    const applyStatus = kubernetes.applyStatus.bind(kubernetes);
    kubernetes.applyStatus = async (...args) => {
      await gate.promise;
      return await applyStatus(...args);
    };
    kubernetes.create("a", { size: 1 });
    await bench.start();
    await bench.clock.advance(60_000);
    gate.resolve();
    await settle();
    expect(bench.log.lines.filter(({ level }) => level === "error")).to.deep.equal([]);
    expect(bench.widget("a").status?.observedGeneration).to.equal(1);
    expect(bench.runs).to.deep.equal(["a"]);
  });
});
