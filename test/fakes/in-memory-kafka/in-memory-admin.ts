// The KafkaAdmin port on the in-memory Kafka: every verb through the gate, then to the table that knows.

import type { Call, KafkaAdmin, WriteCall } from "../../../src/kafka/admin.ts";
import { aclKey, type AclBinding } from "../../../src/kafka/model/acl.ts";
import type { ClusterState } from "../../../src/kafka/model/cluster.ts";
import { type Answer, failedWith, type KafkaFailure, ok } from "../../../src/kafka/model/failure.ts";
import type {
  CommittedOffset,
  GroupState,
  ListedOffset,
  OffsetAt,
  TopicPartition,
} from "../../../src/kafka/model/offsets.ts";
import type { ConfigChange, ConfigEntry, ConfigResource } from "../../../src/kafka/model/topic-config.ts";
import type { CreatedTopic, NewTopic, TopicKey, TopicState, ValidatedTopic } from "../../../src/kafka/model/topic.ts";
import { brokerFailure } from "../../../src/kafka/platformatic/protocol-errors.ts";
import { unfitAcl } from "../../../src/kafka/platformatic/request-guard.ts";
import { CallGate } from "./call-gate.ts";
import type { InMemoryAdminOptions, InMemoryKafka } from "./in-memory-kafka.ts";
import type { PartitionLog } from "./partition-log.ts";
import { topicConfigs } from "./topic-configs.ts";
import { isFailure, type Topic } from "./topic-table.ts";

const growthMost = 5000;

export class InMemoryAdmin implements KafkaAdmin {
  readonly #kafka: InMemoryKafka;
  readonly #gate: CallGate;

  constructor(kafka: InMemoryKafka, options: InMemoryAdminOptions) {
    this.#kafka = kafka;
    this.#gate = new CallGate(kafka, options);
  }

  cluster(call: Call): Promise<Answer<ClusterState>> {
    const state = (): ClusterState => ({
      id: this.#kafka.clusterId,
      brokers: this.#kafka.brokers.map((id) => ({ id, rack: undefined })),
      capabilities: [
        "consumerGroupProtocol",
        "eligibleLeaderReplicas",
        "groupConfigs",
        "incrementalAlterConfigs",
        "shareGroups",
        "topicIds",
      ],
      version: "4.3",
      operations: this.#kafka.clusterOperations,
    });
    return this.#gate.pass("cluster", "", call, () => ok(state()));
  }

  describeTopic(topic: TopicKey, call: Call): Promise<Answer<TopicState>> {
    const name = "id" in topic ? topic.id : topic.name;
    return this.#gate.pass("describeTopic", name, call, () => answerOf(this.#kafka.topics.describe(topic)));
  }

  listTopics(call: Call): Promise<Answer<readonly TopicState[]>> {
    const isVisible = ({ name }: TopicState): boolean => !this.#kafka.denies("describeTopic", name);
    return this.#gate.pass("listTopics", "", call, () => ok(this.#kafka.topics.list().filter(isVisible)));
  }

  createTopic(topic: NewTopic, call: WriteCall): Promise<Answer<CreatedTopic>> {
    return this.#gate.pass("createTopic", topic.name, call, () => {
      const created = this.#kafka.topics.create(topic);
      return isFailure(created)
        ? failedWith(created)
        : ok({ ...describeCreated(created), configs: this.#createdConfigs(topic.name) });
    });
  }

