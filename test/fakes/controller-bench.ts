// ControllerBench: one controller for Widgets on an API in memory and a clock in hand, with the real store and reflector
// between them.

import type { KubernetesObject } from "../../src/api/custom-resource.ts";
import type { EventNote } from "../../src/kubernetes/events.ts";
import { createController, type Controller, type ControllerOptions } from "../../src/runtime/controller.ts";
import { settled } from "../../src/runtime/outcome.ts";
import type { Run, Verdict } from "../../src/runtime/reconcile.ts";
import { Reflector } from "../../src/runtime/reflector.ts";
import { ObjectStore } from "../../src/runtime/store.ts";
import { createMetrics } from "../../src/telemetry/prometheus-metrics.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { FakeClock, settle } from "./fake-clock.ts";
import { InMemoryKubernetes } from "./in-memory-kubernetes.ts";
import { RecordingLogger } from "./recording-logger.ts";
import { WIDGET, WIDGET_CONDITIONS, WIDGET_FINALIZER, type Widget, type WidgetStatus } from "./widget.ts";

type Reconcile = (widget: Widget, run: Run<WidgetStatus>) => Verdict<WidgetStatus> | Promise<Verdict<WidgetStatus>>;

export class ControllerBench {
  readonly clock = new FakeClock();
  readonly kubernetes = new InMemoryKubernetes<Widget>(WIDGET, this.clock);
  readonly log = new RecordingLogger();
  readonly metrics = createMetrics({ withProcessMetrics: false });
  readonly store: ObjectStore<Widget>;
  readonly controller: Controller;
  /** Names in the order of their runs. */
  readonly runs: string[] = [];
  readonly events: { readonly regarding: KubernetesObject; readonly event: EventNote }[] = [];
  reconcile: Reconcile = () => ({ outcome: settled() });
  readonly #reflector: Reflector<Widget>;
  readonly #stop = new AbortController();

  constructor(options: Partial<ControllerOptions<Widget, WidgetStatus>> = {}) {
    const { clock, log, metrics } = this;
    this.store = new ObjectStore<Widget>({
      onKeep: deepFreeze,
      onListenerError: (error) => {
        throw error;
      },
    });
    this.#reflector = new Reflector({
      name: "widgets",
      source: this.kubernetes,
      feed: this.store.feed(),
      clock,
      log,
      metrics: metrics.reflector("widgets"),
      random: () => 0,
    });
    this.controller = createController<Widget, WidgetStatus>({
      name: "widget",
      resources: this.kubernetes,
      store: this.store,
      reconcile: async (widget, run) => {
        this.runs.push(widget.metadata.name);
        return await this.reconcile(widget, run);
      },
      conditionTypes: WIDGET_CONDITIONS,
      annotations: ["test.eventbus.dev/read"],
      requestAnnotations: ["test.eventbus.dev/requestedAt"],
      finalizer: WIDGET_FINALIZER,
      maxInFlight: 10,
      deadlineMs: 10_000,
      retry: { baseMs: 1_000, maxMs: 60_000 },
      clock,
      log,
      metrics,
      events: { record: (regarding, event) => void this.events.push({ regarding, event }) },
      ...options,
    });
  }

  /** Lists and watches, and lets what follows from it happen. */
  async start(): Promise<void> {
    void this.#reflector.run(this.#stop.signal);
    await settle();
    this.controller.start();
    await settle();
  }

  /** Requests that change something. */
  get writes(): string[] {
    return this.kubernetes.requests.filter((request) => !/^(list|watch|get)/.test(request));
  }

  get reads(): string[] {
    return this.kubernetes.requests.filter((request) => request.startsWith("get"));
  }

  key(name: string): { namespace: string; name: string } {
    return { namespace: "default", name };
  }

  widget(name: string): Widget {
    const held = this.store.get(`default/${name}`);
    if (held === undefined) throw new Error(`The store holds no widget "${name}"`);
    return held;
  }

  async metric(name: string): Promise<number> {
    const { values } = (await this.metrics.registry.getSingleMetric(name)?.get()) ?? { values: [] };
    return values.reduce((sum, { value }) => sum + value, 0);
  }

  async stop(): Promise<void> {
    const stopping = this.controller.stop();
    await this.clock.advance(0);
    await stopping;
    this.#stop.abort();
    await settle();
  }
}

/** The verdict of a run that is content: Ready, and the size of the spec in the status. */
export function sized(widget: Widget, message = "fine"): Verdict<WidgetStatus> {
  const condition = {
    type: "Ready",
    status: "True",
    observedGeneration: widget.metadata.generation,
    lastTransitionTime: "2026-01-01T00:00:00Z",
    reason: "Sized",
    message,
  } as const;
  return { outcome: settled(), status: { size: widget.spec.size, conditions: [condition] } };
}
