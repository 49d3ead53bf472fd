// FakeClock: time that moves only when a test says so.

import type { Clock, Timer } from "../../src/runtime/clock.ts";

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Long enough for any chain of promises between a timer and what follows from it. */
const TURNS_BETWEEN_TIMERS = 5;

export class FakeClock implements Clock {
  #monotonic = 0;
  #epoch: number;
  #order = 0;
  readonly #pending = new Set<Pending>();

  /** `now`: the wall clock at the beginning. */
  constructor(now = Date.parse("2026-01-01T00:00:00Z")) {
    this.#epoch = now;
  }

  now(): number {
    return this.#epoch + this.#monotonic;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(delayMs: number, callback: () => void): Timer {
    const pending = { at: this.#monotonic + Math.max(0, delayMs), order: (this.#order += 1), callback };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  /** Timers that have not fired: leaks, when everything has stopped. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  /** Sets the wall clock, as an administrator or NTP does; durations are not touched. */
  setWallClock(now: number): void {
    this.#epoch = now - this.#monotonic;
  }

  /** Moves time without letting promises run: what a blocked event loop is to its timers. */
  jump(ms: number): void {
    this.#monotonic += ms;
  }

  /** Fires what falls due within `ms`, in order, synchronously: for code without promises. */
  advanceSync(ms: number): void {
    const end = this.#monotonic + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) this.#fire(next);
    this.#monotonic = end;
  }

  /** The same, with promises settled before, between and after the timers, by `settled` where they take longer. */
  async advance(ms: number, settled: () => Promise<void> = settle): Promise<void> {
    const end = this.#monotonic + ms;
    await settled();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#fire(next);
      await settled();
    }
    this.#monotonic = Math.max(end, this.#monotonic);
    await settled();
  }

  #fire(pending: Pending): void {
    this.#pending.delete(pending);
    this.#monotonic = Math.max(this.#monotonic, pending.at);
    pending.callback();
  }

  #next(until: number): Pending | undefined {
    let next: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.at > until) continue;
      if (next === undefined || pending.at < next.at || (pending.at === next.at && pending.order < next.order)) {
        next = pending;
      }
    }
    return next;
  }
}

/** Lets promises that can run do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS_BETWEEN_TIMERS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
