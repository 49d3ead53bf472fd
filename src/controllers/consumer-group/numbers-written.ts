// When the numbers of a ConsumerGroup's status were last written. In memory: after a restart they may be written once
// sooner.

import { isDeepStrictEqual } from "node:util";

import type { ConsumerGroupStatus } from "../../api/consumer-group.ts";
import { numbersIn } from "./shown-lag.ts";

export class NumbersWritten {
  readonly #monotonic: () => number;
  readonly #writtenAt = new Map<string, number>();

  /** `monotonic`: milliseconds of a clock that is never set. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Infinite where this process has not written them. */
  sinceMs(key: string): number {
    const at = this.#writtenAt.get(key);
    return at === undefined ? Infinity : this.#monotonic() - at;
  }

  /** `after`: what is about to be written; undefined: nothing. */
  wrote(key: string, before: ConsumerGroupStatus | undefined, after: ConsumerGroupStatus | undefined): void {
    if (after === undefined || isDeepStrictEqual(numbersIn(before), numbersIn(after))) return;
    this.#writtenAt.set(key, this.#monotonic());
  }

  forget(key: string): void {
    this.#writtenAt.delete(key);
  }
}
