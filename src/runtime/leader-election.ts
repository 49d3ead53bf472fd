// Leader election: holds one Lease, and says at any moment whether this process may still write. It starts and stops
// nothing itself: whoever leads is told by promises and callbacks.

import type { LeaseRecord, Leases, VersionedLease } from "../kubernetes/leases.ts";
import { KubernetesError } from "../kubernetes/resources.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { ElectionMetrics } from "../telemetry/metrics.ts";
import type { Clock } from "./clock.ts";
import { Deadline } from "./deadline.ts";
import { LeaseWatch } from "./lease-watch.ts";

/** Something was not done, because this process may no longer write. */
export class NotLeading extends Error {
  override readonly name = "NotLeading";
}

/** Whether this process leads. */
export interface Leadership {
  /** Begins to try; once. */
  start(): void;
  /** Resolves when this process leads for the first time. */
  readonly acquired: Promise<void>;
  /** Asked immediately before each write to the outside: true only while nobody else can lead. */
  isLeaderNow(): boolean;
  /** Aborts when this process led and may never write again. */
  readonly lost: AbortSignal;
  /** Ends it and gives the lease up; call it when everything that writes has stopped. */
  stop(): Promise<void>;
}

export interface LeaderElectionOptions {
  readonly leases: Leases;
  /** For logs and metrics: the lease's name. */
  readonly name: string;
  /** Unique among all candidates, also over restarts. */
  readonly identity: string;
  readonly clock: Clock;
  /** RFC 3339 with six fractional digits. */
  readonly formatTime: (epochMs: number) => string;
  readonly log: Logger;
  readonly metrics: ElectionMetrics;
  /** The lease was held and is not any longer: the process must end. */
  readonly onLost: (why: Error) => void;
  readonly timing?: Partial<ElectionTiming> | undefined;
  readonly random?: (() => number) | undefined;
}

export interface ElectionTiming {
  /** How long others wait for a holder that is silent. Default 15,000. */
  readonly leaseDurationMs: number;
  /** How long after its last renewal a holder may write. Default 10,000. */
  readonly renewDeadlineMs: number;
  /** Between tries, up to a fifth more; a candidate tries at once when it hears that the lease is free. Default 2,000. */
  readonly retryPeriodMs: number;
}

const DEFAULT_TIMING: ElectionTiming = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000 };
const JITTER = 0.2;

/**
 * Guarantees
 * - `isLeaderNow` turns false `renewDeadlineMs` after the last successful renewal was *sent*, by a monotonic clock, also
 *   when the event loop was blocked meanwhile; nobody else takes over before `leaseDurationMs` have passed.
 * - Somebody else's lease is taken over only when its record has not changed for its whole duration, as observed here;
 *   the times in it are never compared with the local clock.
 * - One that was given up is taken at once, where the lease may be watched; by the next try otherwise.
 * - A lapsed lease is not renewed: it is lost, `onLost` is called once, and `isLeaderNow` stays false.
 *
 * Assumptions
 * - `leaseDurationMs` > `renewDeadlineMs` > 1.2 × `retryPeriodMs`. Throws a RangeError otherwise.
 *
 * Caveats
 * - A write already on its way when the lease lapses can still arrive: a lease does not fence.
 */
