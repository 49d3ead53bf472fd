// The operator that the suite "runtime" measures: the whole runtime with nothing to do but write one status for
// each object. Runs as a process of its own, told and asked over IPC.

import { subscribe } from "node:diagnostics_channel";

import { KubernetesClient } from "../src/kubernetes/client/kubernetes-client.ts";
import { systemClock as clock } from "../src/runtime/clock.ts";
import { buildConditions } from "../src/runtime/conditions.ts";
import { createController } from "../src/runtime/controller.ts";
import { settled } from "../src/runtime/outcome.ts";
import { Reflector } from "../src/runtime/reflector.ts";
import { ObjectStore } from "../src/runtime/store.ts";
import { createLogger } from "../src/telemetry/logger.ts";
import { createMetrics } from "../src/telemetry/prometheus-metrics.ts";
import { readyNotes } from "../test/fakes/ready-notes.ts";
import { WIDGET, WIDGET_CONDITIONS, type Widget, type WidgetStatus } from "../test/fakes/widget.ts";

/** What the operator has cost so far. */
export interface CostReport {
  readonly writes: number;
  /** Lists and reads of single objects; watches are none. */
  readonly reads: number;
  readonly connections: number;
  readonly runs: number;
  readonly cpuSeconds: number;
  readonly rssMb: number;
  readonly peakRssMb: number;
}

const MB = 1024 ** 2;
const [kubeconfig = "", namespace = ""] = process.argv.slice(2);

let connections = 0;
let runs = 0;
subscribe("undici:client:connected", () => (connections += 1));

const log = createLogger({ level: "warn", format: "text" });
const metrics = createMetrics({ withProcessMetrics: false });
const source = { kind: "files", paths: [kubeconfig] } as const;
const client = new KubernetesClient({ source, userAgent: "null-operator", fieldManager: "null", clock, log, metrics });
const widgets = client.resources<Widget>(WIDGET);
const store = new ObjectStore<Widget>({ onListenerError: (error) => log.error("Listener threw", { error }) });
const reflector = new Reflector({
  name: "widgets",
  source: widgets,
  selection: { namespace },
  feed: store.feed(),
  clock,
  log,
  metrics: metrics.reflector("widgets"),
});
const controller = createController<Widget, WidgetStatus>({
  name: "null",
  resources: widgets,
  store,
  reconcile: (widget) => {
    runs += 1;
    const ready = { status: "True", reason: "Sized", message: "Nothing was to be done" } as const;
    const moment = { generation: widget.metadata.generation ?? 0, now: clock.now() };
    const conditions = buildConditions(widget.status?.conditions, readyNotes(ready, settled()), moment);
    return Promise.resolve({ outcome: settled(), status: { size: widget.spec.size, conditions } });
  },
  conditionTypes: WIDGET_CONDITIONS,
  maxInFlight: 1_000,
  deadlineMs: 60_000,
  clock,
  log,
  metrics,
  events: { record: () => {} },
});

async function figure(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const { values = [] } = (await metrics.registry.getSingleMetric(name)?.get()) ?? {};
  const isMeant = (own: object): boolean =>
    Object.entries(labels).every(([key, value]) => Reflect.get(own, key) === value);
  return values.filter((value) => isMeant(value.labels)).reduce((sum, { value }) => sum + value, 0);
}

async function report(): Promise<CostReport> {
  const requests = "rest_client_requests_total";
  const gets = await figure(requests, { method: "GET" });
  const { user, system } = process.cpuUsage();
  return {
    writes: (await figure(requests)) - gets,
    reads: gets - (await figure("reflector_watches_total")),
    connections,
    runs,
    cpuSeconds: (user + system) / 1e6,
    rssMb: process.memoryUsage.rss() / MB,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
  };
}

process.on("message", () => void report().then((costs) => process.send?.({ kind: "report", costs })));
process.send?.({ kind: "loaded", costs: await report() });
void reflector.run(new AbortController().signal);
while (!store.hasSynced) await new Promise((resolve) => setTimeout(resolve, 1));
controller.start();
process.send?.({ kind: "synced", costs: await report() });
