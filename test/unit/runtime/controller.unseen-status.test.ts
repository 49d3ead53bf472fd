import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { ControllerBench, sized } from "../../fakes/controller-bench.ts";

describe("Controller, whose store hears of another status in the middle of a run", () => {
  let bench: ControllerBench;
  beforeEach(() => {
    bench = new ControllerBench();
  });
  afterEach(async () => {
    await bench.stop();
  });

  it("runs again, and forgets nothing of it", async () => {
    let runs = 0;
    bench.reconcile = async (widget, run) => {
      const size = widget.status?.size ?? widget.spec.size;
      runs += 1;
      if (runs === 1) {
        bench.kubernetes.editStatus(bench.key("a"), { size: 41 });
        // As a live read does: the store holds what the run has not seen.
        const live = await bench.kubernetes.get(bench.key("a"), { signal: run.signal, priority: run.priority });
        if (live !== undefined) bench.store.accept(live, "watch");
      }
      const verdict = sized(widget);
      return { ...verdict, status: { ...verdict.status, size } };
    };
    bench.kubernetes.create("a", { size: 1 });
    await bench.start();
    await bench.clock.advance(10_000);
    expect(bench.widget("a").status).to.include({ size: 41, observedGeneration: 1 });
  });
});
