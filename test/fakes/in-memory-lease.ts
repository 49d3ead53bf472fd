// InMemoryLease: one Lease for several candidates, each with its own way to it that can be cut.

import type { LeaseRecord, Leases, VersionedLease } from "../../src/kubernetes/leases.ts";
import { KubernetesError } from "../../src/kubernetes/resources.ts";

/** How a candidate reaches the lease. */
export interface LeaseWay extends Leases {
  /** `open`: served; `cut`: refused at once; `silent`: no answer; `deaf`: served, but the answer is lost. */
  state: "open" | "cut" | "silent" | "deaf";
  /** Awaited between serving and answering. */
  answering: () => Promise<void>;
  watching: "allowed" | "forbidden";
}

interface Watch {
  readonly tell: (lease: VersionedLease | undefined) => void;
  readonly end: () => void;
}

export class InMemoryLease {
  /** Holders in the order of their writes. */
  readonly writers: string[] = [];
  /** Watches that were asked for. */
  watched = 0;
  current: VersionedLease | undefined;
  #version = 0;
  readonly #watches = new Set<Watch>();

  way(): LeaseWay {
    const way: LeaseWay = {
      state: "open",
      answering: () => Promise.resolve(),
      watching: "allowed",
      get: (signal) => this.#serve(way, signal, () => this.current),
      create: (record, signal) =>
        this.#serve(way, signal, () => {
          if (this.current !== undefined) throw new KubernetesError(409, "AlreadyExists", "made up");
          return this.#write(record);
        }),
      update: (lease, signal) =>
        this.#serve(way, signal, () => {
          const isNewest = this.current?.resourceVersion === lease.resourceVersion;
          if (!isNewest) throw new KubernetesError(409, "Conflict", "made up");
          return this.#write(lease.record);
        }),
      watch: (resourceVersion, signal) => this.#watch(way, resourceVersion, signal),
    };
    return way;
  }

  delete(): void {
    this.current = undefined;
    for (const { tell } of this.#watches) tell(undefined);
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  /** As the server does after a while. */
  endWatches(): void {
    for (const { end } of this.#watches) end();
  }

  #write(record: LeaseRecord): VersionedLease {
    this.writers.push(record.holderIdentity);
    this.current = { record, resourceVersion: String((this.#version += 1)) };
    for (const { tell } of this.#watches) tell(this.current);
    return this.current;
  }

  /** A way that is not open lets nothing through; what was missed stays so. */
  async *#watch(way: LeaseWay, after: string, signal: AbortSignal): AsyncGenerator<VersionedLease | undefined> {
    this.watched += 1;
    if (way.watching === "forbidden") throw new KubernetesError(403, "Forbidden", "made up");
    const isNews = this.current !== undefined && this.current.resourceVersion !== after;
    const told: (VersionedLease | undefined)[] = isNews ? [this.current] : [];
    let wake: (() => void) | undefined;
    const watch = {
      hasEnded: false,
      tell: (lease: VersionedLease | undefined): void => {
        if (way.state === "open") told.push(lease);
        wake?.();
      },
      end: (): void => {
        watch.hasEnded = true;
        wake?.();
      },
    };
    this.#watches.add(watch);
    signal.addEventListener("abort", watch.end, { once: true });
    while (!watch.hasEnded) {
      while (told.length > 0) yield told.shift();
      if (!watch.hasEnded) await new Promise<void>((resolve) => (wake = resolve));
    }
    this.#watches.delete(watch);
    signal.throwIfAborted();
  }

  async #serve<T>(way: LeaseWay, signal: AbortSignal, act: () => T): Promise<T> {
    signal.throwIfAborted();
    await Promise.resolve();
    if (way.state === "cut") throw new KubernetesError(0, "Unreachable", "made up");
    const result = way.state === "silent" ? undefined : act();
    await way.answering();
    if (way.state === "open") return result as T;
    return await new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }
}
