import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { waiting } from "../../../src/runtime/outcome.ts";
import { CALLED_OFF_MOST } from "../../../src/runtime/patience.ts";
import type { Run, Verdict } from "../../../src/runtime/reconcile.ts";
import { isOutdated, Superseded } from "../../../src/runtime/superseded.ts";
import { ControllerBench, sized } from "../../fakes/controller-bench.ts";
import { seededRandom } from "../../fakes/seeded-random.ts";
import type { Widget, WidgetStatus } from "../../fakes/widget.ts";

const READ_MS = 100;

describe("Controller, when an object is edited faster than its runs take,", () => {
  let bench: ControllerBench;
  /** Generations in the order of what happened to them. */
  let effects: number[];
  let told: number[];
  let readMs: () => number;
  let size: number;
  /** Runs that have begun since one was told. */
  let runsUntold: number;

  beforeEach(() => {
    bench = new ControllerBench();
    [effects, told, size, runsUntold, readMs] = [[], [], 0, 0, () => READ_MS];
    bench.reconcile = reads;
    bench.kubernetes.answering = (verb) => {
      const { observedGeneration = -1 } = bench.kubernetes.objects[0]?.status ?? {};
      if (verb !== "applyStatus") return;
      told.push(observedGeneration);
      runsUntold = 0;
    };
  });
  afterEach(async () => {
    await bench.stop();
  });

  /** Reads for a time, then has an effect where it still may, and says how it went. */
  const reads = async (widget: Widget, run: Run<WidgetStatus>): Promise<Verdict<WidgetStatus>> => {
    runsUntold += 1;
    await new Promise<void>((resolve, reject) => {
      const timer = bench.clock.after(readMs(), resolve);
      run.reading.addEventListener("abort", () => {
        timer.cancel();
        reject(run.reading.reason as Error);
      });
    });
    if (isOutdated(run)) return { ...sized(widget, "outdated"), outcome: waiting("Superseded") };
    const { generation = 0 } = widget.metadata;
    expect(bench.kubernetes.objects[0]?.metadata.generation, "no effect of an outdated spec").to.equal(generation);
    effects.push(generation);
    return sized(widget);
  };
  const edit = (): void => void bench.kubernetes.edit(bench.key("a"), { size: (size += 1) });
  const figure = async (name: string): Promise<number> =>
    await bench.metric(`controller_runtime_reconcile_${name}_total`);

  it("calls off so many runs in a row, then lets one read to its end and tells of the generation it has seen", async () => {
    bench.kubernetes.create("a", { size: 0 });
    await bench.start();
    for (let edits = 1; edits <= CALLED_OFF_MOST; edits += 1) {
      await bench.clock.advance(READ_MS / 2);
      edit();
    }
    const seen = bench.kubernetes.objects[0]?.metadata.generation;
    expect([bench.runs.length, told]).to.deep.equal([CALLED_OFF_MOST, []]);
    await bench.clock.advance(READ_MS / 2);
    edit();
    await bench.clock.advance(READ_MS / 2);
    expect([told, effects]).to.deep.equal([[seen], []]);
    expect(bench.widget("a").status?.conditions?.[0]).to.include({ message: "outdated", observedGeneration: seen });
    await bench.clock.advance(READ_MS);
    const newest = bench.kubernetes.objects[0]?.metadata.generation;
    expect([told.at(-1), effects]).to.deep.equal([newest, [newest]]);
    expect([await figure("superseded"), await figure("errors")]).to.deep.equal([CALLED_OFF_MOST, 0]);
  });

  it("has no patience any longer once a run was not outlived", async () => {
    bench.kubernetes.create("a", { size: 0 });
    await bench.start();
    for (let edits = 1; edits <= CALLED_OFF_MOST; edits += 1) {
      await bench.clock.advance(READ_MS / 2);
      edit();
    }
    await bench.clock.advance(READ_MS * 2);
    expect(told).to.have.length(1);
    edit();
    await bench.clock.advance(READ_MS / 2);
    edit();
    await bench.clock.advance(READ_MS / 2);
    expect(told, "the run for the edit before was called off").to.have.length(1);
    await bench.clock.advance(READ_MS / 2);
    expect(told).to.have.length(2);
  });

  for (const { why, end } of [
    { why: "is deleted", end: () => bench.kubernetes.remove(bench.key("a")) },
    {
      why: "is made anew",
      end: () => {
        bench.kubernetes.remove(bench.key("a"));
        bench.kubernetes.create("a", { size: 99 });
      },
    },
  ]) {
    it(`calls off also a patient run when the object ${why}`, async () => {
      const reasons: unknown[] = [];
      bench.reconcile = async (widget, run) => {
        run.reading.addEventListener("abort", () => reasons.push(run.reading.reason));
        return await reads(widget, run);
      };
      bench.kubernetes.create("a", { size: 0 });
      await bench.start();
      for (let edits = 1; edits <= CALLED_OFF_MOST; edits += 1) {
        await bench.clock.advance(READ_MS / 2);
        edit();
      }
      await bench.clock.advance(READ_MS / 2);
      expect(reasons).to.have.length(CALLED_OFF_MOST);
      end();
      await bench.clock.advance(READ_MS / 4);
      expect(reasons).to.have.length(CALLED_OFF_MOST + 1);
      expect(reasons.at(-1)).to.be.instanceOf(Superseded);
      expect([effects, told]).to.deep.equal([[], []]);
    });
  }

  for (let seed = 1; seed <= 8; seed += 1) {
    it(`tells within ${CALLED_OFF_MOST + 1} runs whatever the edits' rhythm, and no outdated spec has an effect (seed ${seed})`, async () => {
      const random = seededRandom(seed);
      readMs = () => 1 + random.below(READ_MS);
      bench.kubernetes.create("a", { size: 0 });
      await bench.start();
      for (let edits = 1; edits <= 60; edits += 1) {
        edit();
        await bench.clock.advance(random.below(2) === 0 ? random.below(READ_MS) : random.below(10));
        expect(runsUntold, "runs in a row that nothing was told of").to.be.at.most(CALLED_OFF_MOST + 1);
      }
      expect(told, "generations are told in their order").to.deep.equal(told.toSorted((a, b) => a - b));
      await bench.clock.advance(READ_MS * (CALLED_OFF_MOST + 2));
      const { metadata, status } = bench.widget("a");
      expect([status?.observedGeneration, effects.at(-1)]).to.deep.equal([metadata.generation, metadata.generation]);
      expect(await figure("errors")).to.equal(0);
    });
  }
});
