// A race between addresses: the next one starts when the one before failed or stays silent. Decides nothing about them.

import type { Clock, Timer } from "../../runtime/clock.ts";
import { WireError } from "./wire-error.ts";

export type Attempt<T> = (signal: AbortSignal) => Promise<T>;

// What a person can act on comes first: a refused password says more than another address that does not answer.
const rank: Partial<Record<string, number>> = { authentication: 0, tls: 1, unsupported: 2, unreachable: 3 };

function rankOf(error: Error): number {
  return error instanceof WireError ? (rank[error.failure.kind] ?? 4) : 5;
}

/**
 * Resolves with the first attempt that succeeds and gives up all others (their signal is aborted, late successes are
 * closed).
 * @param staggerMs an attempt that is silent for so long no longer keeps the next one waiting.
 * @throws the most telling error once every attempt has failed.
 */
export function firstToOpen<T extends { close(): void }>(
  attempts: readonly [Attempt<T>, ...Attempt<T>[]],
  staggerMs: number,
  clock: Clock,
): Promise<T> {
  const waiting = [...attempts];
  const errors: Error[] = [];
  const others = new AbortController();
  let timer: Timer | undefined;
  return new Promise((resolve, reject) => {
    const won = (value: T): void => {
      if (others.signal.aborted) {
        value.close();
        return;
      }
      timer?.cancel();
      others.abort();
      resolve(value);
    };
    const lost = (error: unknown): void => {
      errors.push(error instanceof Error ? error : new Error(String(error)));
      if (others.signal.aborted) return;
      if (errors.length < attempts.length) {
        next();
        return;
      }
      timer?.cancel();
      reject(errors.reduce((best, other) => (rankOf(other) < rankOf(best) ? other : best)));
    };
    const next = (): void => {
      timer?.cancel();
      const attempt = waiting.shift();
      if (attempt === undefined || others.signal.aborted) return;
      timer = clock.after(staggerMs, next);
      attempt(others.signal).then(won, lost);
    };
    next();
  });
}
