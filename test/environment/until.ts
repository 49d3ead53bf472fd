// Waits for a plain condition. What is read and asserted on is waited for by `eventually`.

import { setTimeout as sleep } from "node:timers/promises";

const INTERVAL_MS = 25;

/** Resolves when `condition` is true; one that throws is not true yet. Rejects after `timeoutMs` with its last error. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let problem: unknown = new Error(`Not true after ${timeoutMs / 1_000} s`);
    try {
      if (await condition()) return;
    } catch (error) {
      problem = error;
    }
    if (performance.now() > deadline) throw problem;
    await sleep(INTERVAL_MS);
  }
}
