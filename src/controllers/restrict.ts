// Takes out of a plan what may not be done: permission as a filter of data, so that no phase after it asks again. Pure.

import type { Plan, Refusal, RestrictedPlan, Step, Withheld } from "./plan.ts";

/** One rule that forbids some actions. */
export interface Restriction<Action, Reason extends string> {
  readonly reason: Reason;
  /** As a refusal's. */
  readonly cause?: Reason | undefined;
  /** Which rule, which value, who can lift it. */
  readonly message: string;
  forbids(step: Step<Action>): boolean;
  /** A quiet restriction withholds without refusing: what it holds back is told in another way (drift, approval). */
  readonly isQuiet?: boolean | undefined;
}

/**
 * Applies restrictions in order of precedence: a step is withheld by the first that forbids it, and so are the steps
 * that depend on it. A restriction that withheld something becomes a refusal, once.
 */
export function restrict<Action, Reason extends string>(
  plan: Plan<Action, Reason>,
  restrictions: readonly Restriction<Action, Reason>[],
): RestrictedPlan<Action, Reason> {
  const byId = new Map<string, Withheld<Action, Reason>>();
  const effective = new Set<Restriction<Action, Reason>>();
  for (const step of plan.steps) {
    const restriction = restrictions.find((candidate) => candidate.forbids(step));
    if (restriction !== undefined) {
      effective.add(restriction);
      byId.set(step.id, { step, reason: restriction.cause ?? restriction.reason, message: restriction.message });
      continue;
    }
    const before = [...step.after, ...(step.waitsFor ?? [])];
    const obstacle = before.map((id) => byId.get(id)).find((withheld) => withheld !== undefined);
    if (obstacle !== undefined) byId.set(step.id, { ...obstacle, step });
  }
  const refusals = [...effective].filter((restriction) => restriction.isQuiet !== true);
  return {
    steps: plan.steps.filter((step) => !byId.has(step.id)),
    refusals: [...plan.refusals, ...refusals.map(refusalOf)],
    withheld: [...byId.values()],
  };
}

/**
 * What an outdated run did not send any more, as if a restriction had withheld it: the object was edited again, and only
 * its newest spec may be carried out.
 */
export function withholdLate<Plan extends RestrictedPlan<unknown, string>>(
  restricted: Plan,
  late: readonly Step<unknown>[],
): Plan {
  if (late.length === 0) return restricted;
  const message =
    "The spec was edited again before this was done, and only the newest is carried out: its run follows at once";
  const ids = new Set(late.map(({ id }) => id));
  return {
    ...restricted,
    steps: restricted.steps.filter(({ id }) => !ids.has(id)),
    refusals: [...restricted.refusals, { reason: "Superseded", message }],
    withheld: [...restricted.withheld, ...late.map((step) => ({ step, reason: "Superseded", message }))],
  };
}

function refusalOf<Reason extends string>({ reason, cause, message }: Restriction<never, Reason>): Refusal<Reason> {
  return cause === undefined ? { reason, message } : { reason, cause, message };
}
