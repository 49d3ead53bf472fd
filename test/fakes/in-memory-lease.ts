// InMemoryLease: one Lease for several candidates, each with its own way to it that can be cut.

import type { LeaseRecord, Leases, VersionedLease } from "../../src/kubernetes/leases.ts";
import { KubernetesError } from "../../src/kubernetes/resources.ts";

/** How a candidate reaches the lease. */
export interface LeaseWay extends Leases {
  /** `open`: served; `cut`: refused at once; `silent`: no answer; `deaf`: served, but the answer is lost. */
  state: "open" | "cut" | "silent" | "deaf";
  /** Awaited between serving and answering. */
  answering: () => Promise<void>;
}

export class InMemoryLease {
  /** Holders in the order of their writes. */
  readonly writers: string[] = [];
  current: VersionedLease | undefined;
  #version = 0;

  way(): LeaseWay {
    const way: LeaseWay = {
      state: "open",
      answering: () => Promise.resolve(),
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
    };
    return way;
  }

  #write(record: LeaseRecord): VersionedLease {
    this.writers.push(record.holderIdentity);
    this.current = { record, resourceVersion: String((this.#version += 1)) };
    return this.current;
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
