// Runner: carries out one run, from what the store holds of the object to what the run leaves behind on it. It decides
// neither when runs happen nor what follows from their end.

import type { CommonStatus, CustomResource } from "../api/custom-resource.ts";
import type { EventRecorder } from "../kubernetes/events.ts";
import type { ApiCall, Resources } from "../kubernetes/resources.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Clock } from "./clock.ts";
import { keyOf, parseKey } from "./object-key.ts";
import { ObjectWriter } from "./object-writer.ts";
import type { OwnWrites } from "./own-writes.ts";
import { Patience } from "./patience.ts";
import type { Priority } from "./priority.ts";
import type { Reconcile, Run, Verdict } from "./reconcile.ts";
import { requestedToken } from "./requested-run.ts";
import { endOf, type RunEnd } from "./run-end.ts";
import { RunScope } from "./run-scope.ts";
import { RunsInFlight } from "./runs-in-flight.ts";
import type { Store } from "./store.ts";
import { Superseded } from "./superseded.ts";

interface RunnerOptions<T extends CustomResource<unknown, Status>, Status extends CommonStatus> {
  readonly resources: Resources<T>;
  readonly store: Store<T>;
  readonly reconcile: Reconcile<T, Status>;
  readonly conditionTypes: readonly string[];
  readonly requestAnnotations?: readonly string[] | undefined;
  readonly finalizer?: string | undefined;
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly ownWrites: OwnWrites<T>;
  readonly mayWrite: () => boolean;
  /** A run used up its time. */
  readonly onTimeUp: () => void;
}

/** One run, as it is ordered. */
interface Order {
  readonly key: string;
  readonly priority: Priority;
  readonly id: string;
  readonly log: Logger;
  /** The reconcile function has come back; what is left stands in line for the API server, and ends by itself. */
  readonly onAnswered: () => void;
}

/**
 * Guarantees
 * - A run sees at least our own last write: responses enter the store before the run ends, and after a write without a
 *   certain answer the object is read live first.
 * - A run whose object changes its generation, is being deleted, is gone, or has another UID is superseded: its signal
 *   aborts, and nothing that it says is told. Only what it has done by then is recorded.
 * - Edits call off only so many runs in a row (patience.ts): then a run reads to its end and is told for the generation
 *   that it has seen, however fast the object is edited. Effects end with the edit there too.
 *
 * Assumptions
 * - One run a key at a time.
 */
export class Runner<T extends CustomResource<unknown, Status>, Status extends CommonStatus> {
  readonly #options: RunnerOptions<T, Status>;
  readonly #writer: ObjectWriter<T, Status>;
  readonly #inFlight = new RunsInFlight();
  /** Keys whose object must be read live before the next run. */
  readonly #uncertain = new Set<string>();
  readonly #patience = new Patience();
  readonly #unsubscribe: () => void;

  constructor(options: RunnerOptions<T, Status>) {
    this.#options = options;
    this.#writer = new ObjectWriter<T, Status>({ ...options, onUncertain: (key) => this.#uncertain.add(key) });
    this.#unsubscribe = options.store.subscribe(this.#inFlight.onChange);
  }

  /** Never rejects. */
  async run(order: Order): Promise<RunEnd> {
    const { clock, deadlineMs } = this.#options;
    using scope = new RunScope(clock, deadlineMs, `Reconciling "${order.key}"`);
    this.#inFlight.add(scope);
    try {
      return await this.#reconcile(order, scope);
    } catch (error) {
      return endOf(error, scope);
    } finally {
      this.#inFlight.remove(order.key, scope);
      if (scope.work.reason instanceof Superseded) this.#patience.noteOutlived(order.key);
    }
  }

  abortAll(reason: Error): void {
    this.#inFlight.abortAll(reason);
  }

  /** When no run is left. */
  close(): void {
    this.#unsubscribe();
  }

  async #reconcile(order: Order, scope: RunScope): Promise<RunEnd> {
    const { key, priority } = order;
    if (this.#uncertain.has(key)) await this.#refresh(key, { signal: scope.writes, priority });
    const object = this.#options.store.get(key);
    if (object === undefined) {
      this.#patience.forget(key);
      return { kind: "gone" };
    }
    if (this.#uncertain.has(key)) return { kind: "conflict" };
    this.#inFlight.follow(key, scope, object, this.#patience.isNeeded(key));
    const verdict = await this.#ask(object, order, scope);
    const call = { signal: scope.stop, priority };
    if (!(scope.work.reason instanceof Superseded)) this.#patience.forget(key);
    const isCalledOff = scope.reading.reason instanceof Superseded;
    if (!isCalledOff || verdict.outcome.kind === "settled") return await this.#conclude(object, verdict, call);
    if (verdict.status !== undefined) await this.#record(object, verdict.status, call);
    return { kind: "superseded" };
  }

  async #ask(object: T, order: Order, scope: RunScope): Promise<Verdict<Status>> {
    try {
      return await this.#options.reconcile(object, this.#runOf(object, order, scope));
    } finally {
      order.onAnswered();
      if (scope.isTimeUp) this.#options.onTimeUp();
    }
  }

  #runOf(object: T, { id, log, priority }: Order, scope: RunScope): Run<Status> {
    const call = { signal: scope.writes, priority };
    // Whoever is called off while the write is under way must not go on to the effect that it precedes.
    const storing = async (write: () => Promise<void>): Promise<void> => {
      scope.work.throwIfAborted();
      await write();
      scope.work.throwIfAborted();
    };
    return {
      id,
      priority,
      log: log.with({ generation: object.metadata.generation }),
      signal: scope.work,
      reading: scope.reading,
      remainingMs: () => scope.remainingMs,
      saveStatus: (status) => storing(() => this.#writer.saveStatus(object, unfinished(status, object), call)),
      mark: (mark) => storing(() => this.#writer.mark(object, mark, call)),
    };
  }

  /** What a finished run leaves behind: status, events, finalizer. Not bound by the run's deadline, only by the stop. */
  async #conclude(object: T, verdict: Verdict<Status>, call: ApiCall): Promise<RunEnd> {
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

  /** The facts of a superseded run: what it did is so, whatever the newer run finds; what it thought of it is not told. */
  async #record(object: T, facts: Status, call: ApiCall): Promise<void> {
    const held = this.#options.store.get(keyOf(object.metadata));
    if (held?.metadata.uid !== object.metadata.uid) return;
    const { conditions } = held.status ?? {};
    await this.#writer.saveStatus(object, { ...unfinished(facts, held), conditions }, call);
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
}

/** A status of a run that has not finished: nothing has been observed by it yet. */
function unfinished<Status extends CommonStatus>(status: Status, { status: before }: CustomResource<unknown>): Status {
  const { observedGeneration, lastHandledReconcileAt } = before ?? {};
  return { ...status, observedGeneration, lastHandledReconcileAt };
}
