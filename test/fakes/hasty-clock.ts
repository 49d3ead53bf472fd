// HastyClock: real time that runs faster, so that an operator's intervals of seconds are over sooner. Only for the operator
// itself: whatever talks to a server that has its own idea of time gets the real one.

import { systemClock, type Clock } from "../../src/runtime/clock.ts";

/** `factor`: how many seconds go by in one. */
export function hastyClock(factor: number): Clock {
  const [epoch, start] = [systemClock.now(), systemClock.monotonic()];
  const elapsedMs = (): number => (systemClock.monotonic() - start) * factor;
  return {
    now: () => Math.round(epoch + elapsedMs()),
    monotonic: elapsedMs,
    after: (delayMs, callback) => systemClock.after(delayMs / factor, callback),
  };
}
