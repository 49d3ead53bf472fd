// World: a Kubernetes API and a Kafka in memory, a clock in hand, people who act, and one operator at a time between
// them, built by its own composition root. It lets operators die, come back and settle; what is right is judged by
// others (safety-oracle.ts, world-state.ts).

import { consumerGroup, type ConsumerGroup, type ConsumerGroupSpec } from "../../src/api/consumer-group.ts";
import type { CustomResource, KubernetesObject } from "../../src/api/custom-resource.ts";
import { eventBus, type EventBus, type EventBusSpec } from "../../src/api/event-bus.ts";
import { eventTopic, type EventTopic, type EventTopicSpec } from "../../src/api/event-topic.ts";
import { retentionPolicy, type RetentionPolicy, type RetentionPolicySpec } from "../../src/api/retention-policy.ts";
import { SECRET, type Secret } from "../../src/controllers/secrets/secret.ts";
import type { EventNote } from "../../src/kubernetes/events.ts";
import type { Resources, ResourceType } from "../../src/kubernetes/resources.ts";
import { createOperator, type Operator } from "../../src/operator.ts";
import { noElection } from "../../src/runtime/leader-election.ts";
import type { ReflectorTiming } from "../../src/runtime/reflector.ts";
import { parseSettings } from "../../src/settings.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { createMetrics } from "../../src/telemetry/prometheus-metrics.ts";
import { deepFreeze } from "../fakes/deep-freeze.ts";
import { FakeClock } from "../fakes/fake-clock.ts";
import { InMemoryKafka } from "../fakes/in-memory-kafka/in-memory-kafka.ts";
import { InMemoryKubernetes, type NewObject } from "../fakes/in-memory-kubernetes.ts";
import { PausableClock } from "../fakes/pausable-clock.ts";
import { silentLogger } from "../fakes/silent-logger.ts";
import type { StrimziKind } from "./clocked-operator.ts";
import { CrashPoint } from "./crash-point.ts";
import { crashingAdmin, crashingResources } from "./crashing-ports.ts";
import { observedAdmin, observedResources, type Activity } from "./observed-ports.ts";
import { SafetyOracle } from "./safety-oracle.ts";
import type { Snapshot } from "./stale-view.ts";
import { STRIMZI, StrimziSide } from "./strimzi-side.ts";

/** Where the one bus of a world leads. */
export const ADDRESS = "kafka:9092";
export const BUS = "bus";
export const NAMESPACE = "team";

const NAMESPACE_TYPE: ResourceType = {
  group: "",
  version: "v1",
  plural: "namespaces",
  kind: "Namespace",
  isNamespaced: false,
};
/** Nothing has changed for this long: longer than the sweep's interval, every recheck, and the grace after a create. */
const QUIET_MS = 65_000;
const SLICE_MS = 5_000;
/** A world that goes on changing for this long never settles. */
const PATIENCE_MS = 1_800_000;
/** Turns of the event loop without a call, after which nothing goes on by itself. */
const CALM_TURNS = 4;

type StoredSecret = Secret & CustomResource<unknown>;
type AnyKind = CustomResource<unknown>;

export interface WorldOptions {
  /** Beside Strimzi where it says so: then its Topic Operator runs from the beginning. */
  readonly bus?: Partial<EventBusSpec> | undefined;
  /** How long Kafka's changes stay unseen, milliseconds. */
  readonly visibilityLagMs?: number | undefined;
  readonly reflectorTiming?: Partial<ReflectorTiming> | undefined;
  readonly keepsHistory?: boolean | undefined;
  /** Stands between the operator and the API: a view of it that is not the truth. */
  readonly view?: (<T extends KubernetesObject>(resources: Resources<T>) => Resources<T>) | undefined;
}

