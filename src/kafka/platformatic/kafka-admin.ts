// KafkaAdmin on @platformatic/kafka's codecs: each verb names its operation and its route, and keeps out what would spoil
// a shared request. Everything else happens below: errand (retries), router (which broker), lane (batches), wire.

import type { Clock } from "../../runtime/clock.ts";
import type { Call, KafkaAdmin, WriteCall } from "../admin.ts";
import type { AclBinding } from "../model/acl.ts";
import type { ClusterState } from "../model/cluster.ts";
import type { ConnectionSettings } from "../model/connection.ts";
import { type Answer, failedWith, type KafkaFailure, ok } from "../model/failure.ts";
import type { CommittedOffset, GroupState, ListedOffset, OffsetAt, TopicPartition } from "../model/offsets.ts";
import type { ConfigChange, ConfigEntry, ConfigResource } from "../model/topic-config.ts";
import type { CreatedTopic, NewTopic, TopicKey, TopicState, ValidatedTopic } from "../model/topic.ts";
import { namingDenials } from "../named-denials.ts";
import { parseAddress } from "./address.ts";
import { Connector } from "./connector.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { Route } from "./errand.ts";
import { GroupReader } from "./group-reader.ts";
import type { Observer } from "./observer.ts";
import { createAcls, deleteAcls, describeAcls } from "./operations/acls.ts";
import { alterConfigs } from "./operations/alter-configs.ts";
import { describeCluster } from "./operations/cluster.ts";
import { commitOffset } from "./operations/commit-offset.ts";
import { createPartitions, type PartitionGrowth } from "./operations/create-partitions.ts";
import { createTopics } from "./operations/create-topics.ts";
import { deleteGroups } from "./operations/delete-groups.ts";
import { deleteRecords } from "./operations/delete-records.ts";
import { deleteTopics } from "./operations/delete-topics.ts";
import { describeConfigs } from "./operations/describe-configs.ts";
import { describeLogDirs, type LogSizes } from "./operations/describe-log-dirs.ts";
import { describeProducers } from "./operations/describe-producers.ts";
import { fetchOffsets } from "./operations/fetch-offsets.ts";
import { listOffsets } from "./operations/list-offsets.ts";
import { listReassignments } from "./operations/list-reassignments.ts";
import { describeTopics, listTopics } from "./operations/topics.ts";
import { spareTime } from "./partial.ts";
import {
  int32Most,
  unfitAcl,
  unfitConfigs,
  unfitGrowth,
  unfitNumber,
  unfitText,
  unfitTopic,
  unfitTopicId,
} from "./request-guard.ts";
import { Router } from "./router.ts";
import { Routes } from "./routes.ts";
import { lineSecurity } from "./sasl.ts";

/** Milliseconds; the defaults suit production, tests shorten them. */
export interface Timings {
  /** For TCP, TLS, SASL and the greeting of one connection together; 5 s. */
  readonly handshakeTimeoutMs: number;
  /** For the answer to a live read, then the connection is given up; 5 s. */
  readonly readTimeoutMs: number;
  /** For the answer to a bulk read, which may be of megabytes; 15 s. */
  readonly bulkReadTimeoutMs: number;
  /** For the answer to a write; 15 s, more than the controller is given to work on it. */
  readonly writeTimeoutMs: number;
  /** Between the starts of two attempts on an address that fails; 1 s. */
  readonly reconnectPauseMs: number;
  /** A broker that is silent for so long while connecting no longer keeps the next one waiting; 500 ms. */
  readonly staggerMs: number;
  /** A connection without traffic is closed; 5 min, as Kafka's own admin client, half of what brokers allow. */
  readonly idleMs: number;
}

const defaultTimings: Timings = {
  handshakeTimeoutMs: 5000,
  readTimeoutMs: 5000,
  bulkReadTimeoutMs: 15_000,
  writeTimeoutMs: 15_000,
  reconnectPauseMs: 1000,
  staggerMs: 500,
  idleMs: 300_000,
};

// More at once gain nothing, and would keep items from sharing a request: a broker forwards one write at a time to the
// controller, and works on one request of a connection at a time (Kafka's SocketServer mutes it meanwhile), so that of
// reads a second one, which waits there already, is all that keeps it busy.
const maxInFlight = { read: 2, bulkRead: 1, write: 1 } as const;

