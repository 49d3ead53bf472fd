// The command that runs the operator: makes the adapters, starts the composition root, and ends the process in order.
// With main.ts the only place that sees adapters.

import { randomUUID } from "node:crypto";
import { homedir, hostname } from "node:os";

import { FIELD_MANAGER, GROUP } from "../api/group.ts";
import { connectKafka } from "../kafka/platformatic/kafka-admin.ts";
import type { Observer } from "../kafka/platformatic/observer.ts";
import { findKubeconfig } from "../kubernetes/client/kubeconfig.ts";
import { KubernetesClient } from "../kubernetes/client/kubernetes-client.ts";
import { microTime } from "../kubernetes/client/micro-time.ts";
import { createOperator, type Operator } from "../operator.ts";
import { systemClock as clock } from "../runtime/clock.ts";
import { guardAgainstCrashes } from "../runtime/crash-policy.ts";
import { LeaderElection, noElection, type Leadership } from "../runtime/leader-election.ts";
import { parseSettings, type Settings } from "../settings.ts";
import { kafkaMetrics } from "../telemetry/kafka-metrics.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createMetrics } from "../telemetry/prometheus-metrics.ts";
import { startTracing, type Tracing } from "../telemetry/tracing-sdk.ts";
import { traceKafkaRequest, wantsTraces } from "../telemetry/tracing.ts";

/** Wrong settings; nothing was started. */
const EXIT_USAGE = 2;
/** As quotas and request logs of the brokers name the operator, and traces. */
const SERVICE = "event-bus-operator";
/** What still keeps the process alive this long after it has stopped was forgotten. */
const LEFTOVER_MS = 2_000;
const ALIVE_MS = 24 * 3_600_000;
/** Where there is neither a setting nor a kubeconfig that names a namespace. */
const FALLBACK_NAMESPACE = "default";

/** What the process edge gives: main.ts reads it from the process. */
export interface Edge {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** Runs until a signal, a crash, or the loss of the lease. The benchmark puts another Kafka behind the port. */
export async function runOperator(edge: Edge, connect: typeof connectKafka = connectKafka): Promise<void> {
  const parsed = parseSettings(edge.environment);
  if (parsed.kind === "invalid") {
    process.stderr.write(parsed.problems.map((problem) => `${problem}\n`).join(""));
    edge.exit(EXIT_USAGE);
    return;
  }
  const { settings } = parsed;
  const log = createLogger({ level: settings.logLevel, format: settings.logFormat });
  guardAgainstCrashes(process, log, () => edge.exit(1));
  // As process 1 of a container nobody ends us by a signal that is not handled, however early it comes.
  let stop = async (): Promise<void> => edge.exit(0);
  const stopped = stopOnSignals(() => stop(), edge, log);
  // Between two attempts to reach the API server there may be nothing else, and Node would end the process.
  const alive = setInterval(() => {}, ALIVE_MS);
  void stopped.then(() => clearInterval(alive));
  const tracing = await startTracingIfWanted(edge);
  try {
    const client = connectKubernetes(edge, log);
    const operator = await assemble(settings, client, { ...edge, connect });
    stop = async () => {
      await operator.stop();
      await client.kubernetes.close();
      await tracing?.stop();
    };
    // A start that was stopped may never end.
    await Promise.race([operator.start(), stopped]);
  } catch (error) {
    log.error("Cannot start", { error });
    edge.exit(1);
  }
}

async function startTracingIfWanted({ environment }: Edge): Promise<Tracing | undefined> {
  return wantsTraces(environment) ? await startTracing(environment["OTEL_SERVICE_NAME"] ?? SERVICE) : undefined;
}

interface Connected {
  readonly kubernetes: KubernetesClient;
  readonly log: Logger;
  readonly metrics: Metrics;
}

function connectKubernetes({ environment, version }: Edge, log: Logger): Connected {
  const metrics = createMetrics();
  const kubernetes = new KubernetesClient({
    source: findKubeconfig(environment, homedir()),
    userAgent: `event-bus-operator/${version}`,
    fieldManager: FIELD_MANAGER,
    clock,
    log,
    metrics,
  });
  return { kubernetes, log, metrics };
}

async function assemble(
  settings: Settings,
  { kubernetes, log, metrics }: Connected,
  edge: Edge & { readonly connect: typeof connectKafka },
): Promise<Operator> {
  // Unique also over restarts of one pod, so that a successor never takes the lease of its predecessor for its own.
  const identity = `${hostname()}_${randomUUID()}`;
  const ownNamespace = (await kubernetes.namespace()) ?? FALLBACK_NAMESPACE;
  const leaseNamespace = settings.leaseNamespace ?? ownNamespace;
  const leadership = settings.leaderElection
    ? elect({ ...settings, namespace: leaseNamespace, identity }, { kubernetes, log, metrics }, edge)
    : noElection;
  const counts = kafkaMetrics(metrics.registry);
  const observer: Observer = {
    onConnection: (event) => counts.onConnection(event),
    onRequest: (event) => {
      counts.onRequest(event);
      traceKafkaRequest(event);
    },
  };
  return createOperator({
    kubernetes,
    events: kubernetes.events(`${GROUP}/event-bus-operator`, identity),
    leadership,
    connect: (connection, mayWrite) => edge.connect({ ...connection, clientId: SERVICE, clock, mayWrite, observer }),
    settings,
    ownNamespace,
    clock,
    log,
    metrics,
  });
}

function elect(
  {
    leaseName: name,
    namespace,
    identity,
  }: { readonly leaseName: string; readonly namespace: string; readonly identity: string },
  { kubernetes, log, metrics }: Connected,
  edge: Edge,
): Leadership {
  return new LeaderElection({
    leases: kubernetes.leases({ namespace, name }),
    name,
    identity,
    clock,
    formatTime: microTime,
    log,
    metrics: metrics.election(name),
    // Somebody else may lead already: no work is finished, no lease released, nothing written any more.
    onLost: (error) => {
      log.error("Ends, because it leads no longer", { error });
      edge.exit(1);
    },
  });
}

/**
 * The first signal stops in order, a second one at once. Stopped in order, the process ends for want of work; that is when
 * the promise resolves.
 */
function stopOnSignals(stop: () => Promise<void>, edge: Edge, log: Logger): Promise<void> {
  const codes = { SIGINT: 130, SIGTERM: 143 } as const;
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  let isStopping = false;
  for (const [signal, code] of Object.entries(codes)) {
    process.on(signal, () => {
      if (isStopping) edge.exit(code);
      isStopping = true;
      const endLeftovers = (): void => {
        log.warn("Something keeps the stopped process alive", { resources: process.getActiveResourcesInfo() });
        edge.exit(0);
      };
      void stop().then(resolve);
      void stopped.then(() => clock.after(LEFTOVER_MS, endLeftovers));
    });
  }
  return stopped;
}
