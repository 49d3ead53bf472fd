// What Strimzi's Topic Operator does with the KafkaTopics of one cluster, for its doubles: the one on a real Kafka, and the one
// in memory. Ports do the rest. Copied from what version 1.2.0 was observed to do:
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
// Left out: Cruise Control, reassignments, the list of alterable configs, warnings.

import {
  effectiveTopicName,
  type KafkaTopicCondition,
  type KafkaTopicStatus,
  type StoredKafkaTopic,
} from "./kafka-topics.ts";

/** A topic as Kafka has it. */
export interface TopicInKafka {
  readonly id: string;
  /** Replicas of each partition, in the order of the partitions. */
  readonly replicas: readonly number[];
  /** Set on the topic itself. */
  readonly configs: Readonly<Record<string, string | null>>;
}

export interface WantedTopic {
  readonly name: string;
  readonly configs: Readonly<Record<string, string>>;
  readonly partitions: number | undefined;
  readonly replicas: number | undefined;
}

/** Of Kafka and of the API server; what they refuse is thrown. */
export interface TopicOperatorPorts {
  describe(name: string): Promise<TopicInKafka | undefined>;
  /** Resolves to the topic's id. */
  create(topic: WantedTopic): Promise<string>;
  alter(
    name: string,
    change: { readonly set: Readonly<Record<string, string>>; readonly unset: readonly string[] },
  ): Promise<void>;
  grow(name: string, partitions: number): Promise<void>;
  /** One that is not there is deleted. */
  delete(name: string): Promise<void>;
  setFinalizers(topic: StoredKafkaTopic, finalizers: readonly string[]): Promise<void>;
  /** All of the status, but for the times of its conditions. */
  setStatus(topic: StoredKafkaTopic, status: KafkaTopicStatus): Promise<void>;
  /** What a refusal of Kafka is in Strimzi's words; undefined for everything else. */
  refusalIn(error: unknown): NotServed | undefined;
  /** The object was changed or is gone meanwhile: the next look finds what it is now. */
  isOutdated(error: unknown): boolean;
}

/** Something that Strimzi refuses, in its words. */
export class NotServed extends Error {
  override readonly name = "NotServed";
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

const CLUSTER_LABEL = "strimzi.io/cluster";
const FINALIZER = "strimzi.io/topic-operator";

export class TopicOperator {
  readonly #ports: TopicOperatorPorts;
  readonly #cluster: string;
  /** Version of each object as it was last served, by UID. */
  readonly #served = new Map<string, string>();

  /** `cluster`: value of the label strimzi.io/cluster that selects. */
  constructor(cluster: string, ports: TopicOperatorPorts) {
    this.#cluster = cluster;
    this.#ports = ports;
  }

  /** The next look is at everything, as once in two minutes. */
  pass(): void {
    this.#served.clear();
  }

  /** Serves what has changed since the last look; `topics` are all that there are. */
  async look(topics: readonly StoredKafkaTopic[]): Promise<void> {
    const ours = topics.filter(({ metadata }) => metadata.labels?.[CLUSTER_LABEL] === this.#cluster);
    for (const topic of ours) {
      const { uid, resourceVersion } = topic.metadata;
      if (this.#served.get(uid) === resourceVersion) continue;
      this.#served.set(uid, resourceVersion);
      await this.#serve(topic, ours).catch((error: unknown) => {
        if (!this.#ports.isOutdated(error)) throw error;
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
      const refusal = error instanceof NotServed ? error : this.#ports.refusalIn(error);
      if (refusal === undefined) throw error;
      const { reason, message } = refusal;
      const conditions: KafkaTopicCondition[] = [{ type: "Ready", status: "False", reason, message }];
      await this.#tell(topic, { conditions, topicName: topic.status?.topicName ?? topicName });
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
    const { finalizers = [] } = topic.metadata;
    if (!finalizers.includes(FINALIZER)) await this.#ports.setFinalizers(topic, [...finalizers, FINALIZER]);
    const topicId = await this.#align(topic);
    await this.#tell(topic, { conditions: [{ type: "Ready", status: "True" }], topicName, topicId });
  }

  /** Makes Kafka as the spec says, and returns the topic's id. */
  async #align(topic: StoredKafkaTopic): Promise<string> {
    const { partitions, replicas } = topic.spec;
    const name = effectiveTopicName(topic);
    const configs = configsOf(topic);
    const live = await this.#ports.describe(name);
    if (live === undefined) return await this.#ports.create({ name, configs, partitions, replicas });
    await this.#alignConfigs(name, configs, live);
    const count = live.replicas.length;
    if (partitions !== undefined && partitions < count) {
      throw new NotServed("NotSupported", "Decreasing partitions not supported");
    }
    if (partitions !== undefined && partitions > count) await this.#ports.grow(name, partitions);
    const others = live.replicas.flatMap((factor, index) => (factor === (replicas ?? factor) ? [] : [index]));
    if (others.length > 0) {
      const message = `Replication factor change not supported, but required for partitions [${others.join(", ")}]`;
      throw new NotServed("NotSupported", message);
    }
    return live.id;
  }

  async #alignConfigs(
    name: string,
    wanted: Readonly<Record<string, string>>,
    { configs }: TopicInKafka,
  ): Promise<void> {
    const set = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => configs[key] !== value));
    const unset = Object.keys(configs).filter((key) => !(key in wanted));
    if (Object.keys(set).length + unset.length > 0) await this.#ports.alter(name, { set, unset });
  }

  async #delete(topic: StoredKafkaTopic): Promise<void> {
    const { finalizers = [] } = topic.metadata;
    if (!finalizers.includes(FINALIZER)) return;
    if (isManaged(topic)) await this.#ports.delete(effectiveTopicName(topic));
    await this.#ports.setFinalizers(
      topic,
      finalizers.filter((other) => other !== FINALIZER),
    );
  }

  async #tell(topic: StoredKafkaTopic, told: KafkaTopicStatus): Promise<void> {
    const status = { ...told, observedGeneration: topic.metadata.generation };
    if (!isSame(topic.status, status)) await this.#ports.setStatus(topic, status);
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

function isSame(before: KafkaTopicStatus | undefined, after: KafkaTopicStatus): boolean {
  return JSON.stringify(essence(before)) === JSON.stringify(essence(after));
}

function essence({ conditions = [], observedGeneration, topicId, topicName }: KafkaTopicStatus = {}): unknown {
  const told = conditions.map(({ type, status, reason, message }) => ({ type, status, reason, message }));
  return { told, observedGeneration, topicId, topicName };
}
