// Where the operator's benchmarks take place: a real control plane with CRDs and the rights of config/rbac, a real Kafka or the
// stub, an EventBus, and the operator as a process. Starts, stops and reads; measures nothing by itself.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { startControlPlane, type ControlPlane } from "../test/environment/control-plane.ts";
import { startKafka, type KafkaCluster } from "../test/environment/kafka.ts";
import { ObjectLoad, type Subject } from "./object-load.ts";
import { OperatorProcess, type Costs } from "./operator-process.ts";
import { cpuSecondsOf } from "./process-cpu.ts";

const ROOT = join(import.meta.dirname, "..");
const SYSTEM = "event-bus-system";
const ACCOUNT = "event-bus-operator";
const BUS = "bench";
const NAMESPACE = "bench";
const POLL_MS = 250;
/** No run has ended for so long: quiet. */
const QUIET_MS = 1_000;
const QUIET_TIMEOUT_MS = 300_000;
/** For ten thousand partitions; taken only when used. */
const KAFKA_HEAP_MB = 768;

export type Backend = "Kafka" | "stub";

export interface Programs {
  readonly operator: string;
  readonly stub: string;
}

/** Totals since the start of the process, at one moment. */
export interface Totals {
  readonly operator: Costs;
  /** CPU seconds of everything that took part, by name, the benchmark included; empty where the system does not tell. */
  readonly cpuSeconds: ReadonlyMap<string, number>;
  /** The operator's requests about the objects under load, by verb, as the API server's audit log has them. */
  readonly apiRequests: ReadonlyMap<string, number>;
  /** By Kafka's name of the request. */
  readonly kafkaRequests: ReadonlyMap<string, number>;
  readonly kafkaConnections: number;
  readonly runs: number;
}

export class OperatorWorld<Shape> implements AsyncDisposable {
  readonly bus = BUS;
  readonly load: ObjectLoad<Shape>;
  readonly #subject: Subject<Shape>;
  readonly controlPlane: ControlPlane;
  readonly kafka: KafkaCluster | undefined;
  readonly #program: string;
  readonly #profileFolder: string | undefined;
  #operator: OperatorProcess | undefined;

  private constructor(
    parts: { readonly controlPlane: ControlPlane; readonly kafka: KafkaCluster | undefined },
    subject: Subject<Shape>,
    program: string,
    profileFolder: string | undefined,
  ) {
    this.#subject = subject;
    this.controlPlane = parts.controlPlane;
    this.kafka = parts.kafka;
    this.load = new ObjectLoad(parts.controlPlane, NAMESPACE, subject);
    this.#program = program;
    this.#profileFolder = profileFolder;
  }

  static async open<Shape>(
    backend: Backend,
    programs: Programs,
    subject: Subject<Shape>,
    profileFolder?: string,
  ): Promise<OperatorWorld<Shape>> {
    const [controlPlane, kafka] = await Promise.all([
      startControlPlane({ audit: true }),
      backend === "Kafka" ? startKafka({ heapMb: KAFKA_HEAP_MB }) : undefined,
    ]);
    const program = backend === "Kafka" ? programs.operator : programs.stub;
    const world = new OperatorWorld({ controlPlane, kafka }, subject, program, profileFolder);
    await controlPlane.applyManifests(["crds", "config/rbac", "config/flowcontrol"].map((path) => join(ROOT, path)));
    await controlPlane.request("POST", "/apis/eventbus.dev/v1alpha1/eventbuses", {
      apiVersion: "eventbus.dev/v1alpha1",
      kind: "EventBus",
      metadata: { name: BUS },
      spec: {
        kafka: { bootstrapServers: kafka?.bootstrapServers ?? ["stub:9092"] },
        naming: { template: "{prefix}.{domain}", prefix: BUS },
      },
    });
    await world.load.open();
    return world;
  }

