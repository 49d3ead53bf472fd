// Controller: runs a reconcile function for one kind whenever there is reason to, and turns the outcome into what
// happens next. It knows the kind only by its metadata and status.

import { randomUUID } from "node:crypto";

import type { CommonStatus, CustomResource } from "../api/custom-resource.ts";
import type { EventRecorder } from "../kubernetes/events.ts";
import { KubernetesError, type ApiCall, type Resources } from "../kubernetes/resources.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { ControllerMetrics, Metrics, QueueMetrics, RunResult } from "../telemetry/metrics.ts";
import { KeyedBackoff } from "./backoff.ts";
import { isRelevant } from "./change-filter.ts";
import type { Change } from "./change.ts";
import type { Clock } from "./clock.ts";
import { Deadline, DeadlineExceeded } from "./deadline.ts";
import type { Dependency } from "./dependency.ts";
import { parseKey } from "./object-key.ts";
import { NotLeading, ObjectWriter } from "./object-writer.ts";
import { failed, type Outcome } from "./outcome.ts";
import { OwnWrites } from "./own-writes.ts";
import type { Reconcile, Run, Verdict } from "./reconcile.ts";
import { requestedToken } from "./requested-run.ts";
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
  /** Leadership is valid at this moment. Default: always. */
  readonly mayWrite?: (() => boolean) | undefined;
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

/** How a run ended: an outcome, or something that only the controller knows. */
type End =
  | Outcome
  /** The object does not exist any longer. */
  | { readonly kind: "gone" }
  /** A write met newer data; the next run reads it first. */
  | { readonly kind: "conflict" }
  /** The operator stops, or leads no longer. */
  | { readonly kind: "abandoned" };

const DEFAULT_RETRY = { baseMs: 1_000, maxMs: 300_000 };
const CONFLICT_RETRY = { baseMs: 50, maxMs: 5_000 };
/** A run that has not ended this long after its deadline ignores its signal. */
const OVERDUE_MS = 5_000;

