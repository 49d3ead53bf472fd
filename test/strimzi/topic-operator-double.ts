// A double of Strimzi's Topic Operator, for tests of our life beside it: it serves the KafkaTopics of one namespace and
// one cluster against the real Kafka, by Kafka's own client. Copied from what version 1.2.0 was observed to do:
// - describes first, then creates with what the spec gives; what exists is adopted: configs of the topic are made equal
//   to spec.config, those that are not in it are deleted; partitions are grown
// - fewer partitions: Ready=False/NotSupported, "Decreasing partitions not supported", while configs are applied all the
//   same; another replication factor: NotSupported; another name than status.topicName: NotSupported
// - a refusal of Kafka: Ready=False/KafkaError with "org.apache.kafka.common.errors.<Class>: <message>"
// - strimzi.io/managed: "false": Unmanaged=True, no topicName and topicId, the finalizer stays; deletion keeps the topic
// - strimzi.io/pause-reconciliation: "true": ReconciliationPaused=True, no topicId; deletion deletes the topic all the same
// - finalizer strimzi.io/topic-operator; deletion deletes the topic by name, also that of the loser of a conflict
// - of two for one topic the older keeps it, the other is Ready=False/ResourceConflict and waits for its next event
// - a status is written only where it says something else; observedGeneration follows in every case
// Left out: Cruise Control, reassignments, the list of alterable configs, warnings. Its periodic pass is `pass()`.

import { setTimeout as sleep } from "node:timers/promises";

import { ApiError } from "../environment/api-client.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { CallError } from "../environment/json-line-client.ts";
import type { KafkaProbe } from "../environment/kafka-probe.ts";
import { effectiveTopicName, KafkaTopics, type KafkaTopicStatus, type StoredKafkaTopic } from "./kafka-topics.ts";

export interface TopicOperatorOptions {
  readonly controlPlane: ControlPlane;
  readonly probe: KafkaProbe;
  readonly namespace: string;
  /** Value of the label strimzi.io/cluster that selects. */
  readonly cluster: string;
}

const FINALIZER = "strimzi.io/topic-operator";
const POLL_MS = 50;
const NO_STATUS = { conditions: null, topicName: null, topicId: null };

