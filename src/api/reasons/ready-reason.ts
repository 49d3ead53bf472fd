// The shape of what is said about a reason of Ready. Types only.

/** One reason: what users, the documentation and the troubleshooting pages are told about it. */
export interface ReadyReason {
  /** Status of Ready with this reason. */
  readonly ready: "True" | "False" | "Unknown";
  /** Conditions that are True beside it; `asCause`: those of what caused it. */
  readonly beside: readonly ("Reconciling" | "Stalled" | "Drifted" | "Conflict")[] | "asCause";
  /** What is the case, one sentence. */
  readonly means: string;
  /** What to do about it, one sentence; for whom, where that is not the object's owner. */
  readonly remedy: string;
  /** What makes the operator look again. */
  readonly wokenBy: string;
}

export const NOTHING_TO_DO = "Nothing to do.";

/** Changes that make the operator look again at what a person has to put right. */
export const INPUT = "an edit of the object, its bus or its policy, or an annotation";
