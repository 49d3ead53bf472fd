// Deadline: an AbortSignal that fires by the clock or with its parent, and leaves neither timer nor listener behind.

import type { Clock } from "./clock.ts";

/** The reason of a signal that aborted because time was up. */
export class DeadlineExceeded extends Error {
  override readonly name = "DeadlineExceeded";
}

/** Dispose it (`using`) when the work is over. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #release: () => void;
  readonly #clock: Clock;
  readonly #endsAt: number;

  /** `what` names the work in the reason: "Reconciling shop/orders". `afterMs` counts from now. */
  constructor(clock: Clock, afterMs: number, what: string, parent?: AbortSignal) {
    this.#clock = clock;
    this.#endsAt = clock.monotonic() + afterMs;
    const onParentAbort = (): void => this.#controller.abort(parent?.reason);
    const timer = clock.after(afterMs, () => {
      this.#controller.abort(new DeadlineExceeded(`${what} took longer than ${Math.round(afterMs)} ms`));
    });
    parent?.addEventListener("abort", onParentAbort, { once: true });
    this.#release = () => {
      timer.cancel();
      parent?.removeEventListener("abort", onParentAbort);
    };
    if (parent?.aborted === true) onParentAbort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True when time was up; false when the parent aborted, or nothing did. */
  get isExceeded(): boolean {
    return this.#controller.signal.reason instanceof DeadlineExceeded;
  }

  /** Milliseconds left; 0 when time is up. */
  get remainingMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.monotonic());
  }

  [Symbol.dispose](): void {
    this.#release();
  }
}

/** Rejects with the signal's reason as soon as it aborts; `work` itself goes on. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
