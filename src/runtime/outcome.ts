// What a finished run asks of the queue. Data only; controller.ts holds the one switch on it.

/**
 * How a run ended.
 * - `settled`: the world is as declared; nothing wakes the object but an event, a dependency or the sweep.
 * - `waiting`: nothing is wrong, something else must happen first; that something wakes the object.
 * - `stalled`: retrying cannot help; only a change of input (spec, policy, annotation, rights) can.
 * - `failed`: an outage or an unexpected answer; retried with backoff.
 *
 * A user's mistake is never `failed`; an outage is never `stalled`.
 */
export type Outcome = (
  | { readonly kind: "settled" }
  | { readonly kind: "waiting"; readonly reason: string }
  | { readonly kind: "stalled"; readonly reason: string }
  | {
      readonly kind: "failed";
      readonly reason: string;
      readonly message: string;
      /** Wait at least this long before the retry, milliseconds (a broker's throttle, Retry-After). */
      readonly retryAfterMs?: number | undefined;
    }
) & {
  /** Run again at this time (milliseconds since the epoch), only where a clock drives the object. */
  readonly recheckAt?: number | undefined;
};

export function settled(recheckAt?: number): Outcome {
  return { kind: "settled", recheckAt };
}

export function waiting(reason: string, recheckAt?: number): Outcome {
  return { kind: "waiting", reason, recheckAt };
}

export function stalled(reason: string, recheckAt?: number): Outcome {
  return { kind: "stalled", reason, recheckAt };
}

export function failed(reason: string, message: string, retryAfterMs?: number): Outcome {
  return { kind: "failed", reason, message, retryAfterMs };
}
