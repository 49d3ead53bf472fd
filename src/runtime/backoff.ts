// Backoff: how long to wait before the next try of something that failed. Pure but for its counters; sets no timer.

export interface BackoffOptions {
  /** Wait after the first failure, milliseconds. */
  readonly baseMs: number;
  /** No wait is longer, milliseconds. */
  readonly maxMs: number;
  /** A number in [0, 1); default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/**
 * The wait before retry number `failures` (from 1): doubling from `baseMs`, at most `maxMs`, the second half of it
 * random, so that what failed together does not come back together.
 */
export function backoffMs(failures: number, { baseMs, maxMs, random = Math.random }: BackoffOptions): number {
  // 2^31 is far beyond any maxMs; higher powers would end at Infinity.
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 31));
  return full / 2 + (full / 2) * random();
}

/** Counts failures in a row for each key. */
export class KeyedBackoff {
  readonly #options: BackoffOptions;
  readonly #failures = new Map<string, number>();

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Counts a failure and tells how long to wait, milliseconds. */
  next(key: string): number {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    return backoffMs(failures, this.#options);
  }

  /** The next failure is a first one again. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Keys that are backing off. */
  get size(): number {
    return this.#failures.size;
  }
}
