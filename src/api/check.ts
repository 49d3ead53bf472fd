// Checks of our own on zod schemas, kept as data: zod enforces them, and those who walk a schema can read them.
// The only file that opens zod's internals (https://zod.dev/packages/core documents them for this purpose).

import { core } from "zod";

/** What a value breaks: the message for its author, and where it belongs below the value. */
export interface Problem {
  readonly message: string;
  readonly path?: readonly string[];
}

/** A check that tells what is wrong with a value; `def` says to walkers what it demands. */
export function checkOf<Value>(
  def: core.$ZodCheckDef,
  problemOf: (value: Value) => Problem | undefined,
): core.$ZodCheck<Value> {
  const check = new core.$ZodCheck(def);
  // oxlint-disable-next-line no-underscore-dangle -- zod's own door for library authors
  check._zod.check = ({ value, issues }) => {
    const problem = problemOf(value as Value);
    if (problem === undefined) return;
    const { message, path = [] } = problem;
    issues.push({ code: "custom", message, path: [...path], input: value, inst: check, continue: true });
  };
  return check;
}

/** What a check demands: `check` names its kind, the rest is its own. */
export function definitionOf(check: core.$ZodCheck): core.$ZodCheckDef {
  // oxlint-disable-next-line no-underscore-dangle -- zod's own door for library authors
  return check._zod.def;
}
