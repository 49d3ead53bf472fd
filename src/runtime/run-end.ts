// How a run ended, and what a thrown error means for that. Data and a pure judgement; controller.ts holds the one switch.

import { KubernetesError } from "../kubernetes/resources.ts";
import { DeadlineExceeded } from "./deadline.ts";
import { NotLeading } from "./leader-election.ts";
import { failed, type Outcome } from "./outcome.ts";
import type { RunScope } from "./run-scope.ts";
import { Superseded } from "./superseded.ts";

/** An outcome, or something that only the controller knows. */
export type RunEnd =
  | Outcome
  /** The object does not exist any longer. */
  | { readonly kind: "gone" }
  /** A write met newer data; the next run reads it first. */
  | { readonly kind: "conflict" }
  /** The object changed while the run worked on it; the run for what it is now stands in line already. */
  | { readonly kind: "superseded" }
  /** The operator stops, or leads no longer. */
  | { readonly kind: "abandoned" }
  /** A bug. */
  | { readonly kind: "panicked"; readonly error: unknown };

/** What an error means that ended the run of this scope. */
export function endOf(error: unknown, scope: Pick<RunScope, "work" | "stop">): RunEnd {
  const cause = causeOf(error, scope.work);
  if (scope.stop.aborted || cause instanceof NotLeading) return { kind: "abandoned" };
  const isAnswer = cause instanceof KubernetesError;
  if (cause instanceof Superseded || (isAnswer && scope.work.reason instanceof Superseded)) {
    return { kind: "superseded" };
  }
  if (cause instanceof DeadlineExceeded) return failed("DeadlineExceeded", cause.message);
  if (!isAnswer) return { kind: "panicked", error };
  if (cause.code === 404 || cause.code === 409) return { kind: "conflict" };
  return failed(cause.reason, cause.message, cause.retryAfterMs);
}

/** Functions of Node reject with an AbortError of their own, whatever the reason of the signal. */
function causeOf(error: unknown, signal: AbortSignal): unknown {
  const isAbort = error instanceof Error && error.name === "AbortError";
  return isAbort && signal.aborted ? signal.reason : error;
}
