import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { KubernetesError } from "../../../src/kubernetes/resources.ts";
import { NotLeading } from "../../../src/runtime/leader-election.ts";
import { failed, settled } from "../../../src/runtime/outcome.ts";
import { Superseded } from "../../../src/runtime/superseded.ts";
import { ControllerBench } from "../../fakes/controller-bench.ts";
import { settle } from "../../fakes/fake-clock.ts";
import { widgetVerdict } from "../../fakes/widget-operator.ts";
import { WIDGET_FINALIZER, type Widget } from "../../fakes/widget.ts";

const EVENT = { type: "Normal", reason: "Sized", action: "Size", note: "Sized" } as const;

describe("Controller, when an object changes while a run works on it,", () => {
  let bench: ControllerBench;
  let reasons: unknown[];

  beforeEach(() => {
    bench = new ControllerBench();
    reasons = [];
  });
  afterEach(async () => {
    await bench.stop();
  });

  /** The first run waits for its signal and rejects with its reason; later ones settle. */
  const waitingFirst = (): void => {
    bench.reconcile = (widget, { signal }) => {
      if (bench.runs.length > 1) return widgetVerdict(widget);
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason);
          reject(signal.reason as Error);
        });
      });
    };
  };
  const figures = async (...names: string[]): Promise<number[]> =>
    await Promise.all(names.map((name) => bench.metric(`controller_runtime_reconcile_${name}_total`)));

  for (const { why, finalizers = [], change, runs } of [
    { why: "is edited", change: () => bench.kubernetes.edit(bench.key("a"), { size: 2 }), runs: 2 },
    {
      why: "is being deleted",
      finalizers: ["example.com/theirs"],
      change: () => bench.kubernetes.remove(bench.key("a")),
      runs: 2,
    },
    { why: "is gone", change: () => bench.kubernetes.remove(bench.key("a")), runs: 1 },
    {
      why: "is made anew",
      change: () => {
        bench.kubernetes.remove(bench.key("a"));
        bench.kubernetes.create("a", { size: 2 });
      },
      runs: 2,
    },
  ]) {
    it(`calls the run off silently when it ${why}, and goes on at once with what is there now`, async () => {
      waitingFirst();
      bench.kubernetes.create("a", { size: 1 }, { finalizers });
      await bench.start();
      const before = bench.writes.length;
      change();
      await settle();
      expect(reasons).to.have.length(1);
      expect(reasons[0]).to.be.instanceOf(Superseded);
      expect(bench.runs, "without waiting").to.have.length(runs);
      expect(bench.writes.length - before, "only the newer run writes").to.equal(runs - 1);
      if (runs > 1) {
        const { metadata, status } = bench.widget("a");
        expect(status?.observedGeneration).to.equal(metadata.generation);
      }
      expect(await figures("superseded", "errors", "panics", "timeouts", "conflicts")).to.deep.equal([1, 0, 0, 0, 0]);
      expect(bench.log.lines.filter(({ level }) => level !== "debug")).to.deep.equal([]);
    });
  }

  it("tells onGone of an object that is gone, after its run has ended", async () => {
    const gone: string[] = [];
    bench = new ControllerBench({ onGone: (key) => gone.push(key) });
    waitingFirst();
    bench.kubernetes.create("a", { size: 1 });
    await bench.start();
    bench.kubernetes.remove(bench.key("a"));
    await settle();
    expect([gone, reasons.length]).to.deep.equal([["default/a"], 1]);
  });

  for (const { why, change } of [
    { why: "annotations", change: () => bench.kubernetes.annotate(bench.key("a"), { "test.eventbus.dev/read": "1" }) },
    { why: "a status", change: () => bench.kubernetes.editStatus(bench.key("a"), { size: 99 }) },
    { why: "another object", change: () => bench.kubernetes.create("b", { size: 1 }) },
  ]) {
    it(`lets the run end when it is only ${why} that changed`, async () => {
      waitingFirst();
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      change();
      await settle();
      expect(reasons).to.deep.equal([]);
    });
  }

  it("lets the run end when it is the run itself that writes", async () => {
    const aborted: boolean[] = [];
    bench.reconcile = async (widget, run) => {
      await run.mark({ finalizer: true, annotations: { "test.eventbus.dev/read": "1" } });
      await run.saveStatus({ size: 5 });
      await settle();
      aborted.push(run.signal.aborted);
      return widgetVerdict(widget);
    };
    bench.kubernetes.create("a", { size: 1 });
    await bench.start();
    await settle();
    expect(aborted).to.deep.equal([false]);
    expect(await figures("superseded")).to.deep.equal([0]);
  });

  it("says nothing of a verdict that is not settled, but keeps the facts", async () => {
    const gate = Promise.withResolvers<void>();
    bench.reconcile = async (widget) => {
      if (bench.runs.length > 1) return { outcome: settled() };
      await gate.promise;
      const verdict = widgetVerdict(widget, failed("Unreachable", "The call was aborted", 60_000));
      return { ...verdict, status: { ...verdict.status, parts: [{ name: "made", count: 1 }] }, events: [EVENT] };
    };
    bench.kubernetes.create("a", { size: 1 });
    await bench.start();
    bench.kubernetes.edit(bench.key("a"), { size: 2 });
    await settle();
    gate.resolve();
    await settle();
    const { status } = bench.widget("a");
    expect(status).to.deep.equal({ observedGeneration: -1, size: 1, parts: [{ name: "made", count: 1 }] });
    expect([bench.runs.length, bench.events.length]).to.deep.equal([2, 0]);
    expect(await figures("superseded", "errors")).to.deep.equal([1, 0]);
    await bench.clock.advance(120_000);
    expect(bench.runs, "no retry is left of it").to.have.length(2);
  });

  it("writes no facts onto a namesake", async () => {
    const gate = Promise.withResolvers<void>();
    bench.reconcile = async (widget) => {
      if (bench.runs.length > 1) return { outcome: settled() };
      await gate.promise;
      return widgetVerdict(widget, failed("Unreachable", "The call was aborted"));
    };
    bench.kubernetes.create("a", { size: 1 });
    await bench.start();
    bench.kubernetes.remove(bench.key("a"));
    bench.kubernetes.create("a", { size: 2 });
    await settle();
    gate.resolve();
    await settle();
    expect([bench.writes, bench.runs.length]).to.deep.equal([[], 2]);
  });

  it("tells a run that had settled by then as any other", async () => {
    const gate = Promise.withResolvers<void>();
    bench.reconcile = async (widget) => {
      await gate.promise;
      return { ...widgetVerdict(widget), events: [EVENT] };
    };
    bench.kubernetes.create("a", { size: 1 });
    await bench.start();
    bench.kubernetes.edit(bench.key("a"), { size: 2 });
    await settle();
    gate.resolve();
    await settle();
    expect([bench.runs.length, bench.writes.length, bench.events.length]).to.deep.equal([2, 2, 2]);
    expect(bench.widget("a").status?.observedGeneration).to.equal(2);
  });

  for (const verb of ["mark", "saveStatus"] as const) {
    it(`does not cut off a write that is under way (${verb}), but lets no effect follow it`, async () => {
      const gate = Promise.withResolvers<void>();
      let effects = 0;
      bench.kubernetes.answering = (asked) => (asked === "watch" ? undefined : gate.promise);
      bench.reconcile = async (widget, run) => {
        if (bench.runs.length > 1) return { outcome: settled() };
        await (verb === "mark" ? run.mark({ finalizer: true }) : run.saveStatus({ size: 7 }));
        effects += 1;
        return widgetVerdict(widget);
      };
      bench.kubernetes.create("a", { size: 1 });
      await bench.start();
      bench.kubernetes.edit(bench.key("a"), { size: 2 });
      await settle();
      expect(bench.runs, "the write is waited for").to.have.length(1);
      gate.resolve();
      await settle();
      expect([effects, bench.runs.length]).to.deep.equal([0, 2]);
      const { metadata, status } = bench.widget("a");
      expect(verb === "mark" ? metadata.finalizers : status?.size).to.deep.equal(
        verb === "mark" ? [WIDGET_FINALIZER] : 7,
      );
      expect(bench.reads, "its answer is known").to.deep.equal([]);
      expect(await figures("superseded", "errors", "panics")).to.deep.equal([1, 0, 0]);
    });
  }

  it("makes no further request to write for it", async () => {
    bench.reconcile = async (widget: Widget, run) => {
      if (bench.runs.length > 1) return { outcome: settled() };
      bench.kubernetes.edit(bench.key("a"), { size: 2 });
      await settle();
      await run.mark({ finalizer: true });
      return widgetVerdict(widget);
    };
    bench.kubernetes.create("a", { size: 1 });
    await bench.start();
    await settle();
    expect([bench.writes, bench.runs.length]).to.deep.equal([[], 2]);
  });

  it("keeps the backoff that earlier failures have earned", async () => {
    let mode: "fails" | "waits" = "fails";
    bench.reconcile = (_, { signal }) => {
      if (mode === "fails") return { outcome: failed("Unreachable", "no answer") };
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    };
    bench.kubernetes.create("a", { size: 1 });
    await bench.start();
    while (bench.runs.length < 5) await bench.clock.advance(500);
    mode = "waits";
    bench.kubernetes.edit(bench.key("a"), { size: 2 });
    await settle();
    mode = "fails";
    bench.kubernetes.edit(bench.key("a"), { size: 3 });
    await settle();
    const runs = bench.runs.length;
    // Six failures have passed: the wait is of 16 to 32 seconds, whatever the dice say.
    await bench.clock.advance(15_900);
    expect(bench.runs).to.have.length(runs);
    await bench.clock.advance(16_100);
    expect(bench.runs).to.have.length(runs + 1);
  });

  it("ends silently also when the API server refused what the run wrote", async () => {
    bench.reconcile = async (widget, run) => {
      if (bench.runs.length > 1) return widgetVerdict(widget);
      await run.mark({ finalizer: true });
      return widgetVerdict(widget);
    };
    bench.kubernetes.before = async (verb) => {
      if (verb !== "patchMetadata") return;
      bench.kubernetes.edit(bench.key("a"), { size: 2 });
      await settle();
      throw new KubernetesError(409, "Conflict", "made up");
    };
    bench.kubernetes.create("a", { size: 1 });
    await bench.start();
    await settle();
    expect(await figures("superseded", "conflicts", "errors")).to.deep.equal([1, 0, 0]);
    expect(bench.widget("a").status?.observedGeneration).to.equal(2);
  });
});

describe("Controller, when leadership is lost,", () => {
  it("calls off every run, begins none, writes nothing, and calls nothing a failure", async () => {
    let isLeader = true;
    const lost = new AbortController();
    const bench = new ControllerBench({
      maxInFlight: 2,
      leadership: { isLeaderNow: () => isLeader, lost: lost.signal },
    });
    const reasons: unknown[] = [];
    bench.reconcile = (widget, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason);
          resolve(widgetVerdict(widget));
        });
      });
    for (const name of ["a", "b", "c"]) bench.kubernetes.create(name, { size: 1 });
    await bench.start();
    isLeader = false;
    lost.abort(new NotLeading("made up"));
    await settle();
    bench.kubernetes.create("late", { size: 1 });
    await settle();
    expect(reasons).to.have.length(2);
    for (const reason of reasons) expect(reason).to.be.instanceOf(NotLeading);
    expect([bench.runs, bench.writes]).to.deep.equal([["a", "b"], []]);
    expect(await bench.metric("controller_runtime_reconcile_errors_total")).to.equal(0);
    expect(await bench.metric("controller_runtime_reconcile_panics_total")).to.equal(0);
    await bench.stop();
    expect(bench.clock.pendingTimers).to.equal(0);
  });
});
