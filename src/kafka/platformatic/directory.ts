// Remembers for a short while where something was found. Bounded; forgetting is always safe, being wrong is noticed.

import type { Clock } from "../../runtime/clock.ts";

const freshMs = 30_000;
const entriesMost = 10_000;

/** Entries are believed for 30 s; the oldest of more than 10,000 go first. */
export class Directory<Value> {
  readonly #clock: Clock;
  readonly #entries = new Map<string, { readonly value: Value; readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#clock.monotonic() - entry.at < freshMs) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value): void {
    // Re-inserted, so that the first entry is always the oldest.
    this.#entries.delete(key);
    this.#entries.set(key, { value, at: this.#clock.monotonic() });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > entriesMost && oldest !== undefined) this.#entries.delete(oldest);
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }
}
