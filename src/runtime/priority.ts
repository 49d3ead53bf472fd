// Priority: whose work goes first when there is more than fits. Pure.

/** `live`: a person may be waiting. `bulk`: cold starts, relists and sweeps. */
export type Priority = "live" | "bulk";

/** Higher goes first; the numbers are those of controller-runtime, for metrics. */
export const PRIORITY_RANK: Readonly<Record<Priority, number>> = { live: 0, bulk: -100 };

/** The more urgent of two. */
export function mostUrgent(a: Priority, b: Priority): Priority {
  return PRIORITY_RANK[a] >= PRIORITY_RANK[b] ? a : b;
}

/** Of this many turns in which both kinds of work wait, one goes to bulk, so that bulk never starves. */
const TURNS_PER_BULK = 8;

/** Decides whose turn it is. */
export class PriorityTurns {
  #liveInARow = 0;

  /** Undefined when nothing waits. */
  take(waiting: Readonly<Record<Priority, boolean>>): Priority | undefined {
    if (waiting.live && !(waiting.bulk && this.#liveInARow >= TURNS_PER_BULK - 1)) {
      if (waiting.bulk) this.#liveInARow += 1;
      return "live";
    }
    if (!waiting.bulk) return undefined;
    this.#liveInARow = 0;
    return "bulk";
  }
}
