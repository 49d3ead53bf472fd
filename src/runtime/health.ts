// Health: named checks for the kubelet's probes. They say what is wrong with this process, never that something else
// is down: restarting us would not mend that.

import type { Clock, Timer } from "./clock.ts";

/** A problem in a few words; undefined when all is well. */
export interface HealthCheck {
  readonly name: string;
  check(): string | undefined;
}

/** Fails while a reflector has heard nothing, neither answer nor refusal, for longer than any request may take. */
export function hearingCheck(
  reflectors: readonly { readonly name: string; quietForMs(): number }[],
  limitMs = 180_000,
): HealthCheck {
  return {
    name: "watches",
    check: () => {
      const deaf = reflectors.filter((reflector) => reflector.quietForMs() > limitMs).map(({ name }) => name);
      return deaf.length === 0 ? undefined : `Nothing heard for ${limitMs / 1_000} s by ${deaf.join(", ")}`;
    },
  };
}

/** Fails until every store has synced. Readiness never depends on leadership: a standby must be ready to take over. */
export function syncCheck(reflectors: readonly { readonly name: string; readonly hasSynced: boolean }[]): HealthCheck {
  return {
    name: "caches",
    check: () => {
      const missing = reflectors.filter((reflector) => !reflector.hasSynced).map(({ name }) => name);
      return missing.length === 0 ? undefined : `Not yet listed: ${missing.join(", ")}`;
    },
  };
}

const TICK_MS = 1_000;
const WINDOW_TICKS = 15;

/**
 * Measures how late timers fire. A stall is remembered for 15 s, so that probes after it see it; once is forgiven by the
 * probe's failure threshold, a stalling process is not.
 */
export class EventLoopCheck implements HealthCheck {
  readonly name = "event-loop";
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #delays: number[] = [];
  #timer: Timer | undefined;

  /** `limitMs`: delays beyond this fail the check. Default 5,000. */
  constructor(clock: Clock, limitMs = 5_000) {
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  start(): void {
    const dueAt = this.#clock.monotonic() + TICK_MS;
    this.#timer = this.#clock.after(TICK_MS, () => {
      this.#delays.push(Math.max(0, this.#clock.monotonic() - dueAt));
      if (this.#delays.length > WINDOW_TICKS) this.#delays.shift();
      this.start();
    });
  }

  stop(): void {
    this.#timer?.cancel();
  }

  check(): string | undefined {
    const longest = Math.max(0, ...this.#delays);
    return longest <= this.#limitMs ? undefined : `The event loop was blocked for ${Math.round(longest)} ms`;
  }
}
