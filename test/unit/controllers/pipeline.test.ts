import { expect } from "chai";
import { describe, it } from "mocha";

import { runPipeline, type Flow, type Phases, type RunContext } from "../../../src/controllers/pipeline.ts";
import type { StepResult } from "../../../src/controllers/plan.ts";
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
    restrict: () => ({ steps: [], refusals: [], withheld: [] }),
    apply: () => {
      tell("apply");
      const step = { id: "a", after: [], action: "a" };
      return Promise.resolve(results.map((answer) => ({ step, answer })));
    },
  };
}

const run = async (at: string, reason: Error, results: readonly Result[] = []) => {
  const stop = new AbortController();
  const order: string[] = [];
  const inPhase = (name: string): void => {
    if (name === at) stop.abort(reason);
  };
  const context = { signal: stop.signal, priority: "live", nowMs: 0 } as const;
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

  it("by its deadline, tells what could not be done in time", async () => {
    const { end } = await run("observe", new DeadlineExceeded("Too long"));
    expect(end).to.include({ stage: "finished" });
  });
});
