// EventSeries: decides which of many like events are worth a request. In memory and bounded; no I/O, no clock.

/** What is sent for an occurrence. */
export type SeriesStep =
  /** The first: a new Event. */
  | { readonly kind: "create" }
  /** It repeats: the Event named here counts from now on. */
  | { readonly kind: "update"; readonly name: string; readonly count: number }
  /** Counted, and told later by `due`. */
  | { readonly kind: "none" };

export interface DueSeries<Context> {
  readonly name: string;
  readonly count: number;
  readonly lastAt: number;
  readonly context: Context;
}

interface Series<Context> {
  readonly name: string;
  readonly context: Context;
  count: number;
  lastAt: number;
  sentAt: number;
  sentCount: number;
}

/** client-go's figures: a series ends this long after its last occurrence, and is told meanwhile this often. */
const ENDS_AFTER_MS = 6 * 60_000;
const REFRESH_MS = 30 * 60_000;
const MOST_SERIES = 4_096;

export class EventSeries<Context> {
  readonly #series = new Map<string, Series<Context>>();

  /** `key`: alike for occurrences that are one series. `name`: of the Event, if this is the first. */
  occur(key: string, name: string, context: Context, now: number): SeriesStep {
    const known = this.#series.get(key);
    if (known === undefined) {
      this.#makeRoom();
      this.#series.set(key, { name, context, count: 1, lastAt: now, sentAt: now, sentCount: 1 });
      return { kind: "create" };
    }
    known.count += 1;
    known.lastAt = now;
    if (known.count !== 2) return { kind: "none" };
    this.#markSent(known, now);
    return { kind: "update", name: known.name, count: known.count };
  }

  /** Series with occurrences that nobody was told of for too long; those that have ended are forgotten. */
  due(now: number): DueSeries<Context>[] {
    const due: DueSeries<Context>[] = [];
    for (const [key, series] of this.#series) {
      const hasEnded = now - series.lastAt >= ENDS_AFTER_MS;
      const isUntold = series.count > series.sentCount;
      if (isUntold && (hasEnded || now - series.sentAt >= REFRESH_MS)) {
        const { name, count, lastAt, context } = series;
        due.push({ name, count, lastAt, context });
        this.#markSent(series, now);
      }
      if (hasEnded) this.#series.delete(key);
    }
    return due;
  }

  #markSent(series: Series<Context>, now: number): void {
    series.sentAt = now;
    series.sentCount = series.count;
  }

  /** The oldest series goes; its next occurrence is a new Event. */
  #makeRoom(): void {
    const [oldest] = this.#series.keys();
    if (this.#series.size >= MOST_SERIES && oldest !== undefined) this.#series.delete(oldest);
  }
}