  /** The process is started when it resolves; see `operator.ready`. */
  async startOperator(): Promise<void> {
    const kubeconfig = await this.controlPlane.kubeconfigForServiceAccount(SYSTEM, ACCOUNT);
    this.#operator = await OperatorProcess.start({
      program: this.#program,
      environment: { KUBECONFIG: kubeconfig, EVENTBUS_WATCH_NAMESPACES: NAMESPACE },
      profileFolder: this.#profileFolder,
    });
  }

  async stopOperator(): Promise<void> {
    await this.#operator?.stop();
    this.#operator = undefined;
  }

  get operator(): OperatorProcess {
    if (this.#operator === undefined) throw new Error("The operator does not run");
    return this.#operator;
  }

  async patchBus(spec: object): Promise<void> {
    await this.controlPlane.request("PATCH", `/apis/eventbus.dev/v1alpha1/eventbuses/${BUS}`, { spec });
  }

  /** Resolves when the bus is connected. */
  async busReady(): Promise<void> {
    const path = `/apis/eventbus.dev/v1alpha1/eventbuses/${BUS}`;
    for (;;) {
      const { body } = await this.controlPlane.request<{ readonly status?: { readonly clusterId?: string } }>(
        "GET",
        path,
      );
      if (body.status?.clusterId !== undefined) return;
      await sleep(POLL_MS);
    }
  }

  /**
   * When the last run of an object under load ended, after which nothing happened for a while and nothing waits, in milliseconds
   * of `performance.now()`, to a quarter of a second.
   */
  async quiet(leastRuns = 0): Promise<number> {
    const deadline = performance.now() + QUIET_TIMEOUT_MS;
    let runs = -1;
    let changedAt = performance.now();
    while (performance.now() < deadline) {
      const now = performance.now();
      const reading = await this.operator.metrics().catch(() => undefined);
      const labels = { controller: this.#subject.controller };
      const total = reading?.sum("controller_runtime_reconcile_total", labels) ?? -1;
      const isBusy = (reading?.sum("controller_runtime_active_workers", labels) ?? 1) > 0;
      const isWaiting = (reading?.sum("workqueue_depth", labels) ?? 1) > 0;
      if (total !== runs || isBusy || isWaiting || total < leastRuns) changedAt = now;
      else if (now - changedAt >= QUIET_MS) return changedAt;
      runs = total;
      await sleep(POLL_MS);
    }
    throw new Error("The operator did not come to rest");
  }

  async totals(): Promise<Totals> {
    const [operator, metrics, apiRequests, cpuSeconds] = await Promise.all([
      this.operator.costs(),
      this.operator.metrics(),
      this.apiRequests(),
      this.#cpuSeconds(),
    ]);
    return {
      operator,
      cpuSeconds,
      apiRequests,
      kafkaRequests: metrics.by("eventbus_kafka_requests_total", "api"),
      kafkaConnections: metrics.sum("eventbus_kafka_connections_total", { outcome: "opened" }),
      runs: metrics.sum("controller_runtime_reconcile_total", { controller: this.#subject.controller }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopOperator();
    await this.load[Symbol.asyncDispose]();
    await Promise.all([this.kafka?.stop(), this.controlPlane.stop()]);
  }

  /** The operator's requests about the objects under load so far, by verb. */
  async apiRequests(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const { resource, userAgent, verb } of await this.controlPlane.auditedRequests()) {
      if (resource !== this.#subject.plural || !userAgent.startsWith("event-bus-operator/")) continue;
      counts.set(verb, (counts.get(verb) ?? 0) + 1);
    }
    return counts;
  }

  async #cpuSeconds(): Promise<ReadonlyMap<string, number>> {
    const { apiServer, etcd } = this.controlPlane;
    const broker = this.kafka?.brokers[0];
    const processes = [
      ["API server", apiServer.pid],
      ["etcd", etcd.pid],
      ["operator", this.operator.pid],
      ["load", process.pid],
      ...(broker === undefined ? [] : [["Kafka", broker.pid] as const]),
    ] as const;
    const seconds = new Map<string, number>();
    for (const [name, pid] of processes) {
      const spent = await cpuSecondsOf(pid);
      if (spent !== undefined) seconds.set(name, spent);
    }
    return seconds;
  }
}

/** What a stretch of time has cost. */
export interface Cost {
  readonly before: Totals;
  readonly after: Totals;
  /** Of the operator. */
  readonly cpuSeconds: number;
}

/** Of the next so many seconds. */
export async function costOf(world: Pick<OperatorWorld<never>, "totals">, seconds: number): Promise<Cost> {
  const before = await world.totals();
  await sleep(seconds * 1_000);
  const after = await world.totals();
  return { before, after, cpuSeconds: after.operator.cpuSeconds - before.operator.cpuSeconds };
}
