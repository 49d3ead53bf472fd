// Controller: runs a reconcile function for one kind whenever there is reason to, and turns the outcome into what
// happens next. It knows the kind only by its metadata and status.

import { randomUUID } from "node:crypto";

import type { CommonStatus, CustomResource } from "../api/custom-resource.ts";
import type { EventRecorder } from "../kubernetes/events.ts";
import type { Resources } from "../kubernetes/resources.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { ControllerMetrics, Metrics, QueueMetrics, RunResult } from "../telemetry/metrics.ts";
import { inRunSpan } from "../telemetry/tracing.ts";
import { KeyedBackoff } from "./backoff.ts";
import { isRelevant } from "./change-filter.ts";
import type { Change } from "./change.ts";
import type { Clock } from "./clock.ts";
import type { Dependency } from "./dependency.ts";
import type { BulkLimit } from "./lanes.ts";
import { NotLeading, type Leadership } from "./leader-election.ts";
import type { Outcome } from "./outcome.ts";
import { OwnWrites } from "./own-writes.ts";
import type { Priority } from "./priority.ts";
import type { Reconcile } from "./reconcile.ts";
import type { RunEnd } from "./run-end.ts";
import { Runner } from "./runner.ts";
import type { Store } from "./store.ts";
import { WorkQueue, type AddOptions, type Work } from "./work-queue.ts";

export interface ControllerOptions<T extends CustomResource<unknown, Status>, Status extends CommonStatus> {
  /** For logs and metrics, one word. */
  readonly name: string;
  readonly resources: Resources<T>;
  readonly store: Store<T>;
  readonly reconcile: Reconcile<T, Status>;
  /** Called when a key's object is gone; for what is remembered about keys. */
  readonly onGone?: ((key: string) => void) | undefined;
  /** Condition types that this controller owns, shown or not. */
  readonly conditionTypes: readonly string[];
  /** Annotations whose change asks for a run. */
  readonly annotations?: readonly string[] | undefined;
  /** Those among them whose value is echoed as `status.lastHandledReconcileAt`. */
  readonly requestAnnotations?: readonly string[] | undefined;
  readonly finalizer?: string | undefined;
  readonly dependencies?: readonly Dependency[] | undefined;
  readonly laneOf?: ((key: string) => string) | undefined;
  readonly laneLimit?: ((lane: string) => number) | undefined;
  readonly bulkLimit?: BulkLimit | undefined;
  /** Runs at once. */
  readonly maxInFlight: number;
  /** Time for one run, milliseconds. */
  readonly deadlineMs: number;
  /** First and longest wait before a failed run is repeated, milliseconds. Default 1,000 and 300,000. */
  readonly retry?: { readonly baseMs: number; readonly maxMs: number } | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly events: EventRecorder;
  /** Default: leads always. */
  readonly leadership?: Pick<Leadership, "isLeaderNow" | "lost"> | undefined;
}

export interface Controller {
  readonly name: string;
  readonly queue: Pick<WorkQueue, "pause" | "resume" | "depth" | "delayed">;
  enqueue(key: string, options?: AddOptions): void;
  /** Keys are handed out from now on; before, they are only collected. */
  start(): void;
  /** Lets runs end for `drainMs`, then aborts them; resolves when none is left. */
  stop(drainMs?: number): Promise<void>;
}

type Failed = Extract<Outcome, { readonly kind: "failed" }>;

const DEFAULT_RETRY = { baseMs: 1_000, maxMs: 300_000 };
const CONFLICT_RETRY = { baseMs: 50, maxMs: 5_000 };
/** With so many keys at work, one more new object is one of many. */
const CROWD = 100;
/** A run that has not ended this long after its deadline ignores its signal. */
const OVERDUE_MS = 5_000;

/**
 * Guarantees
 * - One run a key at a time; what changes during a run causes one more.
 * - A run sees at least our own last write; a run that is superseded is called off, and the next one follows at once
 *   (runner.ts).
 * - At most one status write at the end of a run, none when nothing differs; our own echoes wake nobody.
 * - Nothing that `reconcile` throws ends the controller: it is logged, counted and retried with backoff.
 * - A run that outlives its deadline loses its slot, so that it cannot starve others, but keeps its key locked.
 * - When leadership is lost, all runs are called off and none begins any more.
 *
 * Assumptions
 * - `start` is called when every store that `reconcile` reads has synced.
 * - `reconcile` obeys its signal.
 */
export function createController<T extends CustomResource<unknown, Status>, Status extends CommonStatus>(
  options: ControllerOptions<T, Status>,
): Controller {
  return new RunLoop(options);
}

class RunLoop<T extends CustomResource<unknown, Status>, Status extends CommonStatus> implements Controller {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly #options: ControllerOptions<T, Status>;
  readonly #runner: Runner<T, Status>;
  readonly #metrics: ControllerMetrics;
  readonly #queueMetrics: QueueMetrics;
  readonly #backoff: KeyedBackoff;
  readonly #conflicts = new KeyedBackoff(CONFLICT_RETRY);
  readonly #subscriptions: (() => void)[];
  #isStarted = false;
  #isPumping = false;

