// The world of the demo: a real API server, a real Kafka with an independent client, and the operator as a process of
// its own under its ServiceAccount. Starts and stops them; tells no story.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { parse } from "yaml";

import type { Manifest } from "../../test/environment/apply-manifests.ts";
import { startControlPlane, type ControlPlane } from "../../test/environment/control-plane.ts";
import type { ControlledProcess } from "../../test/environment/controlled-process.ts";
import { findFreePorts } from "../../test/environment/free-ports.ts";
import { startKafkaProbe, type KafkaProbe } from "../../test/environment/kafka-probe.ts";
import { startKafka, type KafkaCluster } from "../../test/environment/kafka.ts";
import { mountBinding, programOn } from "../../test/environment/mounted-program.ts";
import { Sandbox } from "../../test/environment/sandbox.ts";

export const ROOT = join(import.meta.dirname, "..", "..");
export const SAMPLES = "config/samples/data-platform";
const SYSTEM_NAMESPACE = "event-bus-system";
const SERVICE_ACCOUNT = "event-bus-operator";

/** How often the demo's operator looks for what others have changed in Kafka. */
export const RESYNC_INTERVAL = "2s";

/** One resource as the demo reads it. */
export interface Shown {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly topicName?: string;
    readonly partitions?: number;
    readonly state?: string;
    readonly members?: number;
    readonly evaluation?: string;
    readonly rollout?: { readonly id: string; readonly deletableRecords?: number };
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
    readonly effectiveConfig?: readonly { readonly key: string; readonly value: string; readonly source: string }[];
  };
}

export class World implements AsyncDisposable {
  readonly controlPlane: ControlPlane;
  readonly kafka: KafkaCluster;
  readonly probe: KafkaProbe;
  readonly #sandbox = new Sandbox("demo");
  readonly #programs = new Map<string, ControlledProcess>();
  #metricsPort = 0;

  /** API server and Kafka, side by side. */
  static async start(): Promise<World> {
    const [controlPlane, kafka] = await Promise.all([startControlPlane(), startKafka()]);
    return new World(controlPlane, kafka, await startKafkaProbe(kafka.bootstrapServers));
  }

  private constructor(controlPlane: ControlPlane, kafka: KafkaCluster, probe: KafkaProbe) {
    this.controlPlane = controlPlane;
    this.kafka = kafka;
    this.probe = probe;
  }

  /** The four kinds, and the operator's rights. */
  async install(): Promise<void> {
    await this.controlPlane.applyManifests([join(ROOT, "crds"), join(ROOT, "config/rbac")]);
  }

