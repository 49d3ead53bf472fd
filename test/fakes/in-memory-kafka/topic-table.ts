// The topics of the in-memory Kafka: what the controller knows at once, and what the brokers show after a while.

import type { KafkaFailure } from "../../../src/kafka/model/failure.ts";
import type { ConfigChange, ConfigEntry, ConfigSource } from "../../../src/kafka/model/topic-config.ts";
import type { NewTopic, TopicKey, TopicState } from "../../../src/kafka/model/topic.ts";
import { brokerFailure } from "../../../src/kafka/platformatic/protocol-errors.ts";
import { PartitionLog } from "./partition-log.ts";
import { parseConfig, refusalOf, topicConfigs } from "./topic-configs.ts";
import { collisionForm, illegalName, refusedCreation, refusedGrowth } from "./topic-rules.ts";

export interface Topic {
  readonly name: string;
  readonly id: string;
  readonly partitions: PartitionLog[];
  configs: Readonly<Record<string, string>>;
  /** What brokers show until the change has reached them. */
  shownConfigs: Readonly<Record<string, string>>;
  isShown: boolean;
}

export interface TopicTableOptions {
  readonly brokers: readonly number[];
  readonly defaultPartitions: number;
  readonly defaultReplicationFactor: number;
  newTopicId(name: string): string;
  isAlive(broker: number): boolean;
  /** Calls back when a change becomes visible to those who ask the brokers. */
  whenVisible(show: () => void): void;
}

export class TopicTable {
  readonly #options: TopicTableOptions;
  readonly #topics = new Map<string, Topic>();
  readonly #names = new Map<string, string>();
  readonly #forms = new Map<string, string>();
  readonly #defaults = new Map<string, { readonly value: string; readonly source: ConfigSource }>();
  #nextBroker = 0;

  constructor(options: TopicTableOptions) {
    this.#options = options;
    // ELR (KIP-966), on in new clusters of 4.1 and later, pins it at the level of the cluster.
    this.#defaults.set("min.insync.replicas", { value: "1", source: "dynamicDefault" });
  }

  get names(): readonly string[] {
    return [...this.#topics.keys()];
  }

  /** As the controller knows it. */
  get(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  byId(id: string): Topic | undefined {
    return this.#topics.get(this.#names.get(id) ?? "");
  }

  create(topic: NewTopic, validateOnly = false): Topic | KafkaFailure {
    const { brokers, defaultPartitions, defaultReplicationFactor } = this.#options;
    const refusal = refusedCreation(topic, {
      namesake: this.#forms.get(collisionForm(topic.name)),
      brokers: brokers.filter((broker) => this.#options.isAlive(broker)).length,
      defaultPartitions,
    });
    if (refusal !== undefined) return refusal;
    const count = topic.partitions ?? defaultPartitions;
    const factor = topic.replicationFactor ?? defaultReplicationFactor;
    const created: Topic = {
      name: topic.name,
      id: validateOnly ? "" : this.#options.newTopicId(topic.name),
      partitions: Array.from({ length: count }, (_, index) => new PartitionLog(index, this.#placed(factor))),
      configs: topic.configs,
      shownConfigs: topic.configs,
      isShown: false,
    };
    if (validateOnly) return created;
    this.#topics.set(topic.name, created);
    this.#names.set(created.id, topic.name);
    this.#forms.set(collisionForm(topic.name), topic.name);
    this.#options.whenVisible(() => (created.isShown = true));
    return created;
  }

  grow(name: string, count: number): KafkaFailure | undefined {
    const topic = this.#topics.get(name);
    if (topic === undefined) return brokerFailure(3);
    const current = topic.partitions.length;
    const refusal = refusedGrowth(name, current, count);
    if (refusal !== undefined) return refusal;
    const factor = topic.partitions[0]?.replicas.length ?? 1;
    for (let index = current; index < count; index += 1) {
      topic.partitions.push(new PartitionLog(index, this.#placed(factor)));
    }
    return undefined;
  }

  delete(id: string): KafkaFailure | undefined {
    const topic = this.byId(id);
    if (topic === undefined) return brokerFailure(100, "This server does not host this topic ID.");
    this.#topics.delete(topic.name);
    this.#names.delete(id);
    this.#forms.delete(collisionForm(topic.name));
    return undefined;
  }

  alter(name: string, { set, unset }: ConfigChange): KafkaFailure | undefined {
    const illegal = illegalName(name);
    if (illegal !== undefined) return brokerFailure(17, illegal);
    if (unset.some((key) => key in set)) return brokerFailure(42, "Error due to duplicate config keys");
    const topic = this.#topics.get(name);
    if (topic === undefined) return brokerFailure(3, `The topic '${name}' does not exist.`);
    const kept = Object.entries(topic.configs).filter(([key]) => !unset.includes(key));
    const configs = { ...Object.fromEntries(kept), ...set };
    const refusal = refusalOf(configs);
    if (refusal !== undefined) return brokerFailure(40, refusal);
    topic.configs = configs;
    this.#options.whenVisible(() => (topic.shownConfigs = topic.configs));
    return undefined;
  }

  /** What a broker shows: nothing of what it has not heard of yet. */
  describe(key: TopicKey): TopicState | KafkaFailure {
    if ("name" in key && illegalName(key.name) !== undefined) return brokerFailure(17);
    const topic = "id" in key ? this.byId(key.id) : this.#topics.get(key.name);
    if (topic?.isShown) return this.#stateOf(topic);
    return "id" in key ? brokerFailure(100) : brokerFailure(3);
  }

  list(): readonly TopicState[] {
    return [...this.#topics.values()].filter((topic) => topic.isShown).map((topic) => this.#stateOf(topic));
  }

  describeConfigs(name: string): readonly ConfigEntry[] | KafkaFailure {
    const illegal = illegalName(name);
    if (illegal !== undefined) return brokerFailure(17, illegal);
    const topic = this.#topics.get(name);
    if (!topic?.isShown) return brokerFailure(3);
    return Object.entries(topicConfigs).map(([key, definition]): ConfigEntry => {
      const inherited = this.#defaults.get(key) ?? { value: definition.default, source: "default" };
      const own = topic.shownConfigs[key];
      const parsed = own === undefined ? undefined : parseConfig(definition.type, own);
      const effective: { value: string; source: ConfigSource } =
        parsed !== undefined && "value" in parsed ? { value: parsed.value, source: "topic" } : inherited;
      return { key, ...effective, type: definition.type, isReadOnly: false, isSensitive: false, inherited };
    });
  }

  /** A setting of the brokers, given by the topic's key that it stands behind; undefined resets it. */
  setDefault(key: string, value: string | undefined, source: ConfigSource): void {
    if (value === undefined) this.#defaults.delete(key);
    else this.#defaults.set(key, { value, source });
  }

  #stateOf({ name, id, partitions }: Topic): TopicState {
    const states = partitions.map((partition) => partition.state((broker) => this.#options.isAlive(broker)));
    return { name, id, isInternal: name === "__consumer_offsets", partitions: states };
  }

  #placed(factor: number): readonly number[] {
    const brokers = this.#options.brokers.filter((broker) => this.#options.isAlive(broker));
    this.#nextBroker += 1;
    return Array.from({ length: factor }, (_, replica) => brokers[(this.#nextBroker + replica) % brokers.length] ?? 0);
  }
}

export function isFailure(result: object | undefined): result is KafkaFailure {
  return result !== undefined && "kind" in result;
}
