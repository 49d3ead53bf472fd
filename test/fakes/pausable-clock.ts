// PausableClock: the clock of one process that can be stopped (SIGSTOP, a blocked event loop) while time goes on.

import type { Clock, Timer } from "../../src/runtime/clock.ts";

export class PausableClock implements Clock {
  readonly #clock: Clock;
  #isPaused = false;
  #overdue: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(delayMs: number, callback: () => void): Timer {
    let isCancelled = false;
    const fire = (): void => {
      if (isCancelled) return;
      if (this.#isPaused) this.#overdue.push(fire);
      else callback();
    };
    const timer = this.#clock.after(delayMs, fire);
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** What fell due meanwhile happens now. */
  resume(): void {
    this.#isPaused = false;
    for (const fire of this.#overdue.splice(0)) fire();
  }
}
