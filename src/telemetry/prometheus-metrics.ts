// The metrics of metrics.ts on prom-client, under the names that dashboards for controller-runtime and client-go know.
// Every series exists, at zero, as soon as its owner does; labels come from closed sets or from names in our code.

import { collectDefaultMetrics, Registry, type Counter, type Gauge, type Histogram } from "prom-client";

import { MetricFactory } from "./metric-factory.ts";
import type { ControllerMetrics, Metrics, QueueMetrics, QueueReading, ReflectorMetrics, RunResult } from "./metrics.ts";

const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const QUEUE_BUCKETS = [1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 60, 600];
const LIST_REASONS = ["initial", "expired", "refused", "periodic"];
const RUN_RESULTS: readonly RunResult[] = ["success", "error", "requeue", "requeue_after"];
/** controller-runtime's numbers for our two priorities. */
const PRIORITY_LABELS = { live: "0", bulk: "-100" } as const;

export interface MetricsOptions {
  /** Also memory, CPU and event-loop delay of this process. Default true. */
  readonly withProcessMetrics?: boolean | undefined;
}

export function createMetrics({ withProcessMetrics = true }: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  if (withProcessMetrics) collectDefaultMetrics({ register: registry });
  const make = new MetricFactory(registry);
  const listenerFailures = make.counter("store_listener_failures_total", "Listeners of stores that threw: bugs.");
  return {
    registry,
    controller: controllerMetrics(make),
    queue: queueMetrics(make),
    reflector: reflectorMetrics(make),
    requests: requestMetrics(make),
    election: electionMetrics(make),
    events: eventMetrics(make),
    listenerFailed: () => listenerFailures.inc(),
  };
}

function controllerMetrics(make: MetricFactory): Metrics["controller"] {
  const counter = (suffix: string, help: string): Counter<"controller"> =>
    make.counter(`controller_runtime_${suffix}`, help, "controller");
  const total = make.counter("controller_runtime_reconcile_total", "Runs by result.", "controller", "result");
  const errors = counter("reconcile_errors_total", "Runs that failed and are retried.");
  const stalled = counter("terminal_reconcile_errors_total", "Runs whose failure only a change of input can lift.");
  const panics = counter("reconcile_panics_total", "Runs that threw: bugs.");
  const timeouts = counter("reconcile_timeouts_total", "Runs that did not end within their deadline.");
  const conflicts = counter("reconcile_conflicts_total", "Writes that lost a race and were repeated on fresh data.");
  const superseded = counter("reconcile_superseded_total", "Runs called off because their object had changed.");
  const seconds = make.histogram(
    DURATION_BUCKETS,
    "controller_runtime_reconcile_time_seconds",
    "Duration of runs.",
    "controller",
  );
  const limit = make.gauge("controller_runtime_max_concurrent_reconciles", "Runs allowed at once.", "controller");
  const active = make.gauge("controller_runtime_active_workers", "Runs under way.", "controller");
  return (controller, maxInFlight): ControllerMetrics => {
    const labels = { controller };
    for (const result of RUN_RESULTS) total.inc({ controller, result }, 0);
    for (const metric of [errors, stalled, panics, timeouts, conflicts, superseded, active]) metric.inc(labels, 0);
    seconds.zero(labels);
    limit.set(labels, maxInFlight);
    return {
      started: () => active.inc(labels),
      finished: (result, duration) => {
        active.dec(labels);
        total.inc({ controller, result });
        if (result === "error") errors.inc(labels);
        seconds.observe(labels, duration);
      },
      stalled: () => stalled.inc(labels),
      panicked: () => panics.inc(labels),
      timedOut: () => timeouts.inc(labels),
      conflicted: () => conflicts.inc(labels),
      superseded: () => superseded.inc(labels),
    };
  };
}

function queueMetrics(make: MetricFactory): Metrics["queue"] {
  const readings = new Map<string, QueueReading>();
  readQueues(make, readings);
  const added = make.counter("workqueue_adds_total", "Keys added.", "name", "controller");
  const retried = make.counter("workqueue_retries_total", "Keys added after a failure.", "name", "controller");
  const histogram = (name: string, help: string): Histogram<"name" | "controller"> =>
    make.histogram(QUEUE_BUCKETS, name, help, "name", "controller");
  const waited = histogram("workqueue_queue_duration_seconds", "How long keys stood ready.");
  const worked = histogram("workqueue_work_duration_seconds", "How long keys were in work.");
  return (name, reading): QueueMetrics => {
    const labels = { name, controller: name };
    readings.set(name, reading);
    for (const metric of [added, retried]) metric.inc(labels, 0);
    for (const metric of [waited, worked]) metric.zero(labels);
    return {
      added: () => added.inc(labels),
      retried: () => retried.inc(labels),
      taken: (seconds) => waited.observe(labels, seconds),
      worked: (seconds) => worked.observe(labels, seconds),
    };
  };
}

