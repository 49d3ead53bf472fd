// The operator as a process of its own that kills itself, by SIGKILL, at a chosen side effect: EFFECT is a pattern of the
// effect's name, SIDE says before or after. Everything else is the real thing; it runs alone, so there is no election.

import { FIELD_MANAGER } from "../../src/api/group.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import { KubernetesClient } from "../../src/kubernetes/client/kubernetes-client.ts";
import { createOperator } from "../../src/operator.ts";
import { systemClock as clock } from "../../src/runtime/clock.ts";
import { noElection } from "../../src/runtime/leader-election.ts";
import { parseSettings } from "../../src/settings.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { createMetrics } from "../../src/telemetry/prometheus-metrics.ts";
import { CrashPoint, type Side } from "./crash-point.ts";
import { crashingAdmin, crashingResources } from "./crashing-ports.ts";

const { EFFECT = "", SIDE = "after", KUBECONFIG = "", ...environment } = process.env;
const parsed = parseSettings(environment);
if (parsed.kind === "invalid") throw new Error(parsed.problems.join("; "));
const point = new CrashPoint({
  at: 1,
  counts: new RegExp(EFFECT),
  side: SIDE as Side,
  onCrash: () => process.kill(process.pid, "SIGKILL"),
});
const log = createLogger({ level: "warn", format: "text" });
const metrics = createMetrics();
const client = new KubernetesClient({
  source: { kind: "files", paths: [KUBECONFIG] },
  userAgent: "killed-operator",
  fieldManager: FIELD_MANAGER,
  clock,
  log,
  metrics,
});
const operator = createOperator({
  kubernetes: { resources: (type) => crashingResources(client.resources(type), point) },
  events: client.events("eventbus.dev/event-bus-operator", "killed-operator"),
  leadership: noElection,
  connect: (connection, mayWrite) =>
    crashingAdmin(connectKafka({ ...connection, clientId: "killed-operator", clock, mayWrite }), point),
  settings: parsed.settings,
  ownNamespace: "event-bus-system",
  clock,
  log,
  metrics,
});
await operator.start();