/**
 * Guarantees
 * - One run a key at a time; what changes during a run causes one more.
 * - A run sees at least our own last write: responses enter the store before the run ends, and after a write without a
 *   certain answer the object is read live first.
 * - At most one status write at the end of a run, none when nothing differs; our own echoes wake nobody.
 * - Nothing that `reconcile` throws ends the controller: it is logged, counted and retried with backoff.
 * - A run that outlives its deadline loses its slot, so that it cannot starve others, but keeps its key locked.
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
  readonly #writer: ObjectWriter<T, Status>;
  readonly #metrics: ControllerMetrics;
  readonly #queueMetrics: QueueMetrics;
  readonly #backoff: KeyedBackoff;
  readonly #conflicts = new KeyedBackoff(CONFLICT_RETRY);
  /** Keys whose object must be read live before the next run. */
  readonly #uncertain = new Set<string>();
  readonly #subscriptions: (() => void)[];
  /** One for each run: a signal on which thousands listen costs more than the runs. */
  readonly #stops = new Set<AbortController>();
  #isAborting = false;
  #isStarted = false;
  #isPumping = false;

  constructor(options: ControllerOptions<T, Status>) {
    this.name = options.name;
    this.#options = options;
    const { clock, laneOf, laneLimit, maxInFlight, metrics, store } = options;
    this.queue = new WorkQueue({ clock, laneOf, laneLimit, maxInFlight, onReady: () => this.#schedulePump() });
    this.#metrics = metrics.controller(options.name, maxInFlight);
    this.#queueMetrics = metrics.queue(options.name, this.queue);
    this.#backoff = new KeyedBackoff(options.retry ?? DEFAULT_RETRY);
    const ownWrites = new OwnWrites<T>((change) => this.#onChange(change));
    this.#writer = new ObjectWriter<T, Status>({
      ...options,
      ownWrites,
      mayWrite: options.mayWrite ?? (() => true),
      onUncertain: (key) => this.#uncertain.add(key),
    });
    this.#subscriptions = [
      store.subscribe(ownWrites.onChange),
      ...(options.dependencies ?? []).map((depend) => depend((keys, added) => this.#wake(keys, added))),
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
    const timer = this.#options.clock.after(drainMs, () => this.#abortRuns());
    await this.queue.drained;
    timer.cancel();
  }

  #abortRuns(): void {
    this.#isAborting = true;
    const reason = new DOMException(`Controller ${this.name} stops`, "AbortError");
    for (const stop of this.#stops) stop.abort(reason);
  }

  #wake(keys: Iterable<string>, options: AddOptions): void {
    for (const key of keys) this.enqueue(key, options);
  }

  #onChange(change: Change<T>): void {
    const { annotations = [], requestAnnotations = [], conditionTypes } = this.#options;
    if (!isRelevant(change, { annotations: [...annotations, ...requestAnnotations], conditionTypes })) return;
    this.enqueue(change.key, { priority: change.source === "list" ? "bulk" : "live", reason: change.source });
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
    const { clock, deadlineMs, log } = this.#options;
    const { key } = work;
    const startedAt = clock.monotonic();
    const id = randomUUID();
    const runLog = log.with({ controller: this.name, object: key, reconcileId: id });
    this.#metrics.started();
    this.#queueMetrics.taken(work.waitedMs / 1_000);
    const overdue = clock.after(deadlineMs + OVERDUE_MS, () => {
      runLog.error("Run ignores its deadline; its slot is given to others", { deadlineMs });
      this.queue.release(key);
    });
    const end = await this.#attempt(work, id, runLog).catch((error: unknown) => this.#judge(error, runLog));
    overdue.cancel();
    const seconds = (clock.monotonic() - startedAt) / 1_000;
    const level = end.kind === "failed" ? "warn" : "debug";
    runLog[level]("Run ended", { outcome: end, cause: work.reason, seconds });
    this.#metrics.finished(this.#settle(work, end), seconds);
    this.#queueMetrics.worked(seconds);
    this.queue.done(key);
  }

  async #attempt(work: Work, id: string, log: Logger): Promise<End> {
    const stop = new AbortController();
    this.#stops.add(stop);
    try {
      return await this.#reconcile(work, { id, log, stop: stop.signal });
    } finally {
      this.#stops.delete(stop);
    }
  }

  async #reconcile(work: Work, { id, log, stop }: { id: string; log: Logger; stop: AbortSignal }): Promise<End> {
    const { clock, deadlineMs, store } = this.#options;
    using deadline = new Deadline(clock, deadlineMs, `Reconciling "${work.key}"`, stop);
    if (this.#uncertain.has(work.key)) await this.#refresh(work.key, { ...work, signal: deadline.signal });
    const object = store.get(work.key);
    if (object === undefined) return { kind: "gone" };
    if (this.#uncertain.has(work.key)) return { kind: "conflict" };
    const generationLog = log.with({ generation: object.metadata.generation });
    const run = this.#run(object, { id, log: generationLog, priority: work.priority }, deadline);
    const verdict = await this.#options.reconcile(object, run);
    if (deadline.isExceeded) this.#metrics.timedOut();
    return await this.#conclude(object, verdict, { signal: stop, priority: work.priority });
  }

  #run(object: T, base: Pick<Run<Status>, "id" | "log" | "priority">, deadline: Deadline): Run<Status> {
    const { signal } = deadline;
    const { priority } = base;
    return {
      ...base,
      signal,
      remainingMs: () => deadline.remainingMs,
      saveStatus: (status) => {
        const { observedGeneration, lastHandledReconcileAt } = object.status ?? {};
        return this.#writer.saveStatus(
          object,
          { ...status, observedGeneration, lastHandledReconcileAt },
          { signal, priority },
        );
      },
      addFinalizer: (annotations) => this.#writer.addFinalizer(object, annotations, { signal, priority }),
    };
  }

  /** What a finished run leaves behind: status, events, finalizer. Not bound by the run's deadline, only by the stop. */
  async #conclude(object: T, verdict: Verdict<Status>, call: ApiCall): Promise<End> {
    const { events, requestAnnotations = [] } = this.#options;
    const isGone = verdict.release === true && (await this.#writer.removeFinalizer(object, call));
    if (verdict.status !== undefined && !isGone) {
      const stamps = {
        observedGeneration: object.metadata.generation,
        lastHandledReconcileAt: requestedToken(object.metadata, requestAnnotations),
      };
      await this.#writer.saveStatus(object, { ...verdict.status, ...stamps }, call);
    }
    for (const event of verdict.events ?? []) events.record(object, event);
    return verdict.outcome;
  }

  /** Reads the object live. A key stays uncertain when the store does not hold what is there: the watch will tell. */
  async #refresh(key: string, call: ApiCall): Promise<void> {
    const { resources, store } = this.#options;
    const live = await resources.get(parseKey(key), call);
    if (live?.metadata.uid === store.get(key)?.metadata.uid) {
      if (live !== undefined) store.accept(live, "watch");
      this.#uncertain.delete(key);
    }
  }

  /** What a thrown error means. */
  #judge(error: unknown, log: Logger): End {
    if (this.#isAborting || error instanceof NotLeading) return { kind: "abandoned" };
    if (error instanceof DeadlineExceeded) {
      this.#metrics.timedOut();
      return failed("DeadlineExceeded", error.message);
    }
    if (error instanceof KubernetesError) {
      if (error.code === 404 || error.code === 409) return { kind: "conflict" };
      return failed(error.reason, error.message, error.retryAfterMs);
    }
    this.#metrics.panicked();
    log.error("Run threw; this is a bug", { error });
    return failed("Panic", error instanceof Error ? error.message : String(error));
  }

  /** The one place where an outcome becomes what happens next. */
  #settle({ key, priority }: Work, end: End): RunResult {
    if (end.kind !== "conflict") this.#conflicts.forget(key);
    switch (end.kind) {
      case "failed":
        this.#queueMetrics.retried();
        this.queue.add(key, {
          priority,
          afterMs: Math.max(this.#backoff.next(key), end.retryAfterMs ?? 0),
          reason: "retry",
        });
        this.#recheck(key, end.recheckAt);
        return "error";
      case "conflict":
        this.#metrics.conflicted();
        this.queue.add(key, { priority, afterMs: this.#conflicts.next(key), reason: "conflict" });
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
        return this.#recheck(key, end.recheckAt);
      case "settled":
      case "waiting":
        this.#backoff.forget(key);
        return this.#recheck(key, end.recheckAt);
    }
  }

  #tellGone(key: string): void {
    try {
      this.#options.onGone?.(key);
    } catch (error) {
      this.#metrics.panicked();
      this.#options.log.error("Forgetting a key threw; this is a bug", { controller: this.name, object: key, error });
    }
  }

  #recheck(key: string, recheckAt: number | undefined): RunResult {
    if (recheckAt === undefined) return "success";
    this.queue.add(key, { afterMs: recheckAt - this.#options.clock.now(), reason: "recheck" });
    return "requeue_after";
  }
}
