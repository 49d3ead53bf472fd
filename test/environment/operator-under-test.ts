// An operator in this process, on the real API server and the real Kafka, with an EventBus, a namespace and a topic
// prefix of its own, so that test files do not meet. It runs with the rights of config/rbac and nothing more.

import { randomBytes } from "node:crypto";
import { join } from "node:path";

import type { ConsumerGroup, ConsumerGroupSpec } from "../../src/api/consumer-group.ts";
import type { EventBus, EventBusSpec } from "../../src/api/event-bus.ts";
import type { EventTopic, EventTopicSpec } from "../../src/api/event-topic.ts";
import { FIELD_MANAGER } from "../../src/api/group.ts";
import type { RetentionPolicy, RetentionPolicySpec } from "../../src/api/retention-policy.ts";
import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import { connectKafka, type KafkaOptions } from "../../src/kafka/platformatic/kafka-admin.ts";
import type { Observer } from "../../src/kafka/platformatic/observer.ts";
import { KubernetesClient } from "../../src/kubernetes/client/kubernetes-client.ts";
import { createOperator, type Operator } from "../../src/operator.ts";
import { systemClock, type Clock } from "../../src/runtime/clock.ts";
import { noElection } from "../../src/runtime/leader-election.ts";
import type { ReflectorTiming } from "../../src/runtime/reflector.ts";
import { parseSettings } from "../../src/settings.ts";
import { createLogger, type Logger } from "../../src/telemetry/logger.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { createMetrics } from "../../src/telemetry/prometheus-metrics.ts";
import { deepFreeze } from "../fakes/deep-freeze.ts";
import { silentLogger } from "../fakes/silent-logger.ts";
import { twinLogger } from "../fakes/twin-logger.ts";
import { isWrite, type AuditedRequest } from "./audit-log.ts";
import { sound } from "./condition-problems.ts";
import type { ControlPlane } from "./control-plane.ts";
import { environment } from "./environment.ts";
import type { KafkaProbe } from "./kafka-probe.ts";
import { transcript } from "./secret-scan.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SYSTEM = "event-bus-system";
const KAFKA_WRITES =
  /^(CreateTopics|CreatePartitions|IncrementalAlterConfigs|DeleteTopics|DeleteRecords|OffsetCommit|DeleteGroups)$/;

export interface UnderTestOptions {
  /** Beside the address of the shared Kafka and a naming template with the prefix of this test. */
  readonly bus?: Partial<EventBusSpec>;
  /** `EVENTBUS_*` settings. */
  readonly environment?: Readonly<Record<string, string>>;
  /** In place of `connectKafka`, for tests that stand between the operator and Kafka. */
  readonly connect?: (options: KafkaOptions) => KafkaAdmin;
  /** For tests that would wait otherwise. */
  readonly reflectorTiming?: Partial<ReflectorTiming>;
  /** Of the operator and its connections to Kafka; requests to the API keep real time. */
  readonly clock?: Clock;
  /** Hears everything, before anything is taken out of it. */
  readonly log?: Logger;
  /** Without it the bus is left to the test. */
  readonly createsBus?: boolean;
  /** Instead of the shared one, for tests that stop brokers or need several. */
  readonly kafka?: { readonly bootstrapServers: readonly string[]; readonly probe: KafkaProbe };
}

/** What has been written so far; equal counts mean that nothing was. */
export interface Writes {
  readonly kafka: number;
  readonly kubernetes: number;
}

let installed: Promise<void> | undefined;

/** CRDs and rights, once a control plane. */
async function install(controlPlane: ControlPlane): Promise<void> {
  installed ??= controlPlane.applyManifests([join(ROOT, "crds"), join(ROOT, "config/rbac")]).then(() => undefined);
  await installed;
}

export async function startOperatorUnderTest(options: UnderTestOptions = {}): Promise<OperatorUnderTest> {
  const [controlPlane, { bootstrapServers, probe }] = await Promise.all([
    environment().controlPlane(),
    options.kafka ?? sharedKafka(),
  ]);
  await install(controlPlane);
  const id = `t${randomBytes(4).toString("hex")}`;
  await controlPlane.request("POST", "/api/v1/namespaces", { metadata: { name: id } });
  const kubeconfig = await controlPlane.kubeconfigForServiceAccount(SYSTEM, "event-bus-operator");
  const underTest = new OperatorUnderTest(id, { controlPlane, probe, kubeconfig, bootstrapServers }, options);
  if (options.createsBus !== false) await underTest.createBus(options.bus);
  await underTest.start();
  return underTest;
}

async function sharedKafka(): Promise<NonNullable<UnderTestOptions["kafka"]>> {
  const [{ bootstrapServers }, probe] = await Promise.all([environment().kafka(), environment().kafkaProbe()]);
  return { bootstrapServers, probe };
}

interface Surroundings {
  readonly controlPlane: ControlPlane;
  readonly probe: KafkaProbe;
  readonly kubeconfig: string;
  readonly bootstrapServers: readonly string[];
}