/** Gauges that are read from the queues at each scrape. */
function readQueues(make: MetricFactory, readings: ReadonlyMap<string, QueueReading>): void {
  const readDepth = (gauge: Gauge<"name" | "controller" | "priority">): void => {
    for (const [name, reading] of readings) {
      for (const priority of ["live", "bulk"] as const) {
        gauge.set({ name, controller: name, priority: PRIORITY_LABELS[priority] }, reading.depth(priority));
      }
    }
  };
  make.gaugeReadBy(readDepth, "workqueue_depth", "Keys ready to be worked on.", "name", "controller", "priority");
  const gauge = (name: string, help: string, valueOf: (reading: QueueReading) => number): void => {
    const read = (target: Gauge<"name" | "controller">): void => {
      for (const [queue, reading] of readings) target.set({ name: queue, controller: queue }, valueOf(reading));
    };
    make.gaugeReadBy(read, `workqueue_${name}`, help, "name", "controller");
  };
  gauge("delayed", "Keys that wait for their time.", (reading) => reading.delayed);
  gauge(
    "unfinished_work_seconds",
    "Age of all keys in work, summed.",
    (reading) => reading.runningForMs().reduce((sum, age) => sum + age, 0) / 1_000,
  );
  gauge("longest_running_processor_seconds", "Age of the oldest key in work.", (reading) =>
    reading.runningForMs().reduce((oldest, age) => Math.max(oldest, age / 1_000), 0),
  );
}

function reflectorMetrics(make: MetricFactory): Metrics["reflector"] {
  const lists = make.counter("reflector_lists_total", "Lists by what made them necessary.", "name", "reason");
  const watches = make.counter("reflector_watches_total", "Watches opened.", "name");
  const brief = make.counter("reflector_short_watches_total", "Watches that ended at once.", "name");
  const items = make.gauge("reflector_items_per_list", "Objects of the last list.", "name");
  const missed = make.counter(
    "reflector_missed_events_total",
    "Changes that a list brought and no watch had told; stays 0 while nothing is lost.",
    "name",
  );
  return (name): ReflectorMetrics => {
    for (const reason of LIST_REASONS) lists.inc({ name, reason }, 0);
    for (const metric of [watches, brief, missed]) metric.inc({ name }, 0);
    return {
      watched: () => watches.inc({ name }),
      watchedBriefly: () => brief.inc({ name }),
      listed: (reason, count, missedCount) => {
        lists.inc({ name, reason });
        items.set({ name }, count);
        missed.inc({ name }, missedCount);
      },
    };
  };
}

function requestMetrics(make: MetricFactory): Metrics["requests"] {
  const total = make.counter("rest_client_requests_total", "Requests by answer.", "code", "method", "host");
  const histogram = (name: string, help: string): Histogram<"verb" | "host"> =>
    make.histogram(DURATION_BUCKETS, `rest_client_${name}`, help, "verb", "host");
  const seconds = histogram("request_duration_seconds", "Duration of requests, watches excluded.");
  const queued = histogram("rate_limiter_duration_seconds", "Time in line for a request slot.");
  return (host) => ({
    finished: (method, code, duration) => {
      total.inc({ code, method, host });
      if (duration !== undefined) seconds.observe({ verb: method, host }, duration);
    },
    queued: (method, duration) => queued.observe({ verb: method, host }, duration),
  });
}

function electionMetrics(make: MetricFactory): Metrics["election"] {
  const status = make.gauge("leader_election_master_status", "1 while this process leads.", "name");
  const slow = make.counter(
    "leader_election_slowpath_total",
    "Times the lease was read before it was written.",
    "name",
  );
  return (name) => {
    status.set({ name }, 0);
    slow.inc({ name }, 0);
    return {
      changed: (isLeading) => status.set({ name }, isLeading ? 1 : 0),
      slowPathTaken: () => slow.inc({ name }),
    };
  };
}

function eventMetrics(make: MetricFactory): Metrics["events"] {
  const sent = make.counter("events_sent_total", "Events written to the API server.");
  const dropped = make.counter("events_dropped_total", "Events given up: the queue was full, or they were refused.");
  return () => ({ sent: () => sent.inc(), dropped: () => dropped.inc() });
}
