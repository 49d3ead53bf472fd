import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { KubernetesError } from "../../../src/kubernetes/resources.ts";
import { failed, settled, stalled, waiting, type Outcome } from "../../../src/runtime/outcome.ts";
import { ControllerBench, sized } from "../../fakes/controller-bench.ts";
import { settle } from "../../fakes/fake-clock.ts";

const HOUR_MS = 3_600_000;

describe("Controller", () => {
  let bench: ControllerBench;

  beforeEach(() => {
    bench = new ControllerBench();
  });
  afterEach(async () => {
    await bench.stop();
  });

  describe("runs", () => {
    it("nothing before it is started, then what was collected", async () => {
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      expect(bench.runs).to.deep.equal(["a"]);
    });

    it("an object once for its creation, with one write, and then stays silent", async () => {
      bench.reconcile = (widget) => sized(widget);
      await bench.start();
      bench.kubernetes.create("a", { size: 1 });
      await settle();
      expect(bench.runs).to.deep.equal(["a"]);
      expect(bench.writes).to.deep.equal(["applyStatus default/a"]);
      await bench.clock.advance(HOUR_MS / 2);
      expect(bench.runs).to.have.length(1);
      expect(bench.writes).to.have.length(1);
      expect(bench.reads).to.deep.equal([]);
    });

    it("an object again for each change of its spec, and tells the generation", async () => {
      bench.reconcile = (widget) => sized(widget);
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      bench.kubernetes.edit(bench.key("a"), { size: 2 });
      await settle();
      expect(bench.widget("a").status).to.include({ observedGeneration: 2, size: 2 });
      expect(bench.runs).to.have.length(2);
    });

    it("an object once more when it changed during its run, however often", async () => {
      const gate = Promise.withResolvers<void>();
      bench.reconcile = async (widget) => {
        await gate.promise;
        return sized(widget);
      };
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      for (const size of [2, 3, 4]) bench.kubernetes.edit(bench.key("a"), { size });
      await settle();
      expect(bench.runs).to.have.length(1);
      gate.resolve();
      await settle();
      expect(bench.runs).to.have.length(2);
      expect(bench.widget("a").status).to.include({ observedGeneration: 4, size: 4 });
    });

    it("live changes before what the first list brought", async () => {
      bench = new ControllerBench({ maxInFlight: 1 });
      const gate = Promise.withResolvers<void>();
      bench.reconcile = async () => {
        await gate.promise;
        return { outcome: settled() };
      };
      for (const name of ["a", "b", "c"]) bench.kubernetes.create(name, { size: 1 });
      await bench.start();
      bench.kubernetes.create("live", { size: 1 });
      await settle();
      gate.resolve();
      await settle();
      expect(bench.runs).to.deep.equal(["a", "live", "b", "c"]);
    });

    it("onGone when the object is gone, and forgets its failures", async () => {
      const gone: string[] = [];
      bench = new ControllerBench({ onGone: (key) => gone.push(key) });
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      bench.kubernetes.remove(bench.key("a"));
      await settle();
      expect(gone).to.deep.equal(["default/a"]);
      expect(bench.runs).to.have.length(1);
    });
  });

  describe("takes an outcome for", () => {
    const quiet: readonly (readonly [string, () => Outcome])[] = [
      ["settled", () => settled()],
      ["waiting", () => waiting("BusNotFound")],
      ["stalled", () => stalled("InvalidName")],
    ];
    for (const [name, outcome] of quiet) {
      it(`${name}: no timer, no further run`, async () => {
        bench.reconcile = () => ({ outcome: outcome() });
        bench.kubernetes.create("a", { size: 1 });
        await bench.start();
        await bench.clock.advance(HOUR_MS / 2);
        expect(bench.runs).to.have.length(1);
        expect(bench.controller.queue.delayed).to.equal(0);
      });

      it(`${name} with recheckAt: a run at that time`, async () => {
        let isFirst = true;
        bench.reconcile = () => {
          const recheckAt = isFirst ? bench.clock.now() + 5_000 : undefined;
          isFirst = false;
          return { outcome: { ...outcome(), recheckAt } };
        };
        bench.kubernetes.create("a", { size: 1 });
        await bench.start();
        await bench.clock.advance(4_999);
        expect(bench.runs).to.have.length(1);
        await bench.clock.advance(1);
        expect(bench.runs).to.have.length(2);
      });
    }

    it("failed: retries with growing waits, which a success ends", async () => {
      let failures = 5;
      bench.reconcile = () => ({ outcome: failures-- > 0 ? failed("Unreachable", "no answer") : settled() });
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      const runsAfter: number[] = [];
      for (let second = 0; second < 40; second += 1) {
        await bench.clock.advance(1_000);
        runsAfter.push(bench.runs.length);
      }
      // Full waits are 1, 2, 4, 8, 16 s, the actual ones between half and all of that.
      expect(runsAfter[0], "after the first second").to.equal(2);
      expect(runsAfter[14], "half of the sum has passed").to.be.at.most(6);
      expect(runsAfter[30], "all of the sum has passed").to.equal(6);
      expect(runsAfter[39]).to.equal(6);
      expect(await bench.metric("controller_runtime_reconcile_errors_total")).to.equal(5);
    });

    it("failed with retryAfterMs: waits at least that long", async () => {
      bench.reconcile = () => ({ outcome: failed("Throttled", "later", 30_000) });
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      await bench.clock.advance(29_999);
      expect(bench.runs).to.have.length(1);
      await bench.clock.advance(1);
      expect(bench.runs).to.have.length(2);
    });

    it("failed: an edit does not wait for the retry", async () => {
      bench.reconcile = () => ({ outcome: failed("Throttled", "later", 30_000) });
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      bench.kubernetes.edit(bench.key("a"), { size: 2 });
      await settle();
      expect(bench.runs).to.have.length(2);
    });
  });

  describe("survives", () => {
    it("a reconcile that throws: logged with its stack, counted, retried; others are not touched", async () => {
      bench.reconcile = (widget) => {
        if (widget.metadata.name === "bad") throw new TypeError("A bug");
        return sized(widget);
      };
      bench.kubernetes.create("bad", { size: 1 });
      bench.kubernetes.create("good", { size: 1 });
      await bench.start();
      expect(bench.widget("good").status?.observedGeneration).to.equal(1);
      expect(await bench.metric("controller_runtime_reconcile_panics_total")).to.equal(1);
      const line = bench.log.lines.find(({ level }) => level === "error");
      expect(line?.fields["error"]).to.be.instanceOf(TypeError);
      expect(line?.fields).to.include({ controller: "widget", object: "default/bad" });
      await bench.clock.advance(1_000);
      expect(bench.runs.filter((name) => name === "bad")).to.have.length(2);
    });

    it("an API server that refuses: the run failed, and is retried", async () => {
      let isRefusing = true;
      bench.kubernetes.before = (verb) => {
        if (verb === "applyStatus" && isRefusing) throw new KubernetesError(500, "InternalError", "made up");
      };
      bench.reconcile = (widget) => sized(widget);
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      expect(await bench.metric("controller_runtime_reconcile_errors_total")).to.equal(1);
      expect(await bench.metric("controller_runtime_reconcile_panics_total")).to.equal(0);
      isRefusing = false;
      await bench.clock.advance(1_000);
      expect(bench.widget("a").status?.observedGeneration).to.equal(1);
    });

    it("a deadline that passes: the signal aborts, the run is counted and retried", async () => {
      let aborted = 0;
      bench.reconcile = (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            aborted += 1;
            reject(signal.reason as Error);
          });
        });
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      await bench.clock.advance(10_000);
      expect(aborted).to.equal(1);
      expect(await bench.metric("controller_runtime_reconcile_timeouts_total")).to.equal(1);
      await bench.clock.advance(1_000);
      expect(bench.runs).to.have.length(2);
      await bench.clock.advance(10_000);
    });

    it("a reconcile that ignores its deadline: others get the slot, the key stays locked", async () => {
      bench = new ControllerBench({ maxInFlight: 1 });
      const gate = Promise.withResolvers<void>();
      bench.reconcile = async (widget) => {
        if (widget.metadata.name === "stuck") await gate.promise;
        return { outcome: settled() };
      };
      bench.kubernetes.create("stuck", { size: 1 });
      bench.kubernetes.create("waiting", { size: 1 });
      await bench.start();
      expect(bench.runs).to.deep.equal(["stuck"]);
      await bench.clock.advance(16_000);
      expect(bench.runs).to.deep.equal(["stuck", "waiting"]);
      bench.kubernetes.edit(bench.key("stuck"), { size: 2 });
      await settle();
      expect(bench.runs, "one run a key at a time").to.deep.equal(["stuck", "waiting"]);
      gate.resolve();
      await settle();
      expect(bench.runs).to.deep.equal(["stuck", "waiting", "stuck"]);
    });
  });

  describe("is woken by", () => {
    beforeEach(async () => {
      bench.reconcile = (widget) => sized(widget);
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      bench.runs.length = 0;
    });

    it("damage to its status, which it repairs", async () => {
      bench.kubernetes.editStatus(bench.key("a"), { size: 99 });
      await settle();
      expect(bench.runs).to.have.length(1);
      expect(bench.widget("a").status?.size).to.equal(1);
    });

    it("annotations that it reads, and no others", async () => {
      bench.kubernetes.annotate(bench.key("a"), { "example.com/theirs": "1" });
      await settle();
      expect(bench.runs).to.have.length(0);
      bench.kubernetes.annotate(bench.key("a"), { "test.eventbus.dev/read": "1" });
      await settle();
      expect(bench.runs).to.have.length(1);
    });

    it("no condition of another writer, which stays", async () => {
      const conditions = bench.widget("a").status?.conditions ?? [];
      const theirs = { ...conditions[0], type: "Blessed" };
      bench.kubernetes.editStatus(bench.key("a"), { conditions: [...conditions, theirs] });
      await settle();
      expect(bench.runs).to.have.length(0);
      bench.kubernetes.edit(bench.key("a"), { size: 2 });
      await settle();
      expect(bench.widget("a").status?.conditions?.map(({ type }) => type)).to.have.members(["Ready", "Blessed"]);
    });

    it("a requested run, also while backing off, and echoes exactly the token that it handled", async () => {
      bench.reconcile = (widget) => ({ ...sized(widget), outcome: failed("Throttled", "later", HOUR_MS) });
      bench.kubernetes.edit(bench.key("a"), { size: 2 });
      await settle();
      bench.runs.length = 0;
      bench.kubernetes.annotate(bench.key("a"), { "test.eventbus.dev/requestedAt": "token-1" });
      await settle();
      expect(bench.runs).to.have.length(1);
      expect(bench.widget("a").status?.lastHandledReconcileAt).to.equal("token-1");
    });
  });

  it("stops by letting runs end, then by aborting them", async () => {
    const ends: string[] = [];
    bench.reconcile = (widget, { signal }) =>
      new Promise((resolve, reject) => {
        if (widget.metadata.name === "quick") bench.clock.after(1_000, () => resolve({ outcome: settled() }));
        signal.addEventListener("abort", () => {
          ends.push(`${widget.metadata.name} aborted`);
          reject(signal.reason as Error);
        });
      });
    bench.kubernetes.create("quick", { size: 1 });
    bench.kubernetes.create("slow", { size: 1 });
    await bench.start();
    let isStopped = false;
    const stopping = bench.controller.stop(5_000).then(() => (isStopped = true));
    await bench.clock.advance(4_999);
    expect([isStopped, ends]).to.deep.equal([false, []]);
    await bench.clock.advance(1);
    await stopping;
    expect(ends).to.deep.equal(["slow aborted"]);
    bench.kubernetes.create("late", { size: 1 });
    await settle();
    expect(bench.runs).to.have.members(["quick", "slow"]);
    expect(await bench.metric("controller_runtime_reconcile_panics_total")).to.equal(0);
  });

  it("tells every line of a run with controller, object, id and generation", async () => {
    bench.reconcile = (_, { log }) => {
      log.info("Working");
      return { outcome: settled() };
    };
    bench.kubernetes.create("a", { size: 1 });
    await bench.start();
    const fields = bench.log.lines.find(({ message }) => message === "Working")?.fields;
    expect(fields).to.include({ controller: "widget", object: "default/a", generation: 1 });
    expect(fields?.["reconcileId"]).to.match(/^[\da-f-]{36}$/);
  });
});
