// Patience: whose runs were called off again and again by edits of their objects, so that one more edit must not call off
// the next. Counts, and stops nothing itself.

/** So many runs in a row are called off; the next one reads to its end and is told. */
export const CALLED_OFF_MOST = 3;

/**
 * Guarantees
 * - However fast an object is edited, of `CALLED_OFF_MOST` + 1 runs in a row at least one is not called off by an edit.
 * - Remembers only keys whose last run was outlived by its object.
 */
export class Patience {
  readonly #inARow = new Map<string, number>();

  /** Edits no longer call off the run of this key. */
  isNeeded(key: string): boolean {
    return (this.#inARow.get(key) ?? 0) >= CALLED_OFF_MOST;
  }

  /** A run of this key has ended; its object had changed by then. */
  noteOutlived(key: string): void {
    this.#inARow.set(key, Math.min(CALLED_OFF_MOST, (this.#inARow.get(key) ?? 0) + 1));
  }

  forget(key: string): void {
    this.#inARow.delete(key);
  }

  get size(): number {
    return this.#inARow.size;
  }
}