  validateTopic(topic: NewTopic, call: WriteCall): Promise<Answer<ValidatedTopic>> {
    return this.#gate.pass("validateTopic", topic.name, call, () => {
      const judged = this.#kafka.topics.create(topic, true);
      if (isFailure(judged)) return failedWith(judged);
      const { replicationFactor } = describeCreated(judged);
      return ok({ configKeys: Object.keys(topicConfigs).toSorted(), replicationFactor });
    });
  }

  createPartitions(
    growth: { readonly name: string; readonly count: number; readonly currentCount: number },
    call: WriteCall,
  ): Promise<Answer<void>> {
    const { name, count, currentCount } = growth;
    if (count - currentCount > growthMost) {
      const message = `Topic "${name}" would grow by ${count - currentCount} partitions at once; grow it in steps of at most ${growthMost}`;
      return Promise.resolve(failedWith(brokerFailure(42, message)));
    }
    return this.#gate.pass("createPartitions", name, call, () => done(this.#kafka.topics.grow(name, count)));
  }

  deleteTopic({ id }: { readonly id: string }, call: WriteCall): Promise<Answer<void>> {
    return this.#gate.pass("deleteTopic", id, call, () => done(this.#kafka.deleteTopic(id)));
  }

  describeConfigs(
    resource: ConfigResource,
    call: Call,
    keys?: readonly string[],
  ): Promise<Answer<readonly ConfigEntry[]>> {
    return this.#gate.pass("describeConfigs", resource.name, call, () => {
      const entries = this.#configsOf(resource);
      if (isFailure(entries)) return failedWith(entries);
      return ok(keys === undefined ? entries : entries.filter(({ key }) => keys.includes(key)));
    });
  }

  alterConfigs(resource: ConfigResource, change: ConfigChange, call: WriteCall): Promise<Answer<void>> {
    return this.#gate.pass("alterConfigs", resource.name, call, () => done(this.#alter(resource, change)));
  }

  listOffset(partition: TopicPartition, at: OffsetAt, call: Call): Promise<Answer<ListedOffset>> {
    return this.#gate.pass("listOffset", partition.topic, call, () => {
      const log = this.#leaderLog(partition);
      if (isFailure(log)) return failedWith(log);
      if (at === "earliest") return ok({ offset: log.start });
      return ok({ offset: at === "latest" ? log.end : log.offsetAt(at) });
    });
  }

  hasTransactions(partition: TopicPartition, call: Call): Promise<Answer<boolean>> {
    return this.#gate.pass("hasTransactions", partition.topic, call, () => {
      const log = this.#leaderLog(partition);
      return isFailure(log) ? failedWith(log) : ok(log.hasTransactions);
    });
  }

  deleteRecords(partition: TopicPartition, before: bigint | undefined, call: WriteCall): Promise<Answer<void>> {
    return this.#gate.pass("deleteRecords", partition.topic, call, () => {
      const log = this.#leaderLog(partition);
      if (isFailure(log)) return failedWith(log);
      return done(log.deleteBefore(before ?? log.end) ? undefined : brokerFailure(1));
    });
  }

  describeLogDirs(topic: string, call: Call): Promise<Answer<ReadonlyMap<number, readonly bigint[]>>> {
    return this.#gate.pass("describeLogDirs", topic, call, () => {
      const described = this.#kafka.topics.describe({ name: topic });
      if (isFailure(described)) return failedWith(described);
      const logs = this.#kafka.topics.get(topic)?.partitions ?? [];
      const replicas = new Map(described.partitions.map((state) => [state.index, state.inSyncReplicas]));
      return ok(new Map(logs.map((log) => [log.index, (replicas.get(log.index) ?? []).map(() => log.bytes)])));
    });
  }

  listReassignments(topic: string, call: Call): Promise<Answer<ReadonlyMap<number, readonly number[]>>> {
    return this.#gate.pass("listReassignments", topic, call, () => {
      const logs = this.#kafka.topics.get(topic)?.partitions ?? [];
      return ok(new Map(logs.flatMap(({ index, movingTo }) => (movingTo ? [[index, movingTo] as const] : []))));
    });
  }

  listGroups(call: Call): ReturnType<KafkaAdmin["listGroups"]> {
    const isPartial = false;
    return this.#gate.pass("listGroups", "", call, () => {
      const groups = this.#kafka.groups.list().filter(({ groupId }) => !this.#kafka.denies("describeGroup", groupId));
      return ok({ groups, isPartial });
    });
  }

  describeGroup(groupId: string, call: Call): Promise<Answer<GroupState>> {
    return this.#gate.pass("describeGroup", groupId, call, () => answerOf(this.#kafka.groups.describe(groupId)));
  }

  fetchOffsets(groupId: string, call: Call): Promise<Answer<readonly CommittedOffset[]>> {
    return this.#gate.pass("fetchOffsets", groupId, call, () => ok(this.#kafka.groups.commits(groupId)));
  }

  commitOffset(groupId: string, commit: CommittedOffset, call: WriteCall): Promise<Answer<void>> {
    if (groupId === "") return Promise.resolve(failedWith(brokerFailure(24, "The group id is empty")));
    const { topic, partition, offset } = commit;
    if (offset < 0n) return Promise.resolve(failedWith(brokerFailure(1, `Offset ${offset} is not one of a log`)));
    return this.#gate.pass("commitOffset", groupId, call, () => {
      const isThere = this.#kafka.topics.get(topic)?.partitions[partition] !== undefined;
      return done(isThere ? this.#kafka.groups.commitAsAdmin(groupId, commit) : brokerFailure(3));
    });
  }

  deleteGroup(groupId: string, call: WriteCall): Promise<Answer<void>> {
    if (groupId === "") return Promise.resolve(failedWith(brokerFailure(24, "The group id is empty")));
    return this.#gate.pass("deleteGroup", groupId, call, () => done(this.#kafka.groups.deleteAsAdmin(groupId)));
  }

  describeAcls(call: Call): Promise<Answer<readonly AclBinding[]>> {
    const { acls } = this.#kafka;
    return this.#gate.pass("describeAcls", "", call, () => this.#guarded() ?? ok(acls.list()));
  }

  createAcl(binding: AclBinding, call: WriteCall): Promise<Answer<void>> {
    const unfit = unfitAcl(binding);
    if (unfit !== undefined) return Promise.resolve(failedWith(unfit));
    const { acls } = this.#kafka;
    return this.#gate.pass("createAcl", aclKey(binding), call, () => this.#guarded() ?? done(acls.create(binding)));
  }

  deleteAcl(binding: AclBinding, call: WriteCall): Promise<Answer<void>> {
    const unfit = unfitAcl(binding);
    if (unfit !== undefined) return Promise.resolve(failedWith(unfit));
    return this.#gate.pass("deleteAcl", aclKey(binding), call, () => {
      this.#kafka.acls.delete(binding);
      return this.#guarded() ?? ok(undefined);
    });
  }

  async close(): Promise<void> {
    this.#gate.close();
  }

  #guarded(): Answer<never> | undefined {
    if (this.#kafka.acls.hasAuthorizer) return undefined;
    return failedWith(brokerFailure(54, "No Authorizer is configured."));
  }

  #leaderLog({ topic, partition }: TopicPartition): PartitionLog | KafkaFailure {
    const described = this.#kafka.topics.describe({ name: topic });
    if (isFailure(described)) return described;
    const log = this.#kafka.topics.get(topic)?.partitions[partition];
    if (log === undefined) return brokerFailure(3, `Partition ${partition} of topic "${topic}" does not exist`);
    const { leader } = log.state((broker) => this.#kafka.brokers.includes(broker));
    return leader === undefined ? brokerFailure(5, `Partition ${partition} of topic "${topic}" has no leader`) : log;
  }

  #configsOf(resource: ConfigResource): readonly ConfigEntry[] | KafkaFailure {
    if (resource.kind === "topic") return this.#kafka.topics.describeConfigs(resource.name);
    if (resource.kind === "group") return this.#kafka.groups.describeConfigs(resource.name);
    return this.#unknownBroker(resource.name) ?? [];
  }

  #createdConfigs(name: string): CreatedTopic["configs"] {
    const entries = this.#kafka.topics.describeConfigs(name);
    return isFailure(entries) ? undefined : entries.map(({ key, source, value }) => ({ key, source, value }));
  }

  #alter(resource: ConfigResource, change: ConfigChange): KafkaFailure | undefined {
    if (resource.kind === "topic") return this.#kafka.topics.alter(resource.name, change);
    if (resource.kind === "group") return this.#kafka.groups.alter(resource.name, change);
    const unknown = this.#unknownBroker(resource.name);
    if (unknown !== undefined) return unknown;
    const source = resource.name === "" ? "dynamicDefault" : "dynamicBroker";
    for (const [key, { brokerKey }] of Object.entries(topicConfigs)) {
      if (brokerKey === undefined) continue;
      const value = change.set[brokerKey];
      if (value !== undefined) this.#kafka.setDefault(key, value, source);
      else if (change.unset.includes(brokerKey)) this.#kafka.setDefault(key, undefined, source);
    }
    return undefined;
  }

  #unknownBroker(name: string): KafkaFailure | undefined {
    if (name === "" || this.#kafka.brokers.includes(Number(name))) return undefined;
    if (!/^\d+$/.test(name)) return brokerFailure(42, `Broker id must be an integer, but it is: ${name}`);
    return brokerFailure(8, `The cluster advertises no broker ${name}`);
  }
}

function describeCreated({ id, partitions }: Topic): CreatedTopic {
  return { id, partitions: partitions.length, replicationFactor: partitions[0]?.replicas.length };
}

function answerOf<Value extends object>(result: Value | KafkaFailure): Answer<Value> {
  return isFailure(result) ? failedWith(result) : ok(result);
}

function done(failure: KafkaFailure | undefined): Answer<void> {
  return failure === undefined ? ok(undefined) : failedWith(failure);
}
