// A small faithful Kafka behind the KafkaAdmin port, for tests that need thousands of runs or faults at will. It passes
// the contract suite of the real one (test/contract/kafka-admin.ts); where the two differ, this one is wrong.

import { randomBytes } from "node:crypto";

import type { KafkaAdmin } from "../../../src/kafka/admin.ts";
import type { AclOperation } from "../../../src/kafka/model/acl.ts";
import type { KafkaFailure } from "../../../src/kafka/model/failure.ts";
import type { ConfigSource } from "../../../src/kafka/model/topic-config.ts";
import { systemClock, type Clock } from "../../../src/runtime/clock.ts";
import { AclTable } from "./acl-table.ts";
import type { Fault, Network, SideEffect, Verb } from "./faults.ts";
import { GroupTable } from "./group-table.ts";
import { InMemoryAdmin } from "./in-memory-admin.ts";
import type { PartitionLog } from "./partition-log.ts";
import { type Topic, TopicTable } from "./topic-table.ts";

export interface InMemoryKafkaOptions {
  /** Default 1; ids from 1. */
  readonly brokers?: number;
  readonly clusterId?: string;
  /** Default the system's. */
  readonly clock?: Clock;
  /** How long a change stays unseen by those who describe; default 0, a real broker takes up to 10 s in a burst. */
  readonly visibilityLagMs?: number;
  /** `num.partitions`; default 1. */
  readonly defaultPartitions?: number;
  /** Default 1. */
  readonly defaultReplicationFactor?: number;
  /** Names new topics; default at random, as Kafka does. */
  readonly newTopicId?: (name: string) => string;
}

export interface InMemoryAdminOptions {
  /** Default: always. */
  readonly mayWrite?: (clusterId: string) => boolean;
  readonly fault?: Fault;
}

export class InMemoryKafka {
  clusterId: string;
  readonly clock: Clock;
  readonly topics: TopicTable;
  readonly groups = new GroupTable();
  readonly acls = new AclTable();
  /** Every write that was done, in order, by whichever admin. */
  readonly sideEffects: SideEffect[] = [];
  /** Requests by verb: calls of one turn of the event loop share one, up to 500. */
  readonly requests = new Map<Verb, number>();
  network: Network = "up";
  /** Which calls the authorizer refuses. */
  denies: (verb: Verb, name: string) => boolean = () => false;
  /** What the authorizer permits on the cluster as a whole. */
  clusterOperations: readonly AclOperation[] = ["Alter", "Create", "Describe", "DescribeConfigs"];
  /** While set, every write is refused with this wait (KIP-599). */
  throttleMs: number | undefined;
  readonly #brokers: readonly number[];
  readonly #stopped = new Set<number>();

  constructor(options: InMemoryKafkaOptions = {}) {
    const { visibilityLagMs = 0 } = options;
    this.clusterId = options.clusterId ?? randomBytes(16).toString("base64url");
    this.clock = options.clock ?? systemClock;
    this.#brokers = Array.from({ length: options.brokers ?? 1 }, (_, index) => index + 1);
    this.topics = new TopicTable({
      brokers: this.#brokers,
      defaultPartitions: options.defaultPartitions ?? 1,
      defaultReplicationFactor: options.defaultReplicationFactor ?? 1,
      newTopicId: options.newTopicId ?? (() => randomBytes(16).toString("base64url")),
      isAlive: (broker) => !this.#stopped.has(broker),
      whenVisible: (show) => {
        if (visibilityLagMs === 0) show();
        else this.clock.after(visibilityLagMs, show);
      },
    });
  }

  /** Ids of the brokers that run. */
  get brokers(): readonly number[] {
    return this.#brokers.filter((broker) => !this.#stopped.has(broker));
  }

  /** Sum over all verbs, or of some. */
  requestCount(...verbs: readonly Verb[]): number {
    const counted = verbs.length === 0 ? [...this.requests.keys()] : verbs;
    return counted.reduce((sum, verb) => sum + (this.requests.get(verb) ?? 0), 0);
  }

  admin(options: InMemoryAdminOptions = {}): KafkaAdmin {
    return new InMemoryAdmin(this, options);
  }

  stopBroker(id: number): void {
    this.#stopped.add(id);
  }

  startBroker(id: number): void {
    this.#stopped.delete(id);
  }

  /** Appends one record for each time, milliseconds since the epoch. */
  produce(topic: string, partition: number, timestamps: readonly number[]): void {
    const log = this.#log(topic, partition);
    for (const timestamp of timestamps) log.append(timestamp);
  }

  /** One committed transaction: its records, and the marker that takes an offset and is no record. */
  produceTransaction(topic: string, partition: number, timestamps: readonly number[]): void {
    const log = this.#log(topic, partition);
    for (const timestamp of [...timestamps, timestamps.at(-1) ?? 0]) log.append(timestamp);
    log.hasTransactions = true;
  }

  /** Begins to move a partition; `undefined` ends it, on the target. */
  reassign(topic: string, partition: number, target: readonly number[] | undefined): void {
    const log = this.#log(topic, partition);
    // While it moves, a partition's replicas are those before and after together.
    if (target === undefined) log.replicas = log.movingTo ?? log.replicas;
    else log.replicas = [...new Set([...target, ...log.replicas])];
    log.movingTo = target;
  }

  /** Coordinators forget what was committed on it. */
  deleteTopic(id: string): KafkaFailure | undefined {
    const name = this.topics.byId(id)?.name;
    if (name !== undefined) this.groups.forgetTopic(name);
    return this.topics.delete(id);
  }

  /** As an administrator would behind our back: a topic of this name with a new id. */
  recreateTopic(name: string, topic: { readonly partitions?: number; readonly configs?: Topic["configs"] } = {}): void {
    const old = this.topics.get(name);
    if (old !== undefined) this.deleteTopic(old.id);
    this.topics.create({ name, partitions: topic.partitions, configs: topic.configs ?? {} });
  }

  /** A setting of the brokers, by the topic's key that it stands behind. */
  setDefault(key: string, value: string | undefined, source: ConfigSource = "dynamicDefault"): void {
    this.topics.setDefault(key, value, source);
  }

  #log(topic: string, partition: number): PartitionLog {
    const log = this.topics.get(topic)?.partitions[partition];
    if (log === undefined) throw new Error(`The in-memory Kafka has no partition ${partition} of "${topic}"`);
    return log;
  }
}
