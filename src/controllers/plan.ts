// Plans: what should be done, as data, and what came of it. Pure but for applySteps, which only orders its caller's effects.

import { isFinal, ok, type Answer } from "../kafka/model/failure.ts";
import { Superseded } from "../runtime/superseded.ts";

/** A wish that is not granted, with the reason and the sentence that people read. */
export interface Refusal<Reason extends string> {
  readonly reason: Reason;
  readonly message: string;
  /** Where the reason only names the part that fails: why it does, which decides how the run ends. */
  readonly cause?: Reason | undefined;
}

/** One action with its place in the order of effects. */
export interface Step<Action> {
  /** Unique within its plan. */
  readonly id: string;
  /** Ids of earlier steps that must have succeeded first. */
  readonly after: readonly string[];
  /** As `after`, but one that Kafka refuses for good holds nothing up. */
  readonly waitsFor?: readonly string[] | undefined;
  readonly action: Action;
}

/** The one diff between desired and observed: no steps and no refusals *is* up to date. */
export interface Plan<Action, Reason extends string> {
  /** Every step stands behind the steps named in its `after`. */
  readonly steps: readonly Step<Action>[];
  readonly refusals: readonly Refusal<Reason>[];
}

/** A step that a restriction took out of the plan. */
export interface Withheld<Action, Reason extends string> {
  readonly step: Step<Action>;
  readonly reason: Reason;
  readonly message: string;
}

export interface RestrictedPlan<Action, Reason extends string> extends Plan<Action, Reason> {
  readonly withheld: readonly Withheld<Action, Reason>[];
}

/** What came of one step: the port's answer, or that a step before it did not succeed. */
export interface StepResult<Action, Value> {
  readonly step: Step<Action>;
  readonly answer: Answer<Value> | { readonly status: "skipped"; readonly after: string };
}

/**
 * Carries out steps as early as their order allows, those without order side by side, and tells what came of each.
 * A failed step skips only its own dependants.
 */
export async function applySteps<Action, Value>(
  steps: readonly Step<Action>[],
  execute: (action: Action) => Promise<Answer<Value>>,
): Promise<StepResult<Action, Value>[]> {
  const started = new Map<string, Promise<StepResult<Action, Value>>>();
  for (const step of steps) {
    started.set(step.id, applyAfter(step, started, execute));
  }
  // Whoever rejects waits for the others first: no effect of a run may still be under way when it has ended.
  await Promise.allSettled(started.values());
  return await Promise.all(started.values());
}

/** A write on the object that must stand before effects: once the run is called off, neither it nor they are made. */
export async function recordFirst<Value>(write: () => Promise<void>, value: Value): Promise<Answer<Value>> {
  try {
    await write();
    return ok(value);
  } catch (error) {
    if (error instanceof Superseded) return { status: "notSent", reason: error.message };
    throw error;
  }
}

async function applyAfter<Action, Value>(
  step: Step<Action>,
  started: ReadonlyMap<string, Promise<StepResult<Action, Value>>>,
  execute: (action: Action) => Promise<Answer<Value>>,
): Promise<StepResult<Action, Value>> {
  const resultsOf = (ids: readonly string[]): Promise<StepResult<Action, Value>[]> =>
    Promise.all(ids.map((id) => started.get(id)).filter((result) => result !== undefined));
  const [before, waited] = await Promise.all([resultsOf(step.after), resultsOf(step.waitsFor ?? [])]);
  const obstacle =
    before.find(({ answer }) => answer.status !== "ok") ??
    waited.find(({ answer }) => answer.status !== "ok" && !(answer.status === "failed" && isFinal(answer.failure)));
  if (obstacle !== undefined) return { step, answer: { status: "skipped", after: obstacle.step.id } };
  return { step, answer: await execute(step.action) };
}