export interface KafkaOptions extends ConnectionSettings {
  /** Told to the brokers, where quotas and request logs name it. */
  readonly clientId: string;
  readonly clock: Clock;
  /** Whether a write to this cluster is permitted at this very moment; asked when a request is written. Must not throw. */
  mayWrite(clusterId: string): boolean;
  readonly observer?: Observer | undefined;
  readonly timings?: Partial<Timings> | undefined;
}

/**
 * An admin of one cluster. Connects when it is first asked something.
 * @throws Error where a bootstrap server is not an address, or there is none.
 */
export function connectKafka(options: KafkaOptions): KafkaAdmin {
  return namingDenials(new PlatformaticAdmin(options));
}

class PlatformaticAdmin implements KafkaAdmin {
  readonly #router: Router;
  readonly #dispatcher: Dispatcher;
  readonly #routes: Routes;
  readonly #groups: GroupReader;

  constructor(options: KafkaOptions) {
    const { clock, clientId, observer = {} } = options;
    const security = lineSecurity(options.security, clock);
    const timings = { ...defaultTimings, ...options.timings };
    const { handshakeTimeoutMs, reconnectPauseMs, readTimeoutMs, writeTimeoutMs, idleMs, staggerMs } = timings;
    const bootstrapServers = options.bootstrapServers.map(parseAddress);
    if (bootstrapServers.length === 0) throw new Error("No bootstrap server is given; write at least one host:port");
    const pauseMs = reconnectPauseMs;
    this.#router = new Router({
      bootstrapServers,
      connector: new Connector({ security, clientId, clock, handshakeTimeoutMs, observer, pauseMs }),
      clock,
      requestTimeoutMs: { read: readTimeoutMs, bulkRead: timings.bulkReadTimeoutMs, write: writeTimeoutMs },
      maxInFlight,
      idleMs,
      staggerMs,
      mayWrite: (clusterId) => options.mayWrite(clusterId),
    });
    this.#dispatcher = new Dispatcher({ clock, brokerFailed: (id) => this.#router.hasFailed(id) });
    this.#routes = new Routes({ router: this.#router, dispatcher: this.#dispatcher, clock });
    this.#groups = new GroupReader(this.#dispatcher, this.#routes);
  }

  async cluster(call: Call): Promise<Answer<ClusterState>> {
    const answer = await this.#dispatcher.ask(describeCluster, null, call, this.#routes.any("read"));
    if (answer.status !== "ok") return answer;
    this.#router.learn(answer.value.clusterId, answer.value.brokers);
    return ok(answer.value.state);
  }

  async describeTopic(topic: TopicKey, call: Call): Promise<Answer<TopicState>> {
    const unfit = "id" in topic ? unfitTopicId(topic.id) : unfitText("The topic's name", topic.name);
    if (unfit !== undefined) return failedWith(unfit);
    const answer = await this.#dispatcher.ask(describeTopics, topic, call, this.#routes.any("read"));
    // Whoever asks for one topic may want its leaders next; who asks for all of them does not.
    if (answer.status === "ok" && call.priority === "live") this.#routes.learn(answer.value);
    return answer;
  }

  listTopics(call: Call): Promise<Answer<readonly TopicState[]>> {
    return this.#dispatcher.ask(listTopics, null, call, this.#routes.any("read"));
  }

  async createTopic(topic: NewTopic, call: WriteCall): Promise<Answer<CreatedTopic>> {
    const unfit = unfitTopic(topic);
    if (unfit !== undefined) return failedWith(unfit);
    const creation = { topic, validateOnly: false };
    return this.#dispatcher.ask(createTopics, creation, call, this.#routes.any("write"));
  }

  async validateTopic(topic: NewTopic, call: WriteCall): Promise<Answer<ValidatedTopic>> {
    const unfit = unfitTopic(topic);
    if (unfit !== undefined) return failedWith(unfit);
    const creation = { topic, validateOnly: true };
    const answer = await this.#dispatcher.ask(createTopics, creation, call, this.#routes.any("write"));
    // The id that comes with it belongs to no topic.
    if (answer.status !== "ok") return answer;
    const { configKeys, replicationFactor } = answer.value;
    return ok({ configKeys, replicationFactor });
  }

  async createPartitions(growth: PartitionGrowth, call: WriteCall): Promise<Answer<void>> {
    const unfit = unfitGrowth(growth);
    if (unfit !== undefined) return failedWith(unfit);
    return this.#dispatcher.ask(createPartitions, growth, call, this.#routes.any("write"));
  }

  async deleteTopic(topic: { readonly id: string }, call: WriteCall): Promise<Answer<void>> {
    const unfit = unfitTopicId(topic.id);
    if (unfit !== undefined) return failedWith(unfit);
    return this.#dispatcher.ask(deleteTopics, topic, call, this.#routes.any("write"));
  }

  async describeConfigs(
    resource: ConfigResource,
    call: Call,
    keys?: readonly string[],
  ): Promise<Answer<readonly ConfigEntry[]>> {
    const unfit = firstUnfit([resource.name, ...(keys ?? [])]);
    if (unfit !== undefined) return failedWith(unfit);
    return this.#dispatcher.ask(describeConfigs, { resource, keys }, call, this.#configRoute(resource, "read"));
  }

  async alterConfigs(resource: ConfigResource, change: ConfigChange, call: WriteCall): Promise<Answer<void>> {
    const unfit = firstUnfit([resource.name, ...change.unset]) ?? unfitConfigs(change.set);
    if (unfit !== undefined) return failedWith(unfit);
    return this.#dispatcher.ask(alterConfigs, { resource, change }, call, this.#configRoute(resource, "write"));
  }

  async listOffset(partition: TopicPartition, at: OffsetAt, call: Call): Promise<Answer<ListedOffset>> {
    const unfit =
      unfitPartition(partition) ??
      (typeof at === "number" ? unfitNumber("The time", at, Number.MAX_SAFE_INTEGER) : undefined);
    if (unfit !== undefined) return failedWith(unfit);
    return this.#dispatcher.ask(listOffsets, { ...partition, at }, call, this.#routes.leader(partition, "read"));
  }

  async hasTransactions(partition: TopicPartition, call: Call): Promise<Answer<boolean>> {
    const unfit = unfitPartition(partition);
    if (unfit !== undefined) return failedWith(unfit);
    return this.#dispatcher.ask(describeProducers, partition, call, this.#routes.leader(partition, "read"));
  }

  async deleteRecords(partition: TopicPartition, before: bigint | undefined, call: WriteCall): Promise<Answer<void>> {
    // -1 means all records in the protocol; here only undefined does.
    const unfit = unfitPartition(partition) ?? (before === undefined ? undefined : unfitOffset(before));
    if (unfit !== undefined) return failedWith(unfit);
    return this.#dispatcher.ask(deleteRecords, { ...partition, before }, call, this.#routes.leader(partition, "write"));
  }

  async describeLogDirs(topic: string, call: Call): Promise<Answer<ReadonlyMap<number, readonly bigint[]>>> {
    const described = await this.describeTopic({ name: topic }, call);
    if (described.status !== "ok") return described;
    const { partitions } = described.value;
    const brokers = new Set(partitions.flatMap(({ replicas }) => replicas));
    const question = { topic, partitions: partitions.map(({ index }) => index) };
    const answers = await Promise.all(
      [...brokers].map((id) =>
        this.#dispatcher.ask(describeLogDirs, question, spareTime(call), this.#routes.broker(id, "read")),
      ),
    );
    const sizes = answers.flatMap((answer) => (answer.status === "ok" ? [answer.value] : []));
    const [refusal] = answers.filter((answer) => answer.status !== "ok");
    return sizes.length === 0 && refusal !== undefined ? refusal : ok(sizesByPartition(sizes));
  }

  async listReassignments(topic: string, call: Call): Promise<Answer<ReadonlyMap<number, readonly number[]>>> {
    const answer = await this.#dispatcher.ask(listReassignments, null, call, this.#routes.any("read"));
    return answer.status === "ok" ? ok(answer.value.get(topic) ?? new Map<number, readonly number[]>()) : answer;
  }

  listGroups(call: Call): ReturnType<KafkaAdmin["listGroups"]> {
    return this.#groups.list(call);
  }

  async describeGroup(groupId: string, call: Call): Promise<Answer<GroupState>> {
    const unfit = firstUnfit([groupId]);
    return unfit === undefined ? this.#groups.describe(groupId, call) : failedWith(unfit);
  }

  async fetchOffsets(groupId: string, call: Call): Promise<Answer<readonly CommittedOffset[]>> {
    const unfit = firstUnfit([groupId]);
    if (unfit !== undefined) return failedWith(unfit);
    return this.#dispatcher.ask(fetchOffsets, groupId, call, this.#routes.coordinator(groupId, "read"));
  }

  async commitOffset(groupId: string, offset: CommittedOffset, call: WriteCall): Promise<Answer<void>> {
    const unfit = unfitGroup(groupId) ?? unfitPartition(offset) ?? unfitOffset(offset.offset);
    if (unfit !== undefined) return failedWith(unfit);
    const commit = { ...offset, groupId };
    return this.#dispatcher.ask(commitOffset, commit, call, this.#routes.coordinator(groupId, "write"));
  }

  async deleteGroup(groupId: string, call: WriteCall): Promise<Answer<void>> {
    const unfit = unfitGroup(groupId);
    if (unfit !== undefined) return failedWith(unfit);
    return this.#dispatcher.ask(deleteGroups, groupId, call, this.#routes.coordinator(groupId, "write"));
  }

  describeAcls(call: Call): Promise<Answer<readonly AclBinding[]>> {
    return this.#dispatcher.ask(describeAcls, null, call, this.#routes.any("read"));
  }

  async createAcl(binding: AclBinding, call: WriteCall): Promise<Answer<void>> {
    const unfit = unfitAcl(binding);
    return unfit === undefined
      ? this.#dispatcher.ask(createAcls, binding, call, this.#routes.any("write"))
      : failedWith(unfit);
  }

  async deleteAcl(binding: AclBinding, call: WriteCall): Promise<Answer<void>> {
    const unfit = unfitAcl(binding);
    return unfit === undefined
      ? this.#dispatcher.ask(deleteAcls, binding, call, this.#routes.any("write"))
      : failedWith(unfit);
  }

  async close(): Promise<void> {
    const reason = "The connection to Kafka was closed";
    this.#dispatcher.close(reason);
    this.#router.close(reason);
  }

  // A broker judges and tells only its own configuration.
  #configRoute(resource: ConfigResource, access: "read" | "write"): Route {
    const isOneBroker = resource.kind === "broker" && /^\d{1,9}$/.test(resource.name);
    return isOneBroker ? this.#routes.broker(Number(resource.name), access) : this.#routes.any(access);
  }
}

