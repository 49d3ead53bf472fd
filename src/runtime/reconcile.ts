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

/** What is put on an object beside its status. */
export interface Mark {
  /** The controller's finalizer. Default false: it stays as it is, on or off. */
  readonly finalizer?: boolean | undefined;
  /** Merged; null removes. */
  readonly annotations?: Readonly<Record<string, string | null>> | undefined;
}

/** One run for one object. */
export interface Run<Status extends CommonStatus> {
  /** Unique; every log line of the run carries it. */
  readonly id: string;
  /**
   * Aborts when the deadline passes, when the process stops or leads no longer, and when the run is superseded: the
   * object has another generation, is being deleted, or is gone. A superseded run that has had no effect yet rejects
   * with the signal's reason; one that has returns its verdict, of which then only the facts of the status are kept,
   * or, when it is settled, all.
   */
  readonly signal: AbortSignal;
  /**
   * For what the run only reads: as `signal`, except that in a run whose predecessors were called off by edits again and
   * again it outlives an edit. Such a run reads on, has no further effect (`signal` has aborted), and is told.
   */
  readonly reading: AbortSignal;
  /** Milliseconds until the deadline. */
  remainingMs(): number;
  readonly priority: Priority;
  readonly log: Logger;
  /**
   * Writes the status in the middle of a run, where it must be stored before an effect. Rejects when it could not be
   * stored for certain, or when the run is called off: then the effect must not happen.
   */
  saveStatus(status: Status): Promise<void>;
  /**
   * Puts finalizer and annotations on the object, in one request, and in none where they are there. Rejects when they
   * could not be stored for certain, when the object has changed since, or when the run is called off: then the effect
   * must not happen.
   */
  mark(mark: Mark): Promise<void>;
}

export type Reconcile<T extends CustomResource<unknown, Status>, Status extends CommonStatus> = (
  object: T,
  run: Run<Status>,
) => Promise<Verdict<Status>>;
