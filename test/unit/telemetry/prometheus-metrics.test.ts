import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { Metrics } from "../../../src/telemetry/metrics.ts";
import { createMetrics } from "../../../src/telemetry/prometheus-metrics.ts";

describe("createMetrics()", () => {
  let metrics: Metrics;

  beforeEach(() => {
    metrics = createMetrics({ withProcessMetrics: false });
  });
  const series = async (): Promise<string[]> =>
    (await metrics.registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));

  it("shows every series of an owner, at zero, as soon as it is there", async () => {
    metrics.controller("widget", 10);
    metrics.queue("widget", { depth: () => 0, delayed: 0, runningForMs: () => [] });
    metrics.reflector("widgets");
    metrics.election("operator");
    metrics.events();
    const shown = (await series()).filter((line) => !line.includes("max_concurrent"));
    for (const line of shown) expect(line).to.match(/ 0$/);
    const names = new Set(shown.map((line) => line.replace(/[{ ].*/, "")));
    expect([...names]).to.include.members([
      "controller_runtime_reconcile_total",
      "controller_runtime_reconcile_errors_total",
      "controller_runtime_terminal_reconcile_errors_total",
      "controller_runtime_reconcile_panics_total",
      "controller_runtime_reconcile_timeouts_total",
      "controller_runtime_reconcile_time_seconds_bucket",
      "controller_runtime_active_workers",
      "workqueue_depth",
      "workqueue_adds_total",
      "workqueue_queue_duration_seconds_bucket",
      "workqueue_work_duration_seconds_bucket",
      "workqueue_unfinished_work_seconds",
      "workqueue_longest_running_processor_seconds",
      "workqueue_retries_total",
      "leader_election_master_status",
      "leader_election_slowpath_total",
      "reflector_missed_events_total",
    ]);
    expect(await series()).to.include('controller_runtime_max_concurrent_reconciles{controller="widget"} 10');
    expect(shown).to.include('controller_runtime_reconcile_total{controller="widget",result="requeue_after"} 0');
  });

  it("reads queues when it is asked", async () => {
    metrics.queue("widget", {
      depth: (priority) => (priority === "live" ? 3 : 5),
      delayed: 2,
      runningForMs: () => [500, 1_500],
    });
    expect(await series()).to.include.members([
      'workqueue_depth{name="widget",controller="widget",priority="0"} 3',
      'workqueue_depth{name="widget",controller="widget",priority="-100"} 5',
      'workqueue_delayed{name="widget",controller="widget"} 2',
      'workqueue_unfinished_work_seconds{name="widget",controller="widget"} 2',
      'workqueue_longest_running_processor_seconds{name="widget",controller="widget"} 1.5',
    ]);
  });

  it("counts runs by their end", async () => {
    const controller = metrics.controller("widget", 10);
    for (const result of ["success", "error", "error"] as const) {
      controller.started();
      controller.finished(result, 0.2);
    }
    controller.started();
    expect(await series()).to.include.members([
      'controller_runtime_reconcile_total{controller="widget",result="error"} 2',
      'controller_runtime_reconcile_errors_total{controller="widget"} 2',
      'controller_runtime_active_workers{controller="widget"} 1',
      'controller_runtime_reconcile_time_seconds_count{controller="widget"} 3',
    ]);
  });

  it("leaves the time of watches out, which last as long as they should", async () => {
    const requests = metrics.requests("api:6443");
    requests.finished("GET", "200");
    requests.finished("PATCH", "409", 0.1);
    expect(await series()).to.include.members([
      'rest_client_requests_total{code="200",method="GET",host="api:6443"} 1',
      'rest_client_request_duration_seconds_count{verb="PATCH",host="api:6443"} 1',
    ]);
    expect((await series()).some((line) => line.includes('verb="GET"'))).to.equal(false);
  });

  it("is made anew for each caller: nothing is shared", async () => {
    metrics.controller("widget", 10);
    expect(await createMetrics({ withProcessMetrics: false }).registry.metrics()).not.to.include("widget");
  });
});
