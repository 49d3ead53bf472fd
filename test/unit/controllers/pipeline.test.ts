import { expect } from "chai";
import { describe, it } from "mocha";

import { runPipeline, type Flow, type Phases, type RunContext, type Story } from "../../../src/controllers/pipeline.ts";
import type { Step, StepResult } from "../../../src/controllers/plan.ts";
import { withholdLate } from "../../../src/controllers/restrict.ts";
import { ok } from "../../../src/kafka/model/failure.ts";
import { DeadlineExceeded } from "../../../src/runtime/deadline.ts";
import { Superseded } from "../../../src/runtime/superseded.ts";

interface Words extends Flow {
  readonly resolution: { readonly kind: "unknown" };
  readonly action: string;
  readonly applied: undefined;
}

type Result = StepResult<string, undefined>["answer"];

const DONE = ok(undefined);
const NOT_SENT: Result = { status: "notSent", reason: "The call was aborted" };
const SKIPPED: Result = { status: "skipped", after: "a" };
const UNKNOWN: Result = { status: "unknown", reason: "No answer" };

const stepAt = (index: number): Step<string> => ({ id: `${index}`, after: [], action: "a" });

/** Phases that tell that they ran, and call the run off in one of them. */
function phases(
  order: string[],
  inPhase: (name: string) => void,
  results: readonly Result[],
): Phases<Words, RunContext> {
  const tell = (name: string): void => {
    order.push(name);
    inPhase(name);
  };
  return {
    resolve: () => ({ kind: "resolved", value: undefined }),
    desired: () => undefined,
    observe: () => {
      tell("observe");
      return Promise.resolve(ok(undefined));
    },
    plan: () => tell("plan"),
    prove: () => {
      tell("prove");
      return Promise.resolve();
    },
    restrict: () => ({ steps: results.map((_, index) => stepAt(index)), refusals: [], withheld: [] }),
    secure: () => {
      tell("secure");
      return Promise.resolve();
    },
    apply: () => {
      tell("apply");
      return Promise.resolve(results.map((answer, index) => ({ step: stepAt(index), answer })));
    },
    withhold: withholdLate,
  };
}

const run = async (at: string, reason: Error, results: readonly Result[] = [], isPatient = false) => {
  const stop = new AbortController();
  const reading = isPatient ? new AbortController().signal : stop.signal;
  const order: string[] = [];
  const inPhase = (name: string): void => {
    if (name === at) stop.abort(reason);
  };
  const context = { signal: stop.signal, reading, priority: "live", nowMs: 0 } as const;
  const end = await runPipeline<Words, RunContext>(phases(order, inPhase, results), undefined, context).catch(
    (error: unknown) => error,
  );
  return { order, end };
};

describe("runPipeline(), called off", () => {
  const superseded = new Superseded("A newer one is there");

  for (const { at, order } of [
    { at: "observe", order: ["observe"] },
    { at: "prove", order: ["observe", "plan", "prove"] },
  ]) {
    it(`while it reads (${at}), concludes nothing from that and writes nothing`, async () => {
      expect(await run(at, superseded)).to.deep.equal({ order, end: superseded });
    });
  }

  for (const { why, results, isTold } of [
    { why: "nothing was done", results: [NOT_SENT, SKIPPED], isTold: false },
    { why: "there was nothing to do", results: [], isTold: false },
    { why: "something was done", results: [DONE, NOT_SENT], isTold: true },
    { why: "something may have been done", results: [UNKNOWN, SKIPPED], isTold: true },
  ]) {
    it(`while it writes, ${isTold ? "tells" : "does not tell"} the story when ${why}`, async () => {
      const { end } = await run("apply", superseded, results);
      if (isTold) expect(end).to.include({ stage: "finished" });
      else expect(end).to.equal(superseded);
    });
  }

  for (const { at, order, results, made } of [
    { at: "observe", order: ["observe", "plan", "prove"], results: [DONE], made: 0 },
    { at: "prove", order: ["observe", "plan", "prove"], results: [DONE], made: 0 },
    { at: "secure", order: ["observe", "plan", "prove", "secure"], results: [DONE], made: 0 },
    {
      at: "apply",
      order: ["observe", "plan", "prove", "secure", "apply"],
      results: [DONE, NOT_SENT, SKIPPED],
      made: 1,
    },
  ]) {
    it(`while it has patience (${at}), reads on, does nothing more, and tells what was withheld`, async () => {
      const { end, ...told } = await run(at, superseded, results, true);
      expect(told.order).to.deep.equal(order);
      const story = end as Extract<Story<Words>, { stage: "finished" }>;
      expect(story.results).to.have.length(made);
      expect(story.restricted.withheld.map(({ reason }) => reason)).to.deep.equal(
        results.slice(made).map(() => "Superseded"),
      );
      expect(story.restricted.steps.map(({ id }) => id)).to.deep.equal(story.results.map(({ step }) => step.id));
      expect(story.restricted.refusals.map(({ reason }) => reason)).to.deep.equal(["Superseded"]);
    });
  }

  it("while it has patience and nothing to do, tells that", async () => {
    const { end } = await run("prove", superseded, [], true);
    expect(end).to.deep.include({ stage: "finished", restricted: { steps: [], refusals: [], withheld: [] } });
  });

  it("by its deadline, tells what could not be done in time", async () => {
    const { end } = await run("observe", new DeadlineExceeded("Too long"));
    expect(end).to.include({ stage: "finished" });
  });
});