export class OperatorUnderTest implements AsyncDisposable {
  /** Names the namespace, the default bus, its label and the prefix of its topics. */
  readonly id: string;
  readonly probe: KafkaProbe;
  readonly controlPlane: ControlPlane;
  readonly bootstrapServers: readonly string[];
  readonly #kubeconfig: string;
  readonly #options: UnderTestOptions;
  #client: KubernetesClient | undefined;
  #operator: Operator | undefined;
  #metrics: Metrics | undefined;
  readonly #userAgent: string;
  /** As it would be printed, for the search for secrets. */
  readonly #transcribed = createLogger({ level: "debug", format: "json", destination: transcript.stream("the log") });
  readonly #kafkaRequests = new Map<string, number>();

  constructor(
    id: string,
    { controlPlane, probe, kubeconfig, bootstrapServers }: Surroundings,
    options: UnderTestOptions,
  ) {
    this.id = id;
    this.probe = probe;
    this.controlPlane = controlPlane;
    this.bootstrapServers = bootstrapServers;
    this.#kubeconfig = kubeconfig;
    this.#options = options;
    this.#userAgent = `test/${id}`;
  }

  async start(): Promise<void> {
    const parsed = parseSettings({
      EVENTBUS_BUS_SELECTOR: `test=${this.id}`,
      EVENTBUS_WATCH_NAMESPACES: this.id,
      EVENTBUS_METRICS_ADDRESS: "0",
      ...this.#options.environment,
    });
    if (parsed.kind === "invalid") throw new Error(parsed.problems.join("; "));
    const level = process.env["TEST_LOG_LEVEL"];
    const own = this.#options.log ?? silentLogger;
    const shown = level === undefined ? own : createLogger({ level: level as "debug", format: "text" });
    const log = twinLogger(shown, this.#transcribed);
    const metrics = createMetrics({ withProcessMetrics: false });
    this.#metrics = metrics;
    const source = { kind: "files", paths: [this.#kubeconfig] } as const;
    const [userAgent, fieldManager] = [this.#userAgent, FIELD_MANAGER];
    const client = new KubernetesClient({ source, userAgent, fieldManager, clock: systemClock, log, metrics });
    const { clock = systemClock, connect = connectKafka, reflectorTiming } = this.#options;
    const observer: Observer = {
      onRequest: ({ api }) => void this.#kafkaRequests.set(api, this.kafkaRequests(api) + 1),
    };
    this.#client = client;
    this.#operator = createOperator({
      kubernetes: client,
      events: client.events("eventbus.dev/event-bus-operator", this.id),
      leadership: noElection,
      connect: (connection, mayWrite) => connect({ ...connection, clientId: this.id, clock, mayWrite, observer }),
      settings: parsed.settings,
      ownNamespace: SYSTEM,
      clock,
      log,
      metrics,
      reflectorTiming,
      onKeep: deepFreeze,
    });
    await this.#operator.start();
  }

  /** Orderly; the objects stay. */
  async stop(): Promise<void> {
    await this.#operator?.stop();
    if (this.#metrics !== undefined) transcript.tell("metrics", await this.#metrics.registry.metrics());
    await this.#client?.close();
    this.#operator = this.#client = undefined;
  }

  /** As an installation that comes back after an update. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** To Kafka, and to EventTopics or what else is named: counts over other objects are rewritten now and then. */
  async writes(resources: readonly string[] = ["eventtopics"]): Promise<Writes> {
    const requests = await this.requests(resources);
    const kafka = this.#sumOfKafkaRequests((api) => KAFKA_WRITES.test(api));
    return { kafka, kubernetes: requests.filter(isWrite).length };
  }

  /** What this operator asked of the API in its namespace, and about what has none. */
  async requests(resources: readonly string[]): Promise<readonly Pick<AuditedRequest, "verb" | "resource" | "name">[]> {
    const requests = await this.controlPlane.auditedRequests();
    return requests.filter(
      ({ namespace, resource, userAgent }) =>
        (namespace ?? this.id) === this.id && resources.includes(resource ?? "") && userAgent === this.#userAgent,
    );
  }

  /** Lines of the metrics page that begin with `name`. */
  async metrics(name: string): Promise<string[]> {
    const page = (await this.#metrics?.registry.metrics()) ?? "";
    return page.split("\n").filter((line) => line.startsWith(name));
  }

  /** Requests to Kafka that changed nothing, so far. */
  readonly kafkaReads = (): number => this.#sumOfKafkaRequests((api) => !KAFKA_WRITES.test(api));

  /** Requests to Kafka of one name, so far. */
  kafkaRequests(api: string): number {
    return this.#kafkaRequests.get(api) ?? 0;
  }

  #sumOfKafkaRequests(isCounted: (api: string) => boolean): number {
    return this.#kafkaRequests.entries().reduce((sum, [api, count]) => sum + (isCounted(api) ? count : 0), 0);
  }

  /** Name in Kafka of the topic that `{ domain }` makes on the default bus. */
  topicName(domain: string): string {
    return `${this.id}.${domain}`;
  }

  async createBus(spec: Partial<EventBusSpec> = {}, name = this.id): Promise<EventBus> {
    const kafka = { bootstrapServers: this.bootstrapServers };
    const naming = { template: "{prefix}.{domain}", prefix: this.id };
    return await this.#create<EventBus>(
      "eventbuses",
      "EventBus",
      { name, labels: { test: this.id } },
      { kafka, naming, ...spec },
    );
  }

  async createTopic(name: string, spec: Partial<EventTopicSpec> = {}, more: object = {}): Promise<EventTopic> {
    const parts = spec.topicName === undefined ? { domain: name } : {};
    const metadata = { name, namespace: this.id, ...more };
    return await this.#create<EventTopic>(`namespaces/${this.id}/eventtopics`, "EventTopic", metadata, {
      busRef: { name: this.id },
      ...parts,
      ...spec,
    });
  }

