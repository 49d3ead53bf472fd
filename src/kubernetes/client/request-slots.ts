// RequestSlots: how many requests may be under way at once, and who is next when there are more. No HTTP.

import { LinkedList } from "../../runtime/linked-list.ts";
import { PriorityTurns, type Priority } from "../../runtime/priority.ts";

interface Waiter {
  readonly grant: () => void;
}

/**
 * Guarantees
 * - At most `size` slots are held; the others stand in line, live before bulk with one turn in eight for bulk.
 * - Whoever aborts leaves the line.
 */
export class RequestSlots {
  readonly #lines: Readonly<Record<Priority, LinkedList<Waiter>>> = { live: new LinkedList(), bulk: new LinkedList() };
  readonly #turns = new PriorityTurns();
  #free: number;

  /** `size`: slots. */
  constructor(size: number) {
    this.#free = size;
  }

  /** Resolves to the function that gives the slot back. Rejects with the signal's reason. */
  async acquire(priority: Priority, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#stand(priority, signal);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#passOn();
    };
  }

  /** Requests in line. */
  get waiting(): number {
    return this.#lines.live.size + this.#lines.bulk.size;
  }

  #stand(priority: Priority, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = this.#lines[priority];
      const onAbort = (): void => {
        line.remove(place);
        reject(signal.reason as Error);
      };
      const grant = (): void => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      const place = line.push({ grant });
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  #passOn(): void {
    const next = this.#turns.take({ live: this.#lines.live.size > 0, bulk: this.#lines.bulk.size > 0 });
    if (next === undefined) this.#free += 1;
    else this.#lines[next].shift()?.grant();
  }
}
