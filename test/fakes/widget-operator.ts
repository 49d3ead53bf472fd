// A whole operator for Widgets, made of the real runtime and the real client: what a test of the runtime starts.

import { KubernetesClient } from "../../src/kubernetes/client/kubernetes-client.ts";
import type { EventRecorder } from "../../src/kubernetes/events.ts";
import type { Change } from "../../src/runtime/change.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { buildConditions } from "../../src/runtime/conditions.ts";
import { createController, type Controller, type ControllerOptions } from "../../src/runtime/controller.ts";
import { settled, type Outcome } from "../../src/runtime/outcome.ts";
import type { Reconcile, Verdict } from "../../src/runtime/reconcile.ts";
import { Reflector, type ReflectorTiming } from "../../src/runtime/reflector.ts";
import { ObjectStore } from "../../src/runtime/store.ts";
import type { Logger } from "../../src/telemetry/logger.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { createMetrics } from "../../src/telemetry/prometheus-metrics.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { readyNotes } from "./ready-notes.ts";
import { silentLogger } from "./silent-logger.ts";
import { WIDGET, WIDGET_CONDITIONS, WIDGET_FINALIZER, type Widget, type WidgetStatus } from "./widget.ts";

export interface WidgetOperatorOptions {
  readonly kubeconfig: string;
  readonly namespace?: string | undefined;
  /** Default: settles at once, with `status.size` = `spec.size`. */
  readonly reconcile?: Reconcile<Widget, WidgetStatus> | undefined;
  readonly timing?: Partial<ReflectorTiming> | undefined;
  readonly deadlineMs?: number | undefined;
  readonly watchGraceMs?: number | undefined;
  readonly credentialsMaxAgeMs?: number | undefined;
  readonly requestDeadlineMs?: number | undefined;
  readonly controller?: Partial<ControllerOptions<Widget, WidgetStatus>> | undefined;
  readonly log?: Logger | undefined;
}

/** What a reconcile of a Widget that has nothing to do returns. */
export function widgetVerdict(widget: Widget, outcome: Outcome = settled(), message = "Sized"): Verdict<WidgetStatus> {
  const ready = { status: outcome.kind === "settled" ? "True" : "False", reason: "Sized", message } as const;
  return {
    outcome,
    status: {
      size: widget.spec.size,
      conditions: buildConditions(widget.status?.conditions, readyNotes(ready, outcome), {
        generation: widget.metadata.generation ?? 0,
        now: systemClock.now(),
      }),
    },
  };
}

export class WidgetOperator implements AsyncDisposable {
  readonly metrics: Metrics = createMetrics({ withProcessMetrics: false });
  readonly client: KubernetesClient;
  readonly store: ObjectStore<Widget>;
  readonly reflector: Reflector<Widget>;
  readonly controller: Controller;
  readonly events: EventRecorder & { start(): void; stop(): Promise<void> };
  /** Every change that the store told, in order. */
  readonly changes: Change<Widget>[] = [];
  /** Keys in the order of their runs. */
  readonly runs: string[] = [];
  /** What listeners threw. */
  readonly failures: unknown[] = [];
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: WidgetOperatorOptions) {
    const { kubeconfig, namespace, log = silentLogger, timing, deadlineMs = 30_000 } = options;
    const { metrics } = this;
    const clock = systemClock;
    this.client = new KubernetesClient({
      source: { kind: "files", paths: [kubeconfig] },
      userAgent: "widget-operator/test",
      fieldManager: "widget-operator",
      clock,
      log,
      metrics,
      deadlineMs: options.requestDeadlineMs,
      watchGraceMs: options.watchGraceMs,
      credentialsMaxAgeMs: options.credentialsMaxAgeMs,
    });
    const resources = this.client.resources<Widget>(WIDGET);
    this.store = new ObjectStore<Widget>({
      onKeep: deepFreeze,
      indexes: { needs: ({ spec }) => (spec.needs === undefined ? [] : [spec.needs]) },
      onListenerError: (error) => this.failures.push(error),
    });
    this.store.subscribe((change) => this.changes.push(change));
    this.reflector = new Reflector({
      name: "widgets",
      source: resources,
      selection: { namespace },
      feed: this.store.feed(),
      clock,
      log,
      metrics: metrics.reflector("widgets"),
      timing,
    });
    this.events = this.client.events("test.eventbus.dev/widget-operator", "test");
    const reconcile = options.reconcile ?? ((widget: Widget) => Promise.resolve(widgetVerdict(widget)));
    this.controller = createController<Widget, WidgetStatus>({
      name: "widget",
      resources,
      store: this.store,
      reconcile: (widget, run) => {
        this.runs.push(`${widget.metadata.namespace}/${widget.metadata.name}`);
        return reconcile(widget, run);
      },
      conditionTypes: WIDGET_CONDITIONS,
      finalizer: WIDGET_FINALIZER,
      maxInFlight: 100,
      deadlineMs,
      clock,
      log,
      metrics,
      events: this.events,
      ...options.controller,
    });
  }

  /** Resolves when the store has synced and the controller runs. */
  async start(): Promise<void> {
    await this.observe();
    this.controller.start();
  }

  /** Only watches: nothing is written. Resolves when the store has synced. */
  async observe(): Promise<void> {
    this.#running = this.reflector.run(this.#stop.signal);
    while (!this.store.hasSynced) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async stop(): Promise<void> {
    await this.controller.stop();
    await this.events.stop();
    this.#stop.abort();
    await this.#running;
    await this.client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** A figure of the metrics; 0 when there is no such series. */
  readonly metric = async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> => {
    const { values } = (await this.metrics.registry.getSingleMetric(name)?.get()) ?? { values: [] };
    const matching = values.filter((value) =>
      Object.entries(labels).every(
        ([label, wanted]) => String((value.labels as Record<string, unknown>)[label]) === wanted,
      ),
    );
    return matching.reduce((sum, { value }) => sum + value, 0);
  };
}
