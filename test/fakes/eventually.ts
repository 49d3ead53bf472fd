// The two verbs of tests on real parts: something comes true, and then nothing more happens.

import { setTimeout as sleep } from "node:timers/promises";

/** Repeats `expectation` until it does not throw; rejects with its last error when `withinMs` have passed. */
export async function eventually<T>(expectation: () => T | Promise<T>, withinMs = 30_000): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    try {
      return await expectation();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await sleep(10);
  }
}
