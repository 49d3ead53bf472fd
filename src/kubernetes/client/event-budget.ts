// EventBudget: how many events one object may cause. In memory and bounded; time is a value.

/** client-go's figures: so many at once, then one each five minutes. */
const BURST = 25;
const REFILL_MS = 5 * 60_000;
const MOST_OBJECTS = 4_096;

export class EventBudget {
  readonly #objects = new Map<string, { tokens: number; at: number }>();

  /** True when the object of this UID may cause one more event, which is then spent. */
  spend(uid: string, now: number): boolean {
    const known = this.#objects.get(uid) ?? { tokens: BURST, at: now };
    // Taken out and put in again, so that the objects stand in the order of their last event.
    this.#objects.delete(uid);
    const tokens = Math.min(BURST, known.tokens + (now - known.at) / REFILL_MS);
    const isGranted = tokens >= 1;
    this.#objects.set(uid, { tokens: isGranted ? tokens - 1 : tokens, at: now });
    const [oldest] = this.#objects.keys();
    if (this.#objects.size > MOST_OBJECTS && oldest !== undefined) this.#objects.delete(oldest);
    return isGranted;
  }
}
