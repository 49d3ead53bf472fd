// LeaseWatch: lets a candidate hear at once what becomes of the lease. A hint only: who may lead is decided by
// leader-election.ts, which goes on asking where nothing is heard.

import type { Leases, VersionedLease } from "../kubernetes/leases.ts";
import { KubernetesError } from "../kubernetes/resources.ts";
import type { Logger } from "../telemetry/logger.ts";

export interface LeaseWatchOptions {
  readonly leases: Pick<Leases, "watch">;
  /** For logs: the lease's name. */
  readonly name: string;
  readonly log: Logger;
  /** Undefined: the lease is gone. */
  readonly onChange: (lease: VersionedLease | undefined) => void;
}

/**
 * Guarantees
 * - At most one watch is open; one that ended for whatever reason is opened again by the next `follow`.
 * - Nothing is told after `close`. Where watching is forbidden it is asked for once.
 */
export class LeaseWatch {
  readonly #options: LeaseWatchOptions;
  #open: AbortController | undefined;
  #isForbidden = false;

  constructor(options: LeaseWatchOptions) {
    this.#options = options;
  }

  /** Tells what changes after `resourceVersion`, unless it does already. */
  follow(resourceVersion: string): void {
    if (this.#open !== undefined || this.#isForbidden) return;
    const opened = new AbortController();
    this.#open = opened;
    void this.#tell(resourceVersion, opened);
  }

  close(): void {
    this.#open?.abort(new DOMException("The lease is watched no longer", "AbortError"));
    this.#open = undefined;
  }

  async #tell(resourceVersion: string, opened: AbortController): Promise<void> {
    const { leases, log, name, onChange } = this.#options;
    try {
      for await (const lease of leases.watch(resourceVersion, opened.signal)) {
        if (opened.signal.aborted) return;
        onChange(lease);
      }
    } catch (error) {
      if (opened.signal.aborted) return;
      this.#isForbidden = error instanceof KubernetesError && error.code === 403;
      if (this.#isForbidden)
        log.info("May not watch the lease; taking over takes a retry period longer", { lease: name, error });
      else log.debug("The watch of the lease was interrupted", { lease: name, error });
    }
    if (this.#open === opened) this.#open = undefined;
  }
}
