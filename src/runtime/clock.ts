// Time as a port: everything that waits or measures asks a Clock, so that tests move time by hand.

export interface Timer {
  /** Cancels the callback; harmless when it has run. */
  cancel(): void;
}

export interface Clock {
  /** Wall clock, milliseconds since the epoch. For what people and other machines read, never for durations. */
  now(): number;
  /** Monotonic clock, milliseconds from an arbitrary start. For durations, deadlines and leases. */
  monotonic(): number;
  /** Runs `callback` once after `delayMs` (0 or more). A pending timer does not keep the process alive. */
  after(delayMs: number, callback: () => void): Timer;
}

/** The real clock: `Date.now`, `performance.now` and unreferenced timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    // setTimeout takes at most 2^31-1 ms and would fire at once above that.
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), 0x7fffffff));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
