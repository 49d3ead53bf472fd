// A run that is only thought through: nothing may be written on its object. No kind is known here.

/** What phases want to know of a run, without a queue and a controller behind it. */
export interface Previewed {
  readonly signal: AbortSignal;
  readonly reading: AbortSignal;
  readonly priority: "live";
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  remainingMs(): number;
  saveStatus(): Promise<void>;
  mark(): Promise<void>;
}

function refuse(): Promise<void> {
  return Promise.reject(new Error("A preview writes nothing"));
}

/** Rejects where a phase would write. */
export function previewRun(nowMs: number, signal: AbortSignal, deadlineMs: number): Previewed {
  return {
    signal,
    reading: signal,
    priority: "live",
    nowMs,
    remainingMs: () => deadlineMs,
    saveStatus: refuse,
    mark: refuse,
  };
}