  /** As `npm start` would, with nothing but the rights of config/rbac. */
  async startOperator(): Promise<void> {
    const kubeconfig = await this.controlPlane.kubeconfigForServiceAccount(SYSTEM_NAMESPACE, SERVICE_ACCOUNT);
    [this.#metricsPort] = (await findFreePorts(1)) as [number];
    const operator = this.#sandbox.process({
      name: "operator",
      command: process.execPath,
      args: [join(ROOT, "src/main.ts")],
      env: {
        KUBECONFIG: kubeconfig,
        EVENTBUS_METRICS_ADDRESS: `127.0.0.1:${this.#metricsPort}`,
        EVENTBUS_LOG_FORMAT: "text",
      },
      isReady: (log) => log.includes("Started"),
      readyTimeoutMs: 60_000,
    });
    await operator.start();
  }

  /** The samples as they are, but for the address of this Kafka and a shorter resyncInterval. */
  async applySamples(): Promise<void> {
    const files = ["1-namespace", "3-retention-policies", "4-event-topics"].map((name) =>
      join(ROOT, SAMPLES, `${name}.yaml`),
    );
    const bus = parse(await readFile(join(ROOT, SAMPLES, "2-event-bus.yaml"), "utf8")) as Manifest & {
      spec: { kafka: { bootstrapServers: readonly string[] }; resyncInterval?: string };
    };
    bus.spec.kafka.bootstrapServers = this.kafka.bootstrapServers;
    // Two minutes by default: too long to watch.
    bus.spec.resyncInterval = RESYNC_INTERVAL;
    await this.controlPlane.applyManifests([bus, ...files]);
  }

  /** Who reads the topics, with the right to write bindings in their namespace. */
  async applyGroups(): Promise<void> {
    await this.controlPlane.applyManifests(join(ROOT, SAMPLES, "5-consumer-groups.yaml"));
  }

  async groups(): Promise<readonly Shown[]> {
    const { body } = await this.controlPlane.request<{ readonly items: readonly Shown[] }>(
      "GET",
      "/apis/eventbus.dev/v1alpha1/namespaces/data-platform/consumergroups",
    );
    return body.items;
  }

  /** Keys of a Secret in the samples' namespace, with their values in base64. */
  async secret(name: string): Promise<Readonly<Record<string, string>>> {
    const { body } = await this.controlPlane.request<{ readonly data?: Readonly<Record<string, string>> }>(
      "GET",
      `/api/v1/namespaces/data-platform/secrets/${name}`,
    );
    return body.data ?? {};
  }

  /** A program of docs/programs, with the Secret mounted as in a pod. */
  async startProgram(program: "consumer" | "producer", secretName: string): Promise<void> {
    const root = await mountBinding(this.#sandbox, await this.secret(secretName));
    const started = this.#programs.get(program) ?? programOn(this.#sandbox, root, program);
    this.#programs.set(program, started);
    await started.start();
  }

  async stopProgram(program: "consumer" | "producer"): Promise<void> {
    await this.#programs.get(program)?.stop();
  }

  /** The last line that a program has written. */
  async lastLine(program: "consumer" | "producer"): Promise<string> {
    return (await this.#programs.get(program)?.logs())?.trimEnd().split("\n").at(-1) ?? "";
  }

  async topics(): Promise<readonly Shown[]> {
    const { body } = await this.controlPlane.request<{ readonly items: readonly Shown[] }>(
      "GET",
      "/apis/eventbus.dev/v1alpha1/namespaces/data-platform/eventtopics",
    );
    return body.items;
  }

  /** `path` is below /apis/eventbus.dev/v1alpha1. */
  async get(path: string): Promise<Shown> {
    return (await this.controlPlane.request<Shown>("GET", `/apis/eventbus.dev/v1alpha1/${path}`)).body;
  }

  /** Events about one object of the samples, in no particular order. */
  async eventsOf(name: string): Promise<readonly { readonly reason: string; readonly note: string }[]> {
    const { body } = await this.controlPlane.request<{
      readonly items: readonly {
        readonly regarding: { readonly name: string };
        readonly reason: string;
        readonly note: string;
      }[];
    }>("GET", "/apis/events.k8s.io/v1/namespaces/data-platform/events");
    return body.items.filter(({ regarding }) => regarding.name === name);
  }

  /** As `kubectl patch --type merge` does. */
  async patch(path: string, patch: object): Promise<Shown> {
    const { body } = await this.controlPlane.request<Shown>("PATCH", `/apis/eventbus.dev/v1alpha1/${path}`, patch, {
      contentType: "application/merge-patch+json",
    });
    return body;
  }

  /** Sum of a metric of the operator over all series whose labels fit; undefined where there is none. */
  async metric(name: string, labels: RegExp = /./): Promise<number | undefined> {
    const text = await (await fetch(`http://127.0.0.1:${this.#metricsPort}/metrics`)).text();
    const lines = text.split("\n").filter((line) => line.startsWith(`${name}{`) && labels.test(line));
    if (lines.length === 0) return undefined;
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }

  async stop(): Promise<void> {
    await this.#sandbox.close();
    await Promise.all([this.probe.stop(), this.kafka.stop(), this.controlPlane.stop()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