export class LeaderElection implements Leadership {
  readonly #options: LeaderElectionOptions;
  readonly #timing: ElectionTiming;
  readonly #stop = new AbortController();
  readonly #acquired = Promise.withResolvers<void>();
  readonly #lost = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #state: "candidate" | "leader" | "lost" = "candidate";
  #renewedAt = 0;
  /** The record last seen, and since when it has looked like this. */
  #observed: { readonly lease: VersionedLease; readonly since: number } | undefined;
  readonly #watch: LeaseWatch;
  /** Heard since the last try began. */
  #isFree = false;
  #endPause = (): void => {};

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#timing = { ...DEFAULT_TIMING, ...options.timing };
    this.#watch = new LeaseWatch({ ...options, onChange: (lease) => this.#hear(lease) });
    const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = this.#timing;
    if (!(leaseDurationMs > renewDeadlineMs && renewDeadlineMs > (1 + JITTER) * retryPeriodMs)) {
      throw new RangeError(
        `Cannot elect a leader: lease ${leaseDurationMs} ms must be longer than renew deadline ${renewDeadlineMs} ms, ` +
          `and that longer than 1.2 × retry period ${retryPeriodMs} ms`,
      );
    }
  }

  get acquired(): Promise<void> {
    return this.#acquired.promise;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  isLeaderNow(): boolean {
    return this.#state === "leader" && this.#remainingMs() > 0;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new DOMException("Leader election stops", "AbortError"));
    this.#watch.close();
    await this.#running;
    if (this.#state !== "leader") return;
    this.#change("lost");
    await this.#release().catch((error: unknown) => {
      this.#options.log.warn("Cannot release the lease; it lapses by itself", { lease: this.#options.name, error });
    });
  }

  async #run(): Promise<void> {
    const { log, name } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted && this.#state !== "lost") {
      try {
        await this.#attempt(signal);
      } catch (error) {
        if (signal.aborted) return;
        log.warn("Cannot acquire or renew the lease", { lease: name, state: this.#state, error });
      }
      this.#checkValidity();
      await this.#pause(signal);
    }
  }

  /** Until the next try. */
  #pause(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = clock.after(this.#pauseMs(), end);
      signal.addEventListener("abort", end, { once: true });
      this.#endPause = end;
      if (signal.aborted) return end();
      if (this.#state !== "candidate") return;
      if (this.#isFree) end();
      if (this.#observed !== undefined) this.#watch.follow(this.#observed.lease.resourceVersion);
    });
  }

  /** A retry period, or what is left of another's lease. */
  #pauseMs(): number {
    const { random = Math.random } = this.#options;
    const periodMs = this.#timing.retryPeriodMs * (1 + JITTER * random());
    const lapsesInMs = this.#state === "candidate" ? this.#lapsesInMs() : 0;
    return lapsesInMs > 0 ? Math.min(periodMs, lapsesInMs) : periodMs;
  }

  #hear(lease: VersionedLease | undefined): void {
    if (lease !== undefined) this.#observe(lease);
    if (lease !== undefined && lease.record.holderIdentity !== "") return;
    this.#isFree = true;
    this.#endPause();
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    this.#checkValidity();
    if (this.#state === "lost") return;
    const patienceMs = this.#state === "leader" ? this.#remainingMs() : this.#timing.renewDeadlineMs;
    using deadline = new Deadline(clock, patienceMs, "Renewing the lease", signal);
    const sentAt = clock.monotonic();
    this.#isFree = false;
    const held = this.#observed?.lease;
    // Nobody else writes the lease while it is ours: the remembered version saves the read.
    const isOurs = held?.record.holderIdentity === this.#options.identity;
    const lease = isOurs ? await this.#renew(held, deadline.signal) : await this.#tryToTake(deadline.signal);
    if (lease === undefined) return;
    this.#watch.close();
    this.#observe(lease);
    this.#renewedAt = sentAt;
    this.#change("leader");
  }

  /** Undefined when somebody else has it. */
  async #renew(held: VersionedLease, signal: AbortSignal): Promise<VersionedLease | undefined> {
    try {
      return await this.#options.leases.update({ ...held, record: this.#successor(held.record) }, signal);
    } catch (error) {
      if (!(error instanceof KubernetesError && (error.code === 409 || error.code === 404))) throw error;
      return await this.#tryToTake(signal);
    }
  }

  async #tryToTake(signal: AbortSignal): Promise<VersionedLease | undefined> {
    const { identity, leases, metrics } = this.#options;
    metrics.slowPathTaken();
    const lease = await leases.get(signal);
    if (lease === undefined) return await this.#contend(() => leases.create(this.#successor(undefined), signal));
    this.#observe(lease);
    const holder = lease.record.holderIdentity;
    if (holder !== identity) {
      if (this.#state === "leader") return this.#lose(`it is held by "${holder}"`);
      if (holder !== "" && this.#lapsesInMs() > 0) return undefined;
    }
    return await this.#contend(() => leases.update({ ...lease, record: this.#successor(lease.record) }, signal));
  }

  /** Among candidates it is in order that another one was faster. */
  async #contend(take: () => Promise<VersionedLease>): Promise<VersionedLease | undefined> {
    try {
      return await take();
    } catch (error) {
      if (this.#state === "candidate" && error instanceof KubernetesError && error.code === 409) return undefined;
      throw error;
    }
  }

  /** The record that makes us the holder, or keeps us so. */
  #successor(before: LeaseRecord | undefined): LeaseRecord {
    const { clock, formatTime, identity } = this.#options;
    const time = formatTime(clock.now());
    const terms = { holderIdentity: identity, leaseDurationSeconds: Math.ceil(this.#timing.leaseDurationMs / 1_000) };
    if (before === undefined) return { ...terms, acquireTime: time, renewTime: time, leaseTransitions: 0 };
    if (before.holderIdentity === identity) return { ...before, ...terms, renewTime: time };
    return { ...terms, acquireTime: time, renewTime: time, leaseTransitions: before.leaseTransitions + 1 };
  }

  #observe(lease: VersionedLease): void {
    // Also an older version starts the wait anew, be it from a watch that is behind or a restored API server.
    if (this.#observed?.lease.resourceVersion === lease.resourceVersion) return;
    this.#observed = { lease, since: this.#options.clock.monotonic() };
  }

  /** What is left of the lease last seen; 0 or less where it has lapsed, or none was seen. */
  #lapsesInMs(): number {
    if (this.#observed === undefined) return 0;
    const { lease, since } = this.#observed;
    return lease.record.leaseDurationSeconds * 1_000 - (this.#options.clock.monotonic() - since);
  }

  #remainingMs(): number {
    return this.#timing.renewDeadlineMs - (this.#options.clock.monotonic() - this.#renewedAt);
  }

  #checkValidity(): void {
    if (this.#state === "leader" && this.#remainingMs() <= 0) this.#lose("it could not be renewed in time");
  }

  #lose(why: string): undefined {
    this.#change("lost");
    const reason = new NotLeading(`Lost the lease "${this.#options.name}": ${why}`);
    this.#lost.abort(reason);
    this.#options.onLost(reason);
  }

  #change(state: "leader" | "lost"): void {
    if (this.#state === state) return;
    this.#state = state;
    const { identity, log, metrics, name } = this.#options;
    metrics.changed(state === "leader");
    log.info(state === "leader" ? "Acquired the lease" : "Leads no longer", { lease: name, identity });
    if (state === "leader") this.#acquired.resolve();
  }

  /** An empty holder lets the successor in at once. */
  async #release(): Promise<void> {
    const { clock, identity, leases } = this.#options;
    using deadline = new Deadline(clock, this.#timing.retryPeriodMs, "Releasing the lease");
    const held = this.#observed?.lease;
    if (held === undefined || held.record.holderIdentity !== identity) return;
    try {
      await leases.update(free(held), deadline.signal);
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.code !== 409) throw error;
      const current = await leases.get(deadline.signal);
      if (current?.record.holderIdentity === identity) await leases.update(free(current), deadline.signal);
    }
  }
}

function free(lease: VersionedLease): VersionedLease {
  return { ...lease, record: { ...lease.record, holderIdentity: "", leaseDurationSeconds: 1 } };
}

/** For installations with one process, which must be assured from outside: leads always. */
export const noElection: Leadership = {
  start: () => {},
  acquired: Promise.resolve(),
  isLeaderNow: () => true,
  lost: new AbortController().signal,
  stop: () => Promise.resolve(),
};