  constructor(options: ControllerOptions<T, Status>) {
    this.name = options.name;
    this.#options = options;
    const { leadership, maxInFlight, metrics, store } = options;
    this.queue = new WorkQueue({ ...options, onReady: () => this.#schedulePump() });
    this.#metrics = metrics.controller(options.name, maxInFlight);
    this.#queueMetrics = metrics.queue(options.name, this.queue);
    this.#backoff = new KeyedBackoff(options.retry ?? DEFAULT_RETRY);
    const ownWrites = new OwnWrites<T>((change) => this.#onChange(change));
    this.#runner = new Runner<T, Status>({
      ...options,
      ownWrites,
      mayWrite: () => leadership?.isLeaderNow() ?? true,
      onTimeUp: () => this.#metrics.timedOut(),
    });
    const onLost = (): void => this.#onLost();
    leadership?.lost.addEventListener("abort", onLost, { once: true });
    this.#subscriptions = [
      store.subscribe(ownWrites.onChange),
      ...(options.dependencies ?? []).map((depend) => depend((keys, added) => this.#wake(keys, added))),
      () => leadership?.lost.removeEventListener("abort", onLost),
    ];
  }

  enqueue(key: string, options: AddOptions = {}): void {
    this.#queueMetrics.added();
    this.queue.add(key, options);
  }

  start(): void {
    this.#isStarted = true;
    this.#schedulePump();
  }

  async stop(drainMs = 0): Promise<void> {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.queue.close();
    const reason = new DOMException(`Controller ${this.name} stops`, "AbortError");
    const timer = this.#options.clock.after(drainMs, () => this.#runner.abortAll(reason));
    await this.queue.drained;
    timer.cancel();
    this.#runner.close();
  }

  #onLost(): void {
    this.queue.close();
    this.#runner.abortAll(new NotLeading(`Controller ${this.name} ends: this process leads no longer`));
  }

  #wake(keys: Iterable<string>, options: AddOptions): void {
    for (const key of keys) this.enqueue(key, options);
  }

  #onChange(change: Change<T>): void {
    const { annotations = [], requestAnnotations = [], conditionTypes } = this.#options;
    if (!isRelevant(change, { annotations: [...annotations, ...requestAnnotations], conditionTypes })) return;
    this.enqueue(change.key, { priority: this.#priorityOf(change), reason: change.source });
  }

  /** Nobody waits for one of a hundred objects that are made at once; whoever edits one meanwhile does. */
  #priorityOf({ before, source }: Change<T>): Priority {
    const isOneOfMany = before === undefined && this.queue.load >= CROWD;
    return source === "list" || isOneOfMany ? "bulk" : "live";
  }

  /** Runs start in a microtask, so that a burst of keys starts together. */
  #schedulePump(): void {
    if (!this.#isStarted || this.#isPumping) return;
    this.#isPumping = true;
    queueMicrotask(() => {
      this.#isPumping = false;
      for (let work = this.queue.next(); work !== undefined; work = this.queue.next()) void this.#handle(work);
    });
  }

  async #handle(work: Work): Promise<void> {
    const { clock, deadlineMs } = this.#options;
    const { key, priority } = work;
    const startedAt = clock.monotonic();
    const id = randomUUID();
    const log = this.#options.log.with({ controller: this.name, object: key, reconcileId: id });
    this.#metrics.started();
    this.#queueMetrics.taken(work.waitedMs / 1_000);
    const overdue = clock.after(deadlineMs + OVERDUE_MS, () => {
      log.error("Run ignores its deadline; its slot is given to others", { deadlineMs });
      this.queue.release(key);
    });
    const labels = { controller: this.name, object: key, reconcileId: id, priority, cause: work.reason };
    const end = await inRunSpan(labels, () =>
      this.#runner.run({ key, priority, id, log, onAnswered: () => overdue.cancel() }),
    );
    overdue.cancel();
    const seconds = (clock.monotonic() - startedAt) / 1_000;
    log[end.kind === "failed" ? "warn" : "debug"]("Run ended", { outcome: end, cause: work.reason, seconds });
    this.#metrics.finished(this.#settle(work, end, log), seconds);
    this.#queueMetrics.worked(seconds);
    this.queue.done(key);
  }

  /** The one place where the end of a run becomes what happens next. */
  #settle(work: Work, end: RunEnd, log: Logger): RunResult {
    const { key, priority } = work;
    if (end.kind !== "conflict") this.#conflicts.forget(key);
    switch (end.kind) {
      case "failed":
        return this.#retry(work, end);
      case "panicked":
        this.#metrics.panicked();
        log.error("Run threw; this is a bug", { error: end.error });
        return this.#retry(work, {});
      case "conflict":
        this.#metrics.conflicted();
        this.queue.add(key, { priority, afterMs: this.#conflicts.next(key), reason: "conflict" });
        return "requeue";
      case "superseded":
        this.#metrics.superseded();
        this.queue.add(key, { priority, reason: "superseded" });
        return "requeue";
      case "gone":
        this.#backoff.forget(key);
        this.#tellGone(key);
        return "success";
      case "abandoned":
        return "success";
      case "stalled":
        this.#metrics.stalled();
        this.#backoff.forget(key);
        return this.#recheck(work, end.recheckAt);
      case "settled":
      case "waiting":
        this.#backoff.forget(key);
        return this.#recheck(work, end.recheckAt);
    }
  }

  #retry(work: Work, failure: Pick<Failed, "retryAfterMs" | "recheckAt">): RunResult {
    const { key, priority } = work;
    this.#queueMetrics.retried();
    const afterMs = Math.max(this.#backoff.next(key), failure.retryAfterMs ?? 0);
    this.queue.add(key, { priority, afterMs, reason: "retry" });
    this.#recheck(work, failure.recheckAt);
    return "error";
  }

  #tellGone(key: string): void {
    try {
      this.#options.onGone?.(key);
    } catch (error) {
      this.#metrics.panicked();
      this.#options.log.error("Forgetting a key threw; this is a bug", { controller: this.name, object: key, error });
    }
  }

  #recheck({ key, priority }: Work, recheckAt: number | undefined): RunResult {
    if (recheckAt === undefined) return "success";
    this.queue.add(key, { priority, afterMs: recheckAt - this.#options.clock.now(), reason: "recheck" });
    return "requeue_after";
  }
}