export class World implements Activity {
  readonly clock = new FakeClock();
  readonly kafka: InMemoryKafka;
  readonly #kinds = new Map<string, InMemoryKubernetes<AnyKind>>();
  readonly buses = this.#kind<EventBus>(eventBus);
  readonly topics = this.#kind<EventTopic>(eventTopic);
  readonly policies = this.#kind<RetentionPolicy>(retentionPolicy);
  readonly groups = this.#kind<ConsumerGroup>(consumerGroup);
  readonly secrets = this.#kind<StoredSecret>(SECRET);
  readonly namespaces = this.#kind<EventBus>(NAMESPACE_TYPE);
  readonly strimzi: StrimziSide;
  readonly oracle: SafetyOracle;
  /** Events that were told about objects, in order. */
  readonly events: { readonly about: string; readonly event: EventNote }[] = [];
  /** Calls of both ports, begun and ended. */
  calls = 0;
  /** Writes of both ports. */
  effects = 0;
  /** The API after each write of the operator and each act of people, where somebody asked for it. */
  readonly history: Snapshot[] = [];
  readonly #options: WorldOptions;
  readonly #created = new Map<string, number>();
  #point = new CrashPoint();
  #operator: Operator | undefined;
  #process = new PausableClock(this.clock);

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.kafka = new InMemoryKafka({
      clock: this.clock,
      clusterId: "cluster-1",
      visibilityLagMs: options.visibilityLagMs ?? 0,
      newTopicId: (name) => {
        const count = (this.#created.get(name) ?? 0) + 1;
        this.#created.set(name, count);
        return `${name}#${count}`;
      },
    });
    const { clock, kafka } = this;
    this.strimzi = new StrimziSide({ clock, kafka, kind: (type): StrimziKind => this.#kind(type) });
    if (options.bus?.strimzi !== undefined) this.strimzi.topicOperator.start();
    this.oracle = new SafetyOracle(this);
    this.namespaces.create(NAMESPACE, undefined);
    const spec: EventBusSpec = {
      kafka: { bootstrapServers: [ADDRESS] },
      naming: { template: "{domain}" },
      namespaces: [{ adoption: "Adopt", deletionPolicies: ["Retain", "Delete"] }],
      resyncInterval: "10s",
      ...options.bus,
    };
    this.buses.create(BUS, spec);
  }

  // People.

  createTopic(name: string, spec: Partial<EventTopicSpec> = {}, more: NewObject = {}): void {
    const parts = spec.topicName === undefined ? { domain: name } : {};
    this.topics.create(name, { ...parts, ...spec }, { namespace: NAMESPACE, ...more });
  }

  editTopic(name: string, spec: Partial<EventTopicSpec>): void {
    this.topics.edit({ namespace: NAMESPACE, name }, spec);
  }

  annotateTopic(name: string, annotations: Readonly<Record<string, string>>): void {
    this.topics.annotate({ namespace: NAMESPACE, name }, annotations);
  }

  deleteTopic(name: string): void {
    this.topics.remove({ namespace: NAMESPACE, name });
  }

  editBus(spec: Partial<EventBusSpec>): void {
    this.buses.edit({ name: BUS }, spec);
  }

  createPolicy(name: string, spec: RetentionPolicySpec): void {
    this.policies.create(name, spec);
  }

  editPolicy(name: string, spec: RetentionPolicySpec): void {
    this.policies.edit({ name }, spec);
  }

  deletePolicy(name: string): void {
    this.policies.remove({ name });
  }

  createGroup(name: string, spec: Partial<ConsumerGroupSpec>): void {
    this.groups.create(name, spec, { namespace: NAMESPACE });
  }

  editGroup(name: string, spec: Partial<ConsumerGroupSpec>): void {
    this.groups.edit({ namespace: NAMESPACE, name }, spec);
  }

  deleteGroup(name: string): void {
    this.groups.remove({ namespace: NAMESPACE, name });
  }

  topic(name: string): EventTopic | undefined {
    return this.topics.objects.find(({ metadata }) => metadata.name === name);
  }

  /** The API as it is now. */
  snapshot(): Snapshot {
    const kinds = [...this.#kinds.values()];
    return new Map(
      kinds.map(({ type, objects, resourceVersion }) => [type.plural, { items: objects, resourceVersion }] as const),
    );
  }

  changed(): void {
    if (this.#options.keepsHistory === true) this.history.push(this.snapshot());
  }

  // The operator.

  /** The side effects of the operator that runs now. */
  get point(): CrashPoint {
    return this.#point;
  }

  /** When those die that are yet to be started, in their order; later ones live on. */
  readonly crashes: CrashPoint[] = [];

  /** Starts an operator; the one before, if any, dies first. It may die before it has started. */
  async start(point: CrashPoint = this.crashes.shift() ?? new CrashPoint()): Promise<void> {
    this.die();
    this.#point = point;
    this.#process = new PausableClock(this.clock);
    this.#operator = this.#assemble(point, this.#process);
    await this.#during(this.#operator.start(), 20);
  }

  /** As by SIGKILL: what it has sent arrives, and nothing more. */
  die(): void {
    this.#point.crash();
    this.#process.pause();
  }

  /** In order. */
  async stop(): Promise<void> {
    if (this.#operator !== undefined) await this.#during(this.#operator.stop(), 100);
  }

  /** Lets time go by, with everything that follows from it. */
  async pass(ms: number): Promise<void> {
    await this.clock.advance(ms, () => this.#calm());
  }

  /** The same, with an operator: one that dies meanwhile is followed by the next. */
  async live(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= SLICE_MS) {
      await this.pass(SLICE_MS);
      if (this.#point.isDead) await this.start();
    }
  }

  /**
   * Until nothing is written any more. An operator that dies meanwhile is followed by the next, or, where nobody
   * follows at once, that is the end of it.
   */
  async settle({ quietMs = QUIET_MS, isFollowed = true } = {}): Promise<void> {
    const startedAt = this.clock.monotonic();
    let quietSince = startedAt;
    while (this.clock.monotonic() - quietSince < quietMs) {
      const { effects } = this;
      await this.pass(SLICE_MS);
      const hasDied = this.#point.isDead;
      if (hasDied && !isFollowed) return;
      if (hasDied) await this.start();
      if (hasDied || effects !== this.effects) quietSince = this.clock.monotonic();
      if (this.clock.monotonic() - startedAt > PATIENCE_MS) {
        throw new Error(
          `Not settled after ${PATIENCE_MS / 60_000} min; last: ${this.#point.effects.slice(-6).join(", ")}`,
        );
      }
    }
  }

  /** Lets time go by until the work is done, or its operator dead. */
  async #during(work: Promise<void>, stepMs: number): Promise<void> {
    const progress = { isDone: false };
    const endsAt = this.clock.monotonic() + PATIENCE_MS;
    const watched = work.finally(() => (progress.isDone = true));
    watched.catch(() => {});
    while (!progress.isDone && !this.#point.isDead) {
      if (this.clock.monotonic() > endsAt) throw new Error("The operator neither starts nor stops");
      await this.pass(stepMs);
    }
    if (progress.isDone) await watched;
  }

  async #calm(): Promise<void> {
    let { calls } = this;
    for (let turns = 0; turns < CALM_TURNS; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (calls !== this.calls) turns = 0;
      ({ calls } = this);
    }
  }

  #assemble(point: CrashPoint, clock: PausableClock): Operator {
    const isBesideStrimzi = this.#options.bus?.strimzi !== undefined;
    const parsed = parseSettings({
      EVENTBUS_METRICS_ADDRESS: "0",
      ...(isBesideStrimzi && { EVENTBUS_STRIMZI_NAMESPACES: STRIMZI.namespace }),
    });
    if (parsed.kind === "invalid") throw new Error(parsed.problems.join("; "));
    const level = process.env["TEST_LOG_LEVEL"];
    return createOperator({
      kubernetes: { resources: (type) => this.#seen(type, point) },
      events: {
        name: "events",
        start: () => {},
        stop: () => {},
        record: ({ kind, metadata }, event) => this.events.push({ about: `${kind} ${metadata.name}`, event }),
      },
      // Of its own: nobody unsubscribes the dead.
      leadership: { ...noElection, lost: new AbortController().signal },
      connect: ({ bootstrapServers }, mayWrite) => {
        const admin = this.#clusterAt(bootstrapServers).admin({ mayWrite });
        return crashingAdmin(observedAdmin(admin, this, this.oracle), point);
      },
      settings: parsed.settings,
      ownNamespace: "event-bus-system",
      clock,
      log: level === undefined ? silentLogger : createLogger({ level: level as "debug", format: "text" }),
      metrics: createMetrics({ withProcessMetrics: false }),
      reflectorTiming: this.#options.reflectorTiming,
      onKeep: deepFreeze,
    });
  }

  #seen<T extends KubernetesObject>(type: ResourceType, point: CrashPoint): Resources<T> {
    const truth = observedResources(this.#kind(type) as unknown as Resources<T>, this, this.oracle);
    return crashingResources(this.#options.view?.(truth) ?? truth, point);
  }

  #clusterAt(addresses: readonly string[]): InMemoryKafka {
    if (addresses.includes(ADDRESS)) return this.kafka;
    const nothing = new InMemoryKafka({ clock: this.clock });
    nothing.network = "refused";
    return nothing;
  }

  /** One a plural, whoever asks first. */
  #kind<T extends AnyKind>(type: ResourceType): InMemoryKubernetes<T> {
    const known = this.#kinds.get(type.plural) ?? new InMemoryKubernetes<AnyKind>(type, this.clock);
    this.#kinds.set(type.plural, known);
    return known as unknown as InMemoryKubernetes<T>;
  }
}
