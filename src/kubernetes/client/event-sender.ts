// EventSender: the EventRecorder port over HTTP, events.k8s.io/v1. Events are told when there is time, or not at all:
// nothing ever waits for them.

import { randomBytes } from "node:crypto";

import type { KubernetesObject } from "../../api/custom-resource.ts";
import { backoffMs } from "../../runtime/backoff.ts";
import { sleep, type Clock, type Timer } from "../../runtime/clock.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { EventMetrics } from "../../telemetry/metrics.ts";
import { redactText } from "../../telemetry/redact.ts";
import type { EventNote, EventRecorder } from "../events.ts";
import { KubernetesError, type ResourceType } from "../resources.ts";
import { EventBudget } from "./event-budget.ts";
import { EventSeries } from "./event-series.ts";
import { microTime } from "./micro-time.ts";
import { collectionPath, objectPath } from "./resource-path.ts";
import type { Transport } from "./transport.ts";

export interface EventSenderOptions {
  readonly transport: Pick<Transport, "request">;
  /** Qualified name of the operator. */
  readonly reportingController: string;
  /** This process; cut at 128 characters. */
  readonly reportingInstance: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: EventMetrics;
}

const EVENT: ResourceType = {
  group: "events.k8s.io",
  version: "v1",
  plural: "events",
  kind: "Event",
  isNamespaced: true,
};
const MOST_WAITING = 1_000;
const MOST_ATTEMPTS = 4;
const FLUSH_INTERVAL_MS = 60_000;
const STOP_TIMEOUT_MS = 2_000;
const LONGEST_NOTE = 1_024;

/** Of an object no more than what an Event names: series are remembered for long after their objects have changed. */
interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

interface Occurrence {
  readonly regarding: ObjectReference;
  readonly event: EventNote;
  readonly at: number;
}

type Letter = { readonly name: string; readonly occurrence: Occurrence } & (
  | { readonly kind: "create" }
  | { readonly kind: "update"; readonly count: number; readonly lastAt: number }
);

/**
 * Guarantees
 * - `record` returns at once. What does not fit (queue, budget of an object) or is refused is dropped and counted.
 * - Repeats become a series: the second occurrence updates the first Event, later ones are told every 30 minutes and at
 *   the end. Another sentence is another event.
 */
export class EventSender implements EventRecorder {
  readonly name = "events";
  readonly #options: EventSenderOptions;
  readonly #budget = new EventBudget();
  readonly #series = new EventSeries<Occurrence>();
  readonly #letters: Letter[] = [];
  readonly #stop = new AbortController();
  #sending: Promise<void> | undefined;
  #timer: Timer | undefined;

  constructor(options: EventSenderOptions) {
    this.#options = options;
  }

  record(regarding: KubernetesObject, event: EventNote): void {
    const { clock, metrics } = this.#options;
    if (this.#stop.signal.aborted || !this.#budget.spend(regarding.metadata.uid, clock.monotonic())) {
      metrics.dropped();
      return;
    }
    const occurrence = { regarding: referenceTo(regarding), event, at: clock.now() };
    const key = JSON.stringify([regarding.metadata.uid, event.type, event.reason, event.action, event.note]);
    const name = `${regarding.metadata.name.slice(0, 230)}.${randomBytes(8).toString("hex")}`;
    const step = this.#series.occur(key, name, occurrence, clock.monotonic());
    if (step.kind === "create") this.#post({ kind: "create", name, occurrence });
    if (step.kind === "update") this.#post({ ...step, occurrence, lastAt: occurrence.at });
  }

  start(): void {
    this.#timer = this.#options.clock.after(FLUSH_INTERVAL_MS, () => {
      this.#flush();
      this.start();
    });
  }

  /** Sends what waits, for at most two seconds. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    const timer = this.#options.clock.after(STOP_TIMEOUT_MS, () => this.#stop.abort());
    await this.#sending;
    timer.cancel();
    this.#stop.abort();
  }

  #flush(): void {
    const { clock } = this.#options;
    const offset = clock.now() - clock.monotonic();
    for (const { name, count, lastAt, context } of this.#series.due(clock.monotonic())) {
      this.#post({ kind: "update", name, count, lastAt: lastAt + offset, occurrence: context });
    }
  }

  #post(letter: Letter): void {
    if (this.#letters.length >= MOST_WAITING) {
      this.#options.metrics.dropped();
      return;
    }
    this.#letters.push(letter);
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined));
  }

  async #sendAll(): Promise<void> {
    const { log, metrics } = this.#options;
    for (let letter = this.#letters.shift(); letter !== undefined; letter = this.#letters.shift()) {
      try {
        await this.#deliver(letter);
        metrics.sent();
      } catch (error) {
        metrics.dropped();
        log.debug("Event dropped", { event: letter.name, error });
      }
    }
  }

  async #deliver(letter: Letter): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#send(letter);
        return;
      } catch (error) {
        const failure = error instanceof KubernetesError ? error : undefined;
        // The name is ours alone: it stands there because an earlier attempt arrived.
        if (failure?.code === 409 && letter.kind === "create") return;
        const isPassing = failure !== undefined && (failure.code === 0 || failure.code >= 500);
        if (!isPassing || attempt >= MOST_ATTEMPTS) throw error;
        await sleep(this.#options.clock, backoffMs(attempt, { baseMs: 500, maxMs: 5_000 }), signal);
      }
    }
  }

  async #send(letter: Letter): Promise<void> {
    const { transport } = this.#options;
    const call = { signal: this.#stop.signal, priority: "bulk" } as const;
    // Events about cluster-scoped objects live in the namespace "default".
    const namespace = letter.occurrence.regarding.namespace ?? "default";
    if (letter.kind === "create") {
      const body = this.#body(letter, namespace);
      await transport.request({ method: "POST", path: collectionPath(EVENT, namespace), body }, call);
      return;
    }
    const body = { series: { count: letter.count, lastObservedTime: microTime(letter.lastAt) } };
    const path = objectPath(EVENT, { namespace, name: letter.name });
    await transport.request({ method: "PATCH", path, body, contentType: "application/merge-patch+json" }, call);
  }

  #body({ name, occurrence: { regarding, event, at } }: Letter, namespace: string): unknown {
    const { reportingController, reportingInstance } = this.#options;
    return {
      apiVersion: `${EVENT.group}/${EVENT.version}`,
      kind: EVENT.kind,
      metadata: { name, namespace },
      eventTime: microTime(at),
      reportingController,
      reportingInstance: reportingInstance.slice(0, 128),
      type: event.type,
      reason: event.reason,
      action: event.action,
      note: redactText(event.note).slice(0, LONGEST_NOTE),
      regarding,
    };
  }
}

function referenceTo({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, namespace, name, uid, resourceVersion };
}
