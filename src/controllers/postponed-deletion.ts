// How long a deletion waits for its cluster. Pure.

/** How long a terminating namespace waits for an unreachable cluster, at most. */
const TERMINATING_TIMEOUT_MS = 300_000;

interface Waiting {
  /** What is deleted: `topic`, `group`. */
  readonly what: string;
  /** The object is being deleted since then; milliseconds since the epoch, as all times here. */
  readonly sinceMs: number;
  readonly nowMs: number;
  readonly timeoutMs: number;
  /** The object's namespace is being deleted. */
  readonly isTerminating: boolean;
}

/** Waits for the cluster, but not for ever. */
export function postponement(
  why: string,
  { what, sinceMs, nowMs, timeoutMs, isTerminating }: Waiting,
): { readonly isOver: boolean; readonly untilMs: number; readonly message: string } {
  const untilMs = sinceMs + (isTerminating ? Math.min(TERMINATING_TIMEOUT_MS, timeoutMs) : timeoutMs);
  if (nowMs >= untilMs) return { isOver: true, untilMs, message: `${why}, and the time to wait for it is over` };
  const until = new Date(untilMs).toISOString();
  return {
    isOver: false,
    untilMs,
    message: `${why}; the ${what} is deleted when it is back, or left behind at ${until}`,
  };
}