function firstUnfit(names: readonly string[]): KafkaFailure | undefined {
  return names.map((name) => unfitText("A name", name)).find((failure) => failure !== undefined);
}

function unfitPartition({ topic, partition }: TopicPartition): KafkaFailure | undefined {
  return unfitText("The topic's name", topic) ?? unfitNumber("The partition", partition, int32Most);
}

function unfitOffset(offset: bigint): KafkaFailure | undefined {
  if (offset >= 0n && offset <= 0x7fff_ffff_ffff_ffffn) return undefined;
  return { kind: "invalid", code: 1, name: "OFFSET_OUT_OF_RANGE", message: `Offset ${offset} is not one of a log` };
}

// The broker would commit to a group without a name.
function unfitGroup(groupId: string): KafkaFailure | undefined {
  if (groupId === "") return { kind: "invalid", code: 24, name: "INVALID_GROUP_ID", message: "The group id is empty" };
  return unfitText("The group id", groupId);
}

function sizesByPartition(brokers: readonly LogSizes[]): ReadonlyMap<number, readonly bigint[]> {
  const byPartition = new Map<number, bigint[]>();
  for (const sizes of brokers) {
    for (const [partition, bytes] of sizes) byPartition.set(partition, [...(byPartition.get(partition) ?? []), bytes]);
  }
  return byPartition;
}
