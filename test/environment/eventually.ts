// The two verbs of integration tests: something becomes true, and then nothing more happens. No fixed sleeps.

import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 15;

/** Reads until `expectation` no longer throws, and returns what was read; throws its last error after `timeoutMs`. */
export async function eventually<T>(
  read: () => Promise<T> | T,
  expectation: (value: T) => void,
  timeoutMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await read();
    try {
      expectation(value);
      return value;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await sleep(POLL_MS);
  }
}
