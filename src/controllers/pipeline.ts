// The one path of every kind that owns something in Kafka: resolve, desired, observe, plan, prove, restrict, secure, apply,
// summarize. It knows their order and nothing of their content. Deletion is not a second path: desired becomes absent.

import type { Answer } from "../kafka/model/failure.ts";
import { isCalledOff, isOutdated } from "../runtime/superseded.ts";
import type { RestrictedPlan, Step, StepResult } from "./plan.ts";

/** The types that flow through one kind's phases. */
export interface Flow {
  readonly object: unknown;
  readonly resolution: { readonly kind: string };
  readonly resolved: unknown;
  readonly desired: unknown;
  readonly observed: unknown;
  readonly plan: unknown;
  readonly evidence: unknown;
  readonly restricted: RestrictedPlan<unknown, string>;
  readonly action: unknown;
  readonly applied: unknown;
}

/** What a run knows of its surroundings besides the object. */
export interface RunContext {
  /** For effects. */
  readonly signal: AbortSignal;
  /** For reading: in a patient run (runtime/patience.ts) it outlives an edit of the object. */
  readonly reading: AbortSignal;
  readonly priority: "live" | "bulk";
  /** Wall clock at the start of the run, milliseconds since the epoch: time is a value for the pure phases. */
  readonly nowMs: number;
}

export interface Phases<F extends Flow, Context extends RunContext> {
  /** Memory only, synchronous: what is missing is a finding, never a request. */
  resolve(
    object: F["object"],
    context: Context,
  ): F["resolution"] | { readonly kind: "resolved"; readonly value: F["resolved"] };
  /** Pure. Parses the wish once; nothing after it reads a spec. */
  desired(object: F["object"], resolved: F["resolved"], context: Context): F["desired"];
  /** Reads Kafka. */
  observe(desired: F["desired"], resolved: F["resolved"], context: Context): Promise<Answer<F["observed"]>>;
  /** Pure. The one diff. */
  plan(desired: F["desired"], observed: F["observed"], object: F["object"], context: Context): F["plan"];
  /** Reads what the plan's actions must have proven; asks nothing when there is nothing to prove. */
  prove(plan: F["plan"], observed: F["observed"], resolved: F["resolved"], context: Context): Promise<F["evidence"]>;
  /** Pure. Takes out what may not be done. */
  restrict(
    plan: F["plan"],
    known: Pick<F, "resolved" | "observed" | "evidence">,
    object: F["object"],
    context: Context,
  ): F["restricted"];
  /**
   * The last look before effects, and what must be on record before them. Rejects where they must not happen; there is
   * nothing to do where the plan is empty.
   */
  secure(plan: F["restricted"], object: F["object"], resolved: F["resolved"], context: Context): Promise<void>;
  /** Writes Kafka. */
  apply(
    plan: F["restricted"],
    object: F["object"],
    resolved: F["resolved"],
    context: Context,
  ): Promise<StepResult<F["action"], F["applied"]>[]>;
  /** Pure. What was not sent, because the object was edited meanwhile, leaves the plan. */
  withhold(plan: F["restricted"], late: readonly Step<unknown>[]): F["restricted"];
}

/** Everything that happened in a run, for summarize: the only author of conditions. */
export type Story<F extends Flow> =
  | { readonly stage: "unresolved"; readonly resolution: F["resolution"] }
  | {
      readonly stage: "unread";
      readonly resolved: F["resolved"];
      readonly desired: F["desired"];
      readonly answer: Exclude<Answer<F["observed"]>, { status: "ok" }>;
    }
  | {
      readonly stage: "finished";
      readonly resolved: F["resolved"];
      readonly desired: F["desired"];
      readonly observed: F["observed"];
      readonly plan: F["plan"];
      readonly evidence: F["evidence"];
      readonly restricted: F["restricted"];
      readonly results: readonly StepResult<F["action"], F["applied"]>[];
    };

/**
 * Runs an object through its phases and tells the story; never throws for what Kafka or another object says. A run that
 * is called off before it has had an effect rejects with its signal's reason: what was dropped for that is no finding. One
 * that is patient reads on when its object is edited, has no further effect, and tells what it has found.
 */
export async function runPipeline<F extends Flow, Context extends RunContext>(
  phases: Phases<F, Context>,
  object: F["object"],
  context: Context,
): Promise<Story<F>> {
  const resolution = phases.resolve(object, context);
  if (!isResolved<F>(resolution)) return { stage: "unresolved", resolution };
  const resolved = resolution.value;
  const desired = phases.desired(object, resolved, context);
  const answer = await phases.observe(desired, resolved, context);
  throwIfCalledOff(context);
  if (answer.status !== "ok") return { stage: "unread", resolved, desired, answer };
  const observed = answer.value;
  const plan = phases.plan(desired, observed, object, context);
  const evidence = await phases.prove(plan, observed, resolved, context);
  throwIfCalledOff(context);
  const restricted = phases.restrict(plan, { resolved, observed, evidence }, object, context);
  const results = await carryOut(phases, restricted, object, resolved, context);
  if (results.every(isLate)) throwIfCalledOff(context);
  const told = { stage: "finished", resolved, desired, observed, plan, evidence } as const;
  if (!isOutdated(context)) return { ...told, restricted, results };
  const done = results.filter((result) => !isLate(result));
  const late = restricted.steps.filter(({ id }) => !done.some(({ step }) => step.id === id));
  return { ...told, restricted: phases.withhold(restricted, late), results: done };
}

/** Nothing where the object was edited before the first effect of a patient run. */
async function carryOut<F extends Flow, Context extends RunContext>(
  phases: Phases<F, Context>,
  restricted: F["restricted"],
  object: F["object"],
  resolved: F["resolved"],
  context: Context,
): Promise<StepResult<F["action"], F["applied"]>[]> {
  try {
    if (!isOutdated(context)) await phases.secure(restricted, object, resolved, context);
  } catch (error) {
    // The last look has found the edit.
    if (!isOutdated(context)) throw error;
  }
  return isOutdated(context) ? [] : await phases.apply(restricted, object, resolved, context);
}

function isLate({ answer: { status } }: StepResult<unknown, unknown>): boolean {
  return status === "notSent" || status === "skipped";
}

function throwIfCalledOff({ reading }: RunContext): void {
  if (isCalledOff(reading)) throw reading.reason;
}

function isResolved<F extends Flow>(
  resolution: F["resolution"] | { readonly kind: "resolved"; readonly value: F["resolved"] },
): resolution is { readonly kind: "resolved"; readonly value: F["resolved"] } {
  return resolution.kind === "resolved";
}