/** Something that Strimzi refuses, in its words. */
class NotServed extends Error {
  override readonly name = "NotServed";
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export class TopicOperatorDouble implements AsyncDisposable {
  readonly #topics: KafkaTopics;
  readonly #options: TopicOperatorOptions;
  /** Version of each object as it was last served, by UID. */
  readonly #served = new Map<string, string>();
  #running: Promise<void> | undefined;
  #isStopped = false;
  #failure: unknown;

  constructor(options: TopicOperatorOptions) {
    this.#options = options;
    this.#topics = new KafkaTopics(options.controlPlane, options.namespace);
  }

  start(): void {
    this.#isStopped = false;
    this.#running = this.#run();
  }

  /** Rejects with what went wrong inside of the double meanwhile. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** Everything is looked at again, as once in two minutes. */
  pass(): void {
    this.#served.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#serveAll();
      } catch (error) {
        this.#failure ??= error;
      }
      await sleep(POLL_MS);
    }
  }

  async #serveAll(): Promise<void> {
    const { cluster } = this.#options;
    const all = (await this.#topics.list()).filter(
      ({ metadata }) => metadata.labels?.["strimzi.io/cluster"] === cluster,
    );
    for (const topic of all) {
      const { uid, resourceVersion } = topic.metadata;
      if (this.#served.get(uid) === resourceVersion) continue;
      this.#served.set(uid, resourceVersion);
      await this.#serve(topic, all).catch((error: unknown) => {
        // Changed or gone meanwhile: the next look finds what it is now.
        if (!(error instanceof ApiError && [404, 409].includes(error.status))) throw error;
      });
    }
  }

  async #serve(topic: StoredKafkaTopic, all: readonly StoredKafkaTopic[]): Promise<void> {
    const topicName = effectiveTopicName(topic);
    try {
      if (topic.metadata.deletionTimestamp !== undefined) await this.#delete(topic);
      else if (!isManaged(topic)) await this.#tell(topic, { conditions: [{ type: "Unmanaged", status: "True" }] });
      else await this.#reconcile(topic, all);
    } catch (error) {
      const refusal = refusalOf(error);
      const condition = { type: "Ready", status: "False", reason: refusal.reason, message: refusal.message };
      await this.#tell(topic, { conditions: [condition], topicName: topic.status?.topicName ?? topicName });
    }
  }

  async #reconcile(topic: StoredKafkaTopic, all: readonly StoredKafkaTopic[]): Promise<void> {
    const topicName = effectiveTopicName(topic);
    const { topicName: known = topicName } = topic.status ?? {};
    if (known !== topicName) throw new NotServed("NotSupported", "Changing spec.topicName is not supported");
    const holder = all
      .filter((other) => isManaged(other) && effectiveTopicName(other) === topicName)
      .toSorted(byAge)[0];
    if (holder !== undefined && holder.metadata.uid !== topic.metadata.uid) {
      const { namespace, name } = holder.metadata;
      throw new NotServed("ResourceConflict", `Managed by Ref{namespace='${namespace}', name='${name}'}`);
    }
    if (topic.metadata.annotations?.["strimzi.io/pause-reconciliation"] === "true") {
      await this.#tell(topic, { conditions: [{ type: "ReconciliationPaused", status: "True" }], topicName });
      return;
    }
    const { finalizers = [], name } = topic.metadata;
    if (!finalizers.includes(FINALIZER)) {
      await this.#topics.patch(name, { metadata: { finalizers: [...finalizers, FINALIZER] } });
    }
    const topicId = await this.#align(topic);
    await this.#tell(topic, { conditions: [{ type: "Ready", status: "True" }], topicName, topicId });
  }

  /** Makes Kafka as the spec says, and returns the topic's id. */
  async #align(topic: StoredKafkaTopic): Promise<string> {
    const { probe } = this.#options;
    const { partitions, replicas } = topic.spec;
    const name = effectiveTopicName(topic);
    const configs = configsOf(topic);
    const live = await probe.describeTopic(name);
    if (live === null) {
      const { id } = await probe.createTopic({
        name,
        configs,
        ...(partitions === undefined ? {} : { partitions }),
        ...(replicas === undefined ? {} : { replicationFactor: replicas }),
      });
      return id;
    }
    await this.#alignConfigs(name, configs);
    const count = live.partitions.length;
    if (partitions !== undefined && partitions < count) {
      throw new NotServed("NotSupported", "Decreasing partitions not supported");
    }
    if (partitions !== undefined && partitions > count) await probe.createPartitions(name, partitions);
    const others = live.partitions.filter(
      (partition) => partition.replicas.length !== (replicas ?? partition.replicas.length),
    );
    if (others.length > 0) {
      const numbers = others.map(({ partition }) => partition).join(", ");
      const message = `Replication factor change not supported, but required for partitions [${numbers}]`;
      throw new NotServed("NotSupported", message);
    }
    return live.id;
  }

  async #alignConfigs(name: string, wanted: Readonly<Record<string, string>>): Promise<void> {
    const { probe } = this.#options;
    const live = await probe.topicConfig(name);
    const set = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => live[key] !== value));
    const unset = Object.keys(live).filter((key) => !(key in wanted));
    if (Object.keys(set).length + unset.length > 0) await probe.alterConfigs({ type: "topic", name }, { set, unset });
  }

  async #delete(topic: StoredKafkaTopic): Promise<void> {
    const { finalizers = [], name } = topic.metadata;
    if (!finalizers.includes(FINALIZER)) return;
    if (isManaged(topic)) await this.#deleteFromKafka(effectiveTopicName(topic));
    await this.#topics.patch(name, { metadata: { finalizers: finalizers.filter((other) => other !== FINALIZER) } });
  }

  async #deleteFromKafka(name: string): Promise<void> {
    try {
      await this.#options.probe.deleteTopic(name);
    } catch (error) {
      if (!(error instanceof CallError && error.type === "UnknownTopicOrPartitionException")) throw error;
    }
  }

  async #tell(topic: StoredKafkaTopic, told: KafkaTopicStatus): Promise<void> {
    const status = { ...told, observedGeneration: topic.metadata.generation };
    if (isSame(topic.status, status)) return;
    const lastTransitionTime = new Date().toISOString();
    const conditions = (status.conditions ?? []).map((condition) => ({ ...condition, lastTransitionTime }));
    await this.#topics.patchStatus(topic.metadata.name, { ...NO_STATUS, ...status, conditions });
  }
}

function isManaged({ metadata }: StoredKafkaTopic): boolean {
  return metadata.annotations?.["strimzi.io/managed"] !== "false";
}

function byAge(one: StoredKafkaTopic, other: StoredKafkaTopic): number {
  const [a, b] = [one.metadata.creationTimestamp, other.metadata.creationTimestamp];
  if (a !== b) return a < b ? -1 : 1;
  // Of one second, the one that is Ready keeps it.
  return Number(other.status?.topicId !== undefined) - Number(one.status?.topicId !== undefined);
}

function configsOf({ spec }: StoredKafkaTopic): Record<string, string> {
  const configs = Object.entries(spec.config ?? {}).map(([key, value]) => {
    if (value === null) throw new NotServed("KafkaError", `Null value not supported for topic configs: ${key}`);
    if (Array.isArray(value)) return [key, value.join(",")];
    if (typeof value === "object") {
      throw new NotServed("InternalError", `InvalidResourceException: Invalid value for topic config '${key}'`);
    }
    return [key, String(value)];
  });
  return Object.fromEntries(configs) as Record<string, string>;
}

function refusalOf(error: unknown): NotServed {
  if (error instanceof NotServed) return error;
  if (!(error instanceof CallError)) throw error;
  // The probe's message begins with its verb and the name of the exception.
  const message = error.message.split(": ").slice(2).join(": ");
  return new NotServed("KafkaError", `org.apache.kafka.common.errors.${error.type}: ${message}`);
}

function isSame(before: KafkaTopicStatus | undefined, after: KafkaTopicStatus): boolean {
  return JSON.stringify(essence(before)) === JSON.stringify(essence(after));
}

function essence({ conditions = [], observedGeneration, topicId, topicName }: KafkaTopicStatus = {}): unknown {
  const told = conditions.map(({ type, status, reason, message }) => ({ type, status, reason, message }));
  return { told, observedGeneration, topicId, topicName };
}
