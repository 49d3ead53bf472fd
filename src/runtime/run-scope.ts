// RunScope: the signals of one run. What may end it decides how much of it ends.

import type { Clock } from "./clock.ts";
import { Deadline } from "./deadline.ts";

/** Dispose it (`using`) when the run is over. */
export class RunScope implements Disposable {
  /** One for each run: a signal on which thousands listen costs more than the runs. */
  readonly #stop = new AbortController();
  readonly #work = new AbortController();
  readonly #reading = new AbortController();
  readonly #deadline: Deadline;

  /** `what` names the run in the reason of its deadline. */
  constructor(clock: Clock, deadlineMs: number, what: string) {
    this.#deadline = new Deadline(clock, deadlineMs, what, this.#stop.signal);
    const { signal } = this.#deadline;
    signal.addEventListener("abort", () => this.abortWork(signal.reason as Error), { once: true });
  }

  /** For the run's effects: aborts when its object has changed, when its time is up, and when the process stops. */
  get work(): AbortSignal {
    return this.#work.signal;
  }

  /** For what the run reads: as `work`, but a patient run reads on when its object is edited. */
  get reading(): AbortSignal {
    return this.#reading.signal;
  }

  /**
   * For writes to the object in the middle of the run. A newer version does not abort them: the API server refuses them
   * for it, which is certain, whereas nobody knows what became of a request that was cut off.
   */
  get writes(): AbortSignal {
    return this.#deadline.signal;
  }

  /** For what a finished run leaves behind: aborts only when the process stops. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get isTimeUp(): boolean {
    return this.#deadline.isExceeded;
  }

  get remainingMs(): number {
    return this.#deadline.remainingMs;
  }

  abortWork(reason: Error): void {
    this.#work.abort(reason);
    this.#reading.abort(reason);
  }

  abortEffects(reason: Error): void {
    this.#work.abort(reason);
  }

  abortAll(reason: Error): void {
    this.#stop.abort(reason);
  }

  [Symbol.dispose](): void {
    this.#deadline[Symbol.dispose]();
  }
}
