// The sweep: Kafka has no watch, so now and then each bus' settled objects are looked at, cheaply and all together. Only
// what looks different from the last run is woken; a settled object has no timer of its own. It decides nothing.

import type { Call, KafkaAdmin } from "../kafka/admin.ts";
import type { Clock, Timer } from "../runtime/clock.ts";
import type { BusRegistry } from "./bus-registry.ts";

/** One object to look at. */
export interface SweepItem {
  readonly key: string;
  /** Reads what a run would read, and wakes the object when it looks different; false when Kafka could not be read. */
  look(admin: KafkaAdmin, call: Call): Promise<boolean>;
}

/** What one kind has for the sweep of a bus. */
export interface SweepSource {
  /** The objects of this bus that are to be looked at, at this moment. */
  begin(busName: string): readonly SweepItem[];
  /** All of them have been looked at. */
  end(busName: string): void;
}

export interface SweepOptions {
  readonly registry: BusRegistry;
  readonly sources: readonly SweepSource[];
  /** Milliseconds between the ends of sweeps; undefined for a bus that is not there any more. */
  intervalMs(busName: string): number | undefined;
  readonly clock: Clock;
  readonly random?: (() => number) | undefined;
}

/** Objects looked at together: their requests share a few on the wire, and a live call waits for one of those at most. */
const CHUNK = 500;
/** Intervals differ by this share, so that buses do not beat in time. */
const JITTER = 0.1;
/** A sweep without a pause would be nothing but sweeps. */
const SHORTEST_INTERVAL_MS = 100;
const LOOK_DEADLINE_MS = 30_000;

/**
 * Guarantees
 * - One sweep a bus at a time, one chunk in flight, at bulk priority; none while the bus is not connected.
 * - A sweep that finds the cluster unreadable ends there: what was not read is not concluded from.
 *
 * Assumptions
 * - Sources wake objects by their controller's queue, which drops what is being worked on already.
 */
export class Sweep {
  readonly #options: SweepOptions;
  readonly #timers = new Map<string, Timer>();
  readonly #stopping = new AbortController();
  #unsubscribe: () => void = () => {};

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  start(): void {
    this.#unsubscribe = this.#options.registry.subscribe((busName) => this.schedule(busName));
  }

  stop(): void {
    this.#unsubscribe();
    this.#stopping.abort(new DOMException("The sweep stops", "AbortError"));
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  /** Begins a new interval: the bus connects, fails or goes, or its interval is another. */
  schedule(busName: string): void {
    const { clock, random = Math.random, registry } = this.#options;
    this.#timers.get(busName)?.cancel();
    this.#timers.delete(busName);
    const interval = this.#options.intervalMs(busName);
    if (interval === undefined || registry.link(busName).kind !== "connected") return;
    const afterMs = Math.max(SHORTEST_INTERVAL_MS, interval) * (1 - JITTER + 2 * JITTER * random());
    this.#timers.set(
      busName,
      clock.after(afterMs, () => void this.#sweep(busName)),
    );
  }

  async #sweep(busName: string): Promise<void> {
    const link = this.#options.registry.link(busName);
    if (link.kind === "connected") {
      for (const source of this.#options.sources) await this.#sweepSource(busName, source, link.admin);
    }
    // Rescheduled by the registry meanwhile, where the bus was lost and found.
    if (!this.#stopping.signal.aborted) this.schedule(busName);
  }

  async #sweepSource(busName: string, source: SweepSource, admin: KafkaAdmin): Promise<void> {
    const items = source.begin(busName);
    const { signal } = this.#stopping;
    for (let start = 0; start < items.length; start += CHUNK) {
      const call: Call = { signal, deadlineMs: LOOK_DEADLINE_MS, priority: "bulk" };
      const looks = items.slice(start, start + CHUNK).map((item) => item.look(admin, call));
      const wereReadable = await Promise.all(looks);
      if (signal.aborted || wereReadable.every((isReadable) => !isReadable)) return;
    }
    source.end(busName);
  }
}
