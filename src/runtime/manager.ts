// Manager: starts and stops the parts of an operator in the one safe order. It knows them only as parts.

import type { Logger } from "../telemetry/logger.ts";
import { sleep, type Clock } from "./clock.ts";
import { Deadline, untilAborted } from "./deadline.ts";
import type { Leadership } from "./leader-election.ts";

/** Something with a life. Both ends may be immediate; `stop` must also work after a `start` that failed. */
export interface Runnable {
  readonly name: string;
  start(): Promise<void> | void;
  stop(): Promise<void> | void;
}

/** What a Reflector is to the manager. */
interface Cache {
  readonly name: string;
  readonly hasSynced: boolean;
  run(signal: AbortSignal): Promise<void>;
}

export interface ManagerOptions {
  /** Probes and metrics: first to start, among the last to stop. */
  readonly servers: readonly Runnable[];
  /** Filled before anything is decided, also while another process leads, so that taking over is immediate. */
  readonly caches: readonly Cache[];
  readonly leadership: Leadership;
  /** Run only while leading, started in this order and stopped in the reverse one: controllers last. */
  readonly leaderRunnables: readonly Runnable[];
  /** Stopped at the very end: what still tells others about the stop (the event recorder). */
  readonly lastWords?: readonly Runnable[] | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Without all caches filled by then, `start` rejects. Default 120,000. */
  readonly syncTimeoutMs?: number | undefined;
  /** For what leads to stop; half of it again for the lease and the rest. Default 18,000: within the 30 s of Kubernetes. */
  readonly stopTimeoutMs?: number | undefined;
}

const SYNC_POLL_MS = 20;

/**
 * Guarantees
 * - Start: servers, caches (all filled), leadership, leader runnables. Stop: leader runnables, so that no successor
 *   starts while we still write; then at once the lease, so that it need not wait for what is only ours: caches, servers,
 *   last words.
 * - `stop` works at any moment, also during `start`, which then resolves without having started more.
 * - Each step of `stop` is made, whatever the ones before it did, within the budget.
 */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #stopping = new AbortController();
  readonly #caching = new AbortController();
  readonly #started: Runnable[] = [];
  #cachesDone: Promise<unknown> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  /** Resolves when everything runs: on a standby, after it has taken over. */
  async start(): Promise<void> {
    const { servers, caches, leadership, leaderRunnables, lastWords = [], log } = this.#options;
    const { signal } = this.#stopping;
    try {
      for (const part of [...lastWords, ...servers]) await part.start();
      this.#cachesDone = Promise.all(caches.map((cache) => cache.run(this.#caching.signal)));
      await this.#synced();
      log.info("Caches are filled", { caches: caches.map(({ name }) => name) });
      leadership.start();
      await untilAborted(leadership.acquired, signal);
      for (const part of leaderRunnables) {
        if (signal.aborted) return;
        this.#started.push(part);
        await part.start();
      }
      log.info("Started");
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Never rejects; what did not stop in order is logged. */
  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async #stop(): Promise<void> {
    const { servers, leadership, lastWords = [], log, stopTimeoutMs = 18_000 } = this.#options;
    log.info("Stopping");
    this.#stopping.abort(new DOMException("The operator stops", "AbortError"));
    await this.#endAll(this.#started.toReversed(), stopTimeoutMs);
    const lease = { name: "lease", stop: () => leadership.stop() };
    const caches = { name: "caches", stop: () => this.#endCaches() };
    await this.#endAll([lease, caches, ...servers.toReversed(), ...lastWords], stopTimeoutMs / 2);
    log.info("Stopped");
  }

  async #endCaches(): Promise<void> {
    this.#caching.abort(new DOMException("The operator stops", "AbortError"));
    await this.#cachesDone;
  }

  async #endAll(parts: readonly Pick<Runnable, "name" | "stop">[], timeoutMs: number): Promise<void> {
    using budget = new Deadline(this.#options.clock, timeoutMs, "Stopping");
    for (const part of parts) await this.#end(part.name, () => part.stop(), budget.signal);
  }

  async #end(name: string, stop: () => Promise<unknown> | void, signal: AbortSignal): Promise<void> {
    try {
      await untilAborted(Promise.resolve(stop()), signal);
    } catch (error) {
      this.#options.log.error("A part did not stop in order", { part: name, error });
    }
  }

  async #synced(): Promise<void> {
    const { caches, clock, syncTimeoutMs = 120_000 } = this.#options;
    using deadline = new Deadline(clock, syncTimeoutMs, "Filling the caches", this.#stopping.signal);
    while (!caches.every((cache) => cache.hasSynced)) {
      await sleep(clock, SYNC_POLL_MS, deadline.signal).catch((error: unknown) => {
        if (!deadline.isExceeded) throw error;
        const missing = caches.filter((cache) => !cache.hasSynced).map(({ name }) => name);
        throw new Error(`Cannot start: no list of ${missing.join(", ")} within ${syncTimeoutMs / 1_000} s`, {
          cause: error,
        });
      });
    }
  }
}
