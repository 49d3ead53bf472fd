// What a controller and its reconcile function say to each other. Types only.

import type { CommonStatus, CustomResource } from "../api/custom-resource.ts";
import type { EventNote } from "../kubernetes/events.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Outcome } from "./outcome.ts";
import type { Priority } from "./priority.ts";

/** What came of a run. */
export interface Verdict<Status extends CommonStatus> {
  readonly outcome: Outcome;
  /**
   * The operator's whole share of the status, without other writers' conditions; written when it differs.
   * `observedGeneration` and `lastHandledReconcileAt` are set by the controller. Absent: the status stays as it is.
   */
  readonly status?: Status | undefined;
  /** What happened, told after the status is written. Repeats of a lasting state are for the caller to leave out. */
  readonly events?: readonly EventNote[] | undefined;
  /** Nothing outside depends on this object any longer: the finalizer goes, whether it is being deleted or not. */
  readonly release?: boolean | undefined;
}

/** One run for one object. */
export interface Run<Status extends CommonStatus> {
  /** Unique; every log line of the run carries it. */
  readonly id: string;
  /** Aborts when the deadline passes or the operator stops. */
  readonly signal: AbortSignal;
  /** Milliseconds until the deadline. */
  remainingMs(): number;
  readonly priority: Priority;
  readonly log: Logger;
  /**
   * Writes the status in the middle of a run, where it must be stored before an effect. Rejects when it could not be
   * stored for certain: then the effect must not happen.
   */
  saveStatus(status: Status): Promise<void>;
  /**
   * Puts the controller's finalizer (and annotations) on the object, unless they are there. Rejects when they could
   * not be stored for certain, or when the object has changed since: then the effect must not happen.
   */
  addFinalizer(annotations?: Readonly<Record<string, string | null>>): Promise<void>;
}

export type Reconcile<T extends CustomResource<unknown, Status>, Status extends CommonStatus> = (
  object: T,
  run: Run<Status>,
) => Promise<Verdict<Status>>;
