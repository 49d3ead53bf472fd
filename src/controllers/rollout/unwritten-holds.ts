// UnwrittenHolds: runs that may hold a change back, or have done so, without its being told in a stored status yet. An id of a
// rollout approves all that was held back until a moment, so it must not be shown while such a run began before that.

import type { EventTopic } from "../../api/event-topic.ts";

/** A change that a run holds back. */
export interface NewHold {
  /** RetentionPolicy/<name> or EventBus/<name>. */
  readonly guard: string;
  readonly pendingSince: string;
}

interface Unwritten {
  readonly sinceMs: number;
  /** Undefined while the run has not judged. */
  readonly holds?: readonly NewHold[];
}

/** Assumptions: one run a key at a time; the status of a run is in the store before the next run of its object begins. */
export class UnwrittenHolds {
  readonly #byKey = new Map<string, Unwritten>();
  readonly #stored: (key: string) => EventTopic | undefined;

  constructor(stored: (key: string) => EventTopic | undefined) {
    this.#stored = stored;
  }

  /** A run begins; what it holds back will count as held since `sinceMs` (since the epoch) or later. */
  begin(key: string, sinceMs: number): void {
    this.#byKey.set(key, { sinceMs });
  }

  /** The run has judged. */
  judged(key: string, holds: readonly NewHold[]): void {
    const begun = this.#byKey.get(key);
    if (begun === undefined || holds.length === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, { ...begun, holds });
  }

  /** The run has ended, and its status, if it has one, is about to be stored. */
  ended(key: string): void {
    if (this.#byKey.get(key)?.holds === undefined) this.#byKey.delete(key);
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }

  /** The earliest moment since which something of this guard may be held back that no status tells. */
  since(guard: string): number | undefined {
    let earliest: number | undefined;
    for (const [key, { sinceMs, holds }] of this.#byKey) {
      if (holds !== undefined && this.#isStored(key, holds)) this.#byKey.delete(key);
      else if (holds === undefined || holds.some((hold) => hold.guard === guard)) {
        earliest = Math.min(sinceMs, earliest ?? sinceMs);
      }
    }
    return earliest;
  }

  /** They are stored together, but for those that a status has no room for. */
  #isStored(key: string, holds: readonly NewHold[]): boolean {
    const told = this.#stored(key)?.status?.pendingChanges ?? [];
    return holds.some(({ guard, pendingSince }) =>
      told.some((change) => change.guard === guard && change.pendingSince === pendingSince),
    );
  }
}
