import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { KubernetesError } from "../../../src/kubernetes/resources.ts";
import { settled, stalled } from "../../../src/runtime/outcome.ts";
import { ControllerBench, sized } from "../../fakes/controller-bench.ts";
import { settle } from "../../fakes/fake-clock.ts";

describe("Controller, writing", () => {
  let bench: ControllerBench;

  beforeEach(() => {
    bench = new ControllerBench();
  });
  afterEach(async () => {
    await bench.stop();
  });

  describe("sees its own writes", () => {
    for (const first of ["the response", "the watch"] as const) {
      it(`without running for them, when ${first} tells of them first`, async () => {
        const gate = Promise.withResolvers<void>();
        bench.reconcile = (widget) => sized(widget);
        await bench.start();
        bench.kubernetes.create("a", { size: 1 });
        bench.kubernetes.before = (verb) => {
          if (verb !== "applyStatus") return;
          if (first === "the watch") bench.kubernetes.answering = () => gate.promise;
          else bench.kubernetes.telling = () => gate.promise;
        };
        await settle();
        expect(bench.writes).to.have.length(1);
        gate.resolve();
        await settle();
        expect(bench.runs).to.have.length(1);
        expect(bench.widget("a").status?.observedGeneration).to.equal(1);
      });
    }

    it("and an edit that came together with its own write causes a run", async () => {
      let isFirst = true;
      bench.reconcile = (widget) => sized(widget);
      bench.kubernetes.before = (verb) => {
        // The edit is there before the write arrives: the write conflicts and is put on top of it.
        if (verb === "applyStatus" && isFirst) {
          isFirst = false;
          bench.kubernetes.edit(bench.key("a"), { size: 2 });
        }
      };
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      await settle();
      expect(bench.widget("a").status).to.include({ observedGeneration: 2, size: 2 });
      expect(bench.runs).to.have.length(2);
    });

    it("before it acts again, although the watch is late", async () => {
      const seen: (number | undefined)[] = [];
      bench.reconcile = (widget) => {
        seen.push(widget.status?.size);
        return sized(widget);
      };
      bench.kubernetes.create("a", { size: 1 });
      const gate = Promise.withResolvers<void>();
      bench.kubernetes.before = () => {
        bench.kubernetes.telling = () => gate.promise;
      };
      await bench.start();
      bench.controller.enqueue("default/a");
      await settle();
      expect(seen).to.deep.equal([undefined, 1]);
      gate.resolve();
      await settle();
      expect(seen).to.have.length(2);
    });

    it("and does not act on what it holds when a live read finds another object under the name", async () => {
      const gate = Promise.withResolvers<void>();
      const seen: string[] = [];
      bench.kubernetes.before = (verb) => {
        if (verb === "applyStatus" && seen.length === 1) {
          bench.kubernetes.telling = () => gate.promise;
          throw new KubernetesError(0, "Timeout", "made up");
        }
      };
      bench.reconcile = (widget) => {
        seen.push(widget.metadata.uid);
        return sized(widget);
      };
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      bench.kubernetes.remove(bench.key("a"));
      const { metadata } = bench.kubernetes.create("a", { size: 2 });
      await bench.clock.advance(3_000);
      expect(seen, "the watch has not told of it yet").to.deep.equal(["uid-1"]);
      gate.resolve();
      await bench.clock.advance(5_000);
      expect([...new Set(seen)]).to.deep.equal(["uid-1", metadata.uid]);
    });

    it("by a live read, when it got no answer and cannot know", async () => {
      let isLost = true;
      bench.kubernetes.before = (verb) => {
        if (verb === "applyStatus" && isLost) throw new KubernetesError(0, "Timeout", "made up");
      };
      bench.reconcile = (widget) => sized(widget);
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      isLost = false;
      expect(bench.reads).to.deep.equal([]);
      await bench.clock.advance(1_000);
      expect(bench.reads).to.deep.equal(["get default/a"]);
      expect(bench.widget("a").status?.observedGeneration).to.equal(1);
      bench.controller.enqueue("default/a");
      await settle();
      expect(bench.reads, "once is enough").to.have.length(1);
    });
  });

  describe("meets a conflict", () => {
    it("silently: no failed run, no hot loop, and the write arrives in the end", async () => {
      let conflicts = 6;
      bench.kubernetes.before = (verb) => {
        if (verb === "patchMetadata" && conflicts-- > 0) throw new KubernetesError(409, "Conflict", "made up");
      };
      bench.reconcile = async (widget, run) => {
        await run.mark({ finalizer: true });
        return sized(widget);
      };
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      const runs = bench.runs.length;
      expect(runs, "no hot loop").to.be.at.most(2);
      await bench.clock.advance(10_000);
      expect(bench.widget("a").metadata.finalizers).to.have.length(1);
      expect(bench.widget("a").status?.observedGeneration).to.equal(1);
      expect(await bench.metric("controller_runtime_reconcile_errors_total")).to.equal(0);
      expect(await bench.metric("controller_runtime_reconcile_conflicts_total")).to.equal(6);
      expect(bench.log.messages("warn")).to.deep.equal([]);
    });

    it("with a status that its run has not seen by running again, and forgets nothing of it", async () => {
      let isEdited = false;
      bench.kubernetes.before = (verb) => {
        if (verb !== "applyStatus" || isEdited) return;
        isEdited = true;
        bench.kubernetes.editStatus(bench.key("a"), { parts: [{ name: "recorded", count: 1 }] });
      };
      // Like a memory: what the status holds is kept, what it lacks is not made up.
      bench.reconcile = (widget) => {
        const verdict = sized(widget);
        return { ...verdict, status: { ...verdict.status, parts: widget.status?.parts } };
      };
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      await bench.clock.advance(1_000);
      expect(bench.widget("a").status?.parts).to.deep.equal([{ name: "recorded", count: 1 }]);
      expect(bench.widget("a").status?.observedGeneration).to.equal(1);
    });

    it("with a re-created namesake by leaving it alone", async () => {
      let isReplaced = false;
      bench.kubernetes.before = (verb) => {
        if (verb !== "applyStatus" || isReplaced) return;
        isReplaced = true;
        bench.kubernetes.remove(bench.key("a"));
        bench.kubernetes.create("a", { size: 7 });
      };
      bench.reconcile = (widget) => sized(widget, widget.metadata.uid);
      const foreign: string[] = [];
      bench.store.subscribe(({ after }) => {
        const message = after?.status?.conditions?.[0]?.message;
        if (message !== undefined && message !== after?.metadata.uid) foreign.push(message);
      });
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      await bench.clock.advance(1_000);
      const { metadata, status } = bench.widget("a");
      expect(status?.conditions?.[0]?.message).to.equal(metadata.uid);
      expect(status?.size).to.equal(7);
      expect(foreign, "states of another object").to.deep.equal([]);
    });
  });

  describe("in the middle of a run", () => {
    it("stores the finalizer before the effect, beside those of others", async () => {
      const order: string[] = [];
      bench.reconcile = async (widget, run) => {
        await run.mark({ finalizer: true, annotations: { "test.eventbus.dev/mark": "yes" } });
        order.push(`effect after ${bench.widget("a").metadata.finalizers?.join()}`);
        return sized(widget);
      };
      bench.kubernetes.create("a", { size: 1 }, { finalizers: ["example.com/theirs"] });
      await bench.start();
      expect(order).to.deep.equal(["effect after example.com/theirs,test.eventbus.dev/widget"]);
      expect(bench.widget("a").metadata.annotations).to.deep.equal({ "test.eventbus.dev/mark": "yes" });
      expect(bench.writes).to.deep.equal(["patchMetadata default/a", "applyStatus default/a"]);
      expect(bench.runs, "its own finalizer is no news").to.have.length(1);
    });

    it("makes no effect when the status before it could not be stored", async () => {
      let effects = 0;
      bench.kubernetes.before = (verb) => {
        if (verb === "applyStatus" && effects === 0 && bench.runs.length === 1) {
          throw new KubernetesError(0, "Timeout", "made up");
        }
      };
      bench.reconcile = async (widget, run) => {
        await run.saveStatus({ ...sized(widget).status, parts: [{ name: "key", count: 1 }] });
        effects += 1;
        return { ...sized(widget), status: { ...sized(widget).status, parts: [{ name: "key", count: 1 }] } };
      };
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      expect(effects).to.equal(0);
      await bench.clock.advance(1_000);
      expect(effects).to.equal(1);
      expect(bench.widget("a").status).to.deep.include({ observedGeneration: 1, parts: [{ name: "key", count: 1 }] });
    });

    it("leaves observedGeneration as it was until the run has finished", async () => {
      const seen: (number | undefined)[] = [];
      bench.reconcile = async (widget, run) => {
        await run.saveStatus({ size: 5 });
        seen.push(bench.widget("a").status?.observedGeneration);
        return sized(widget);
      };
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      expect(seen).to.deep.equal([-1]);
      expect(bench.widget("a").status?.observedGeneration).to.equal(1);
    });
  });

  describe("at the end of a run", () => {
    it("takes off only its own finalizer, and lets the object go", async () => {
      bench.reconcile = async (widget, run) => {
        if (widget.metadata.deletionTimestamp !== undefined) return { ...sized(widget), release: true };
        await run.mark({ finalizer: true });
        return sized(widget);
      };
      bench.kubernetes.create("a", { size: 1 });
      bench.kubernetes.create("b", { size: 1 }, { finalizers: ["example.com/theirs"] });
      await bench.start();
      const before = bench.writes.length;
      bench.kubernetes.remove(bench.key("a"));
      bench.kubernetes.remove(bench.key("b"));
      await settle();
      expect(bench.store.get("default/a")).to.equal(undefined);
      expect(bench.widget("b").metadata.finalizers).to.deep.equal(["example.com/theirs"]);
      expect(bench.widget("b").status?.observedGeneration).to.equal(2);
      const writes = bench.writes.slice(before).toSorted();
      expect(writes).to.deep.equal(["applyStatus default/b", "patchMetadata default/a", "patchMetadata default/b"]);
    });

    it("writes no status when it returns none, and none when nothing differs", async () => {
      bench.reconcile = () => ({ outcome: settled() });
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      expect(bench.writes).to.deep.equal([]);
      bench.reconcile = (widget) => sized(widget);
      for (let time = 0; time < 3; time += 1) {
        bench.controller.enqueue("default/a");
        await settle();
      }
      expect(bench.writes).to.have.length(1);
    });

    it("takes away what the status no longer holds", async () => {
      bench.reconcile = (widget) => {
        const { outcome, status } = sized(widget);
        return { outcome, status: { ...status, parts: widget.spec.size === 1 ? [{ name: "x", count: 1 }] : [] } };
      };
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      expect(bench.widget("a").status?.parts).to.have.length(1);
      bench.kubernetes.edit(bench.key("a"), { size: 2 });
      await settle();
      expect(bench.widget("a").status).not.to.have.property("parts");
    });

    it("tells the generation also when it stalls", async () => {
      bench.reconcile = (widget) => ({ ...sized(widget), outcome: stalled("InvalidName") });
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      expect(bench.widget("a").status?.observedGeneration).to.equal(1);
      expect(await bench.metric("controller_runtime_terminal_reconcile_errors_total")).to.equal(1);
    });

    it("records its events after the status is stored, none when it could not be", async () => {
      let isRefusing = true;
      bench.kubernetes.before = (verb) => {
        if (verb === "applyStatus" && isRefusing) throw new KubernetesError(500, "InternalError", "made up");
      };
      const event = { type: "Normal", reason: "Sized", action: "Size", note: "Sized" } as const;
      bench.reconcile = (widget) => ({ ...sized(widget), events: [event] });
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      expect(bench.events).to.deep.equal([]);
      isRefusing = false;
      await bench.clock.advance(1_000);
      expect(bench.events.map((recorded) => recorded.event)).to.deep.equal([event]);
    });
  });

  it("writes nothing while it may not, and nothing fails for it", async () => {
    let isLeader = false;
    const lost = new AbortController();
    bench = new ControllerBench({ leadership: { isLeaderNow: () => isLeader, lost: lost.signal } });
    bench.reconcile = (widget) => sized(widget);
    bench.kubernetes.create("a", { size: 1 });
    await bench.start();
    expect(bench.writes).to.deep.equal([]);
    expect(await bench.metric("controller_runtime_reconcile_errors_total")).to.equal(0);
    isLeader = true;
    bench.controller.enqueue("default/a");
    await settle();
    expect(bench.writes).to.have.length(1);
  });
});
