// What runs tell of a bus that may be away becomes looks at that bus, and no more than one a second, however many tell it.
// Looks at nothing itself.

import type { Clock } from "../runtime/clock.ts";

/** Between two looks that reports are the reason of, milliseconds. */
const PAUSE_MS = 1_000;

/**
 * Guarantees
 * - The first report leads to a look at once; whatever is told within a second after a look, to one more at its end.
 */
export class OutageReports {
  readonly #clock: Clock;
  readonly #look: (busName: string, afterMs: number) => void;
  /** When the last look was, or will be, by bus; no older than the pause. */
  readonly #looks = new Map<string, number>();

  constructor(clock: Clock, look: (busName: string, afterMs: number) => void) {
    this.#clock = clock;
    this.#look = look;
  }

  report(busName: string): void {
    const now = this.#clock.monotonic();
    for (const [name, at] of this.#looks) if (at + PAUSE_MS <= now) this.#looks.delete(name);
    const last = this.#looks.get(busName);
    if (last !== undefined && last > now) return;
    const at = last === undefined ? now : last + PAUSE_MS;
    this.#looks.set(busName, at);
    this.#look(busName, at - now);
  }
}