  async createGroup(name: string, spec: ConsumerGroupSpec): Promise<ConsumerGroup> {
    const path = `namespaces/${this.id}/consumergroups`;
    return await this.#create<ConsumerGroup>(
      path,
      "ConsumerGroup",
      { name, namespace: this.id },
      { busRef: { name: this.id }, ...spec },
    );
  }

  async patchGroup(name: string, patch: object): Promise<void> {
    await this.#request("PATCH", `namespaces/${this.id}/consumergroups/${name}`, patch);
  }

  async deleteGroup(name: string): Promise<void> {
    await this.#request("DELETE", `namespaces/${this.id}/consumergroups/${name}`);
  }

  /** Cluster-scoped, so the name carries the id. */
  async group(name: string): Promise<ConsumerGroup> {
    return sound(await this.#get<ConsumerGroup>(`namespaces/${this.id}/consumergroups/${name}`));
  }

  async createPolicy(name: string, spec: RetentionPolicySpec): Promise<RetentionPolicy> {
    return await this.#create<RetentionPolicy>(
      "retentionpolicies",
      "RetentionPolicy",
      { name: this.policyName(name) },
      spec,
    );
  }

  policyName(name: string): string {
    return `${this.id}-${name}`;
  }

  async topic(name: string): Promise<EventTopic> {
    return sound(await this.#get<EventTopic>(`namespaces/${this.id}/eventtopics/${name}`));
  }

  bus(name = this.id): Promise<EventBus> {
    return this.#get<EventBus>(`eventbuses/${name}`);
  }

  policy(name: string): Promise<RetentionPolicy> {
    return this.#get<RetentionPolicy>(`retentionpolicies/${this.policyName(name)}`);
  }

  async patchTopic(name: string, patch: object): Promise<void> {
    await this.#request("PATCH", `namespaces/${this.id}/eventtopics/${name}`, patch);
  }

  /** Plays what wrote a status that a backup then brought back. */
  async patchTopicStatus(name: string, status: object): Promise<void> {
    await this.#request("PATCH", `namespaces/${this.id}/eventtopics/${name}/status`, { status });
  }

  async patchBus(patch: object, name = this.id): Promise<void> {
    await this.#request("PATCH", `eventbuses/${name}`, patch);
  }

  async patchPolicy(name: string, patch: object): Promise<void> {
    await this.#request("PATCH", `retentionpolicies/${this.policyName(name)}`, patch);
  }

  async deleteTopic(name: string): Promise<void> {
    await this.#request("DELETE", `namespaces/${this.id}/eventtopics/${name}`);
  }

  async deletePolicy(name: string): Promise<void> {
    await this.#request("DELETE", `retentionpolicies/${this.policyName(name)}`);
  }

  async deleteBus(name = this.id): Promise<void> {
    await this.#request("DELETE", `eventbuses/${name}`);
  }

  /** Notes of the events about one object, in no particular order. */
  async events(name: string): Promise<{ readonly reason: string; readonly note: string; readonly type: string }[]> {
    const path = `/apis/events.k8s.io/v1/namespaces/${this.id}/events`;
    const { body } = await this.controlPlane.request<{
      readonly items: readonly {
        readonly regarding: { readonly name: string };
        readonly reason: string;
        readonly note: string;
        readonly type: string;
      }[];
    }>("GET", path);
    return body.items
      .filter(({ regarding }) => regarding.name === name)
      .map(({ reason, note, type }) => ({ reason, note, type }));
  }

  async #create<T>(path: string, kind: string, metadata: object, spec: object): Promise<T> {
    return await this.#request<T>("POST", path, { apiVersion: "eventbus.dev/v1alpha1", kind, metadata, spec });
  }

  #get<T>(path: string): Promise<T> {
    return this.#request<T>("GET", path);
  }

  async #request<T>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<T> {
    return (await this.controlPlane.request<T>(method, `/apis/eventbus.dev/v1alpha1/${path}`, body)).body;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
