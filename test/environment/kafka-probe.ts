// The independent Kafka client of the tests (kafka-probe/*.java, Kafka's own client in one small JVM), typed.
// Assertions about Kafka are read through it, so that an error of the operator's own client cannot hide itself.

import { openSync } from "node:fs";
import { join } from "node:path";

import { jdkProgram } from "../../hack/toolchain/jdk.mjs";
import { kafkaJars, probeJar, sharedClassFlags } from "./assets.ts";
import { JsonLineClient } from "./json-line-client.ts";
import { jvmFlags } from "./kafka-jvm.ts";
import type {
  GroupListing,
  GroupOffset,
  NewRecord,
  NewTopic,
  ProbeConfigEntry,
  ProbeGroup,
  ProbeResource,
  ProbeTopic,
  ReadRecord,
} from "./kafka-probe-model.ts";
import { knownSecrets } from "./known-secrets.ts";
import { Sandbox } from "./sandbox.ts";

export interface KafkaProbeOptions {
  /** Kafka's client properties, for example of security. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly jvmFlags?: readonly string[];
}

/** Starts the probe against a cluster. It ends with `stop()` and with this process. */
export async function startKafkaProbe(
  bootstrapServers: readonly string[],
  options: KafkaProbeOptions = {},
): Promise<KafkaProbe> {
  const sandbox = new Sandbox("kafka-probe");
  try {
    const jars = await kafkaJars();
    const client = JSON.stringify({ "bootstrap.servers": bootstrapServers.join(","), ...options.properties });
    const own = jvmFlags({ heapMb: 96, scratch: sandbox.scratch });
    const flags = [...own, ...(await sharedClassFlags(jars)), ...(options.jvmFlags ?? [])];
    const args = [...flags, "-cp", [...jars, await probeJar(jars)].join(":"), "Probe", client];
    const log = openSync(join(sandbox.folder, "probe.log"), "a");
    const child = sandbox.reaper.spawn(jdkProgram("java"), args, { stdin: "pipe", stdout: "pipe", stderr: log });
    const connection = new JsonLineClient(child);
    await connection.ready;
    return new KafkaProbe(sandbox, connection);
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

/** A real member of a group, until it is stopped. */
export interface ProbeConsumer {
  /** `assignment` as `<topic>-<partition>`, sorted; `received` counts records. */
  state(): Promise<{ readonly assignment: readonly string[]; readonly received: number }>;
  /** Leaves the group. */
  stop(): Promise<void>;
}

/**
 * Guarantees: what it returns was said by a broker during the call; a refusal rejects with a CallError whose `type` is
 * the name of Kafka's Java exception (`TopicExistsException`, …); every call ends within about 30 s.
 */
export class KafkaProbe implements AsyncDisposable {
  readonly #sandbox: Sandbox;
  readonly #connection: JsonLineClient;

  constructor(sandbox: Sandbox, connection: JsonLineClient) {
    this.#sandbox = sandbox;
    this.#connection = connection;
  }

  describeCluster(): Promise<{ clusterId: string; controller: number; brokers: number[] }> {
    return this.#call("describeCluster", {});
  }

  /** Names, sorted, without Kafka's internal topics. */
  listTopics(): Promise<string[]> {
    return this.#call("listTopics", {});
  }

  /** Null when there is no such topic. */
  async describeTopic(name: string): Promise<ProbeTopic | null> {
    return (await this.describeTopics([name]))[name] ?? null;
  }

  /** By name; an absent topic is null. */
  describeTopics(names: readonly string[]): Promise<Record<string, ProbeTopic | null>> {
    return this.#call("describeTopics", { names });
  }

  createTopic(topic: NewTopic): Promise<{ id: string }> {
    return this.#call("createTopic", topic);
  }

  async deleteTopic(name: string): Promise<void> {
    await this.#call("deleteTopic", { name });
  }

  /** Grows to `count` partitions. */
  async createPartitions(name: string, count: number): Promise<void> {
    await this.#call("createPartitions", { name, count });
  }

  /** Makes the user, or changes its password. */
  async setScramPassword(user: string, mechanism: "SCRAM-SHA-256" | "SCRAM-SHA-512", password: string): Promise<void> {
    knownSecrets.addLogin(`password of "${user}"`, user, password);
    await this.#call("setScramPassword", { user, mechanism, password });
  }

  /** Begins to move a partition to these brokers; undefined takes a movement back. */
  async reassignPartition(topic: string, partition: number, replicas: readonly number[] | undefined): Promise<void> {
    await this.#call("reassignPartition", { topic, partition, replicas });
  }

  /** All configs of a resource, with their sources. */
  describeConfigs(resource: ProbeResource): Promise<ProbeConfigEntry[]> {
    return this.#call("describeConfigs", resource);
  }

  /** Configs that were set on the topic itself, not inherited: what a person would see as its configuration. */
  async topicConfig(name: string): Promise<Record<string, string | null>> {
    const entries = await this.describeConfigs({ type: "topic", name });
    const own = entries.filter(({ source }) => source === "DYNAMIC_TOPIC_CONFIG");
    return Object.fromEntries(own.map((entry) => [entry.name, entry.value]));
  }

  /** Incremental: keys that are not named are left alone. */
  async alterConfigs(
    resource: ProbeResource,
    change: { readonly set?: Readonly<Record<string, string>>; readonly unset?: readonly string[] },
  ): Promise<void> {
    await this.#call("alterConfigs", { ...resource, ...change });
  }

  /**
   * Resolves when all records are acknowledged by all in-sync replicas. `repeat` sends the list that often; with a
   * `transactionalId` they are one committed transaction.
   */
  async produce(
    topic: string,
    records: readonly NewRecord[],
    options: {
      readonly compression?: "none" | "gzip" | "snappy" | "lz4" | "zstd";
      readonly repeat?: number;
      readonly transactionalId?: string;
      /** Path of a file that holds all of the producer's properties. */
      readonly propertiesFile?: string;
    } = {},
  ): Promise<void> {
    await this.#call("produce", { topic, records, ...options });
  }

  /** Every record between the start and the end of the log at the time of the call. */
  consume(
    topic: string,
    options: { readonly isolationLevel?: "read_committed" | "read_uncommitted" } = {},
  ): Promise<ReadRecord[]> {
    return this.#call("consume", { topic, ...options });
  }

  /** Of each partition, in order; a number is a timestamp in milliseconds. Offset -1: none at or after it. */
  listOffsets(
    topic: string,
    at: "earliest" | "latest" | "maxTimestamp" | number,
  ): Promise<{ partition: number; offset: number; timestamp: number }[]> {
    return this.#call("listOffsets", { topic, at });
  }

  /** Moves the start of one partition; -1 means to its end. */
  deleteRecords(topic: string, partition: number, before: number): Promise<{ logStart: number }> {
    return this.#call("deleteRecords", { topic, partition, before });
  }

  /**
   * A consumer that reads from the earliest record, and commits after each batch unless `commit` is false. Resolves
   * when the group has assigned partitions to it. `properties` are Kafka's consumer properties.
   */
  async startConsumer(
    options: {
      readonly topics: readonly string[];
      readonly commit?: boolean;
      readonly properties?: Readonly<Record<string, string>>;
    } & (
      | { readonly groupId: string; readonly protocol: "classic" | "consumer" }
      /** Path of a file that holds all of the consumer's properties. */
      | { readonly propertiesFile: string }
    ),
  ): Promise<ProbeConsumer> {
    const consumer = await this.#call<{ consumerId: string }>("startConsumer", options);
    return {
      state: () => this.#call("describeConsumer", consumer),
      stop: async () => {
        await this.#call("stopConsumer", consumer);
      },
    };
  }

  /** A member of a share group (KIP-932), which the broker lists when this resolves; it reads nothing. */
  async startShareConsumer(groupId: string, topic: string): Promise<{ stop(): Promise<void> }> {
    const consumer = await this.#call<{ consumerId: string }>("startShareConsumer", { groupId, topic });
    return {
      stop: async () => {
        await this.#call("stopShareConsumer", consumer);
      },
    };
  }

  listGroups(): Promise<GroupListing[]> {
    return this.#call("listGroups", {});
  }

  describeGroup(groupId: string): Promise<ProbeGroup> {
    return this.#call("describeGroup", { groupId });
  }

  async deleteGroup(groupId: string): Promise<void> {
    await this.#call("deleteGroup", { groupId });
  }

  /** Ordered by topic and partition; partitions without a commit are left out. */
  committedOffsets(groupId: string): Promise<GroupOffset[]> {
    return this.#call("committedOffsets", { groupId });
  }

  /** As an administrator: refused while the group has members. Creates the group when absent. */
  async commitOffsets(groupId: string, offsets: readonly GroupOffset[]): Promise<void> {
    await this.#call("commitOffsets", { groupId, offsets });
  }

  async deleteOffsets(
    groupId: string,
    partitions: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<void> {
    await this.#call("deleteOffsets", { groupId, partitions });
  }

  async stop(): Promise<void> {
    await this.#connection.end();
    await this.#sandbox.close();
  }

  /** Ends as a crash does: its consumers leave without a word and stay members until their session ends. */
  async kill(): Promise<void> {
    await this.#connection.kill();
    await this.#sandbox.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #call<T>(verb: string, parameters: object): Promise<T> {
    return (await this.#connection.call(verb, parameters)) as T;
  }
}
