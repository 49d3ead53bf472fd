// An operator for Widgets as a process of its own: lease, manager, signals and crash policy as in a real one. Tests
// start it, and make it stumble by a line on its standard input.

import { createInterface } from "node:readline";

import { KubernetesClient } from "../../src/kubernetes/client/kubernetes-client.ts";
import { microTime } from "../../src/kubernetes/client/micro-time.ts";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { createController } from "../../src/runtime/controller.ts";
import { guardAgainstCrashes } from "../../src/runtime/crash-policy.ts";
import { LeaderElection } from "../../src/runtime/leader-election.ts";
import { Manager } from "../../src/runtime/manager.ts";
import { Reflector } from "../../src/runtime/reflector.ts";
import { ObjectStore } from "../../src/runtime/store.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { createMetrics } from "../../src/telemetry/prometheus-metrics.ts";
import { widgetVerdict } from "./widget-operator.ts";
import { WIDGET, WIDGET_CONDITIONS, type Widget, type WidgetStatus } from "./widget.ts";

const [kubeconfig = "", namespace = "", identity = "", lease = ""] = process.argv.slice(2);
/** A fifth of what ships, so that tests need not wait long. */
const SHORT_LEASE = { leaseDurationMs: 3_000, renewDeadlineMs: 2_000, retryPeriodMs: 400 };

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const log = createLogger({ level: "warn", format: "text" });
guardAgainstCrashes(process, log, () => process.exit(1));

const metrics = createMetrics();
const source = { kind: "files", paths: [kubeconfig] } as const;
const client = new KubernetesClient({ source, userAgent: identity, fieldManager: "widgets", clock, log, metrics });
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
const leadership = new LeaderElection({
  leases: client.leases({ namespace, name: "widgets" }),
  name: "widgets",
  identity,
  clock,
  formatTime: microTime,
  log,
  metrics: metrics.election("widgets"),
  onLost: () => {
    say("lost");
    process.exit(1);
  },
  timing: lease === "default-lease" ? {} : SHORT_LEASE,
});
const events = client.events("test.eventbus.dev/widgets", identity);
const controller = createController<Widget, WidgetStatus>({
  name: "widget",
  resources: widgets,
  store,
  // The status tells who wrote it first; whoever succeeds has nothing to write.
  reconcile: (widget) => {
    const isDone = widget.status?.observedGeneration === widget.metadata.generation;
    const message = isDone ? widget.status?.conditions?.[0]?.message : undefined;
    return Promise.resolve(widgetVerdict(widget, undefined, message ?? `Sized by ${identity}`));
  },
  conditionTypes: WIDGET_CONDITIONS,
  maxInFlight: 10,
  deadlineMs: 5_000,
  clock,
  log,
  metrics,
  events,
  leadership,
});
const manager = new Manager({
  servers: [],
  caches: [reflector],
  leadership,
  leaderRunnables: [{ name: "widget", start: () => controller.start(), stop: () => controller.stop(2_000) }],
  lastWords: [events],
  clock,
  log,
});

const commands: Readonly<Record<string, (argument: string) => void>> = {
  block: (ms) => {
    const end = performance.now() + Number(ms);
    while (performance.now() < end);
    say("unblocked");
  },
  reject: () => void Promise.reject(new Error("Nobody catches this")),
  throw: () => {
    throw new Error("Nobody catches this either");
  },
};
const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  const [command = "", argument = ""] = line.split(" ");
  commands[command]?.(argument);
});

process.once("SIGTERM", () => {
  // From here on nothing ends the process but the end of its work: a leaked timer or socket would keep it.
  input.close();
  process.stdin.destroy();
  void manager
    .stop()
    .then(() => client.close())
    .then(() => say("stopped"));
});
say("started");
await manager.start();
if (leadership.isLeaderNow()) say("leading");
