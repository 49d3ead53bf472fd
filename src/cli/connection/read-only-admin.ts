// A KafkaAdmin that asks and never changes anything: verbs that write answer that nothing was sent, before the adapter
// hears of them, and the adapter itself may not write either.

import type { KafkaAdmin } from "../../kafka/admin.ts";
import { ok, type Answer } from "../../kafka/model/failure.ts";

const NOT_SENT = { status: "notSent", reason: "The command line only reads" } as const;

function refuse(): Promise<Answer<never>> {
  return Promise.resolve(NOT_SENT);
}

export function readOnly(admin: KafkaAdmin): KafkaAdmin {
  // One look for everybody: brokers of one cluster know the same keys.
  let configKeys: Promise<readonly string[] | undefined> | undefined;
  return {
    cluster: (call) => admin.cluster(call),
    describeTopic: (topic, call) => admin.describeTopic(topic, call),
    listTopics: (call) => admin.listTopics(call),
    describeConfigs: (resource, call, keys) => admin.describeConfigs(resource, call, keys),
    listOffset: (partition, at, call) => admin.listOffset(partition, at, call),
    hasTransactions: (partition, call) => admin.hasTransactions(partition, call),
    describeLogDirs: (topic, call) => admin.describeLogDirs(topic, call),
    listReassignments: (topic, call) => admin.listReassignments(topic, call),
    listGroups: (call) => admin.listGroups(call),
    describeGroup: (groupId, call) => admin.describeGroup(groupId, call),
    fetchOffsets: (groupId, call) => admin.fetchOffsets(groupId, call),
    describeAcls: (call) => admin.describeAcls(call),
    // Brokers ask for the right to create, and count it as a creation: another topic shows the keys as well.
    validateTopic: async (_topic, call) => {
      configKeys ??= keysOfAnyTopic(admin, call);
      return ok({ configKeys: await configKeys, replicationFactor: await defaultReplicationFactor(admin, call) });
    },
    createTopic: refuse,
    createPartitions: refuse,
    deleteTopic: refuse,
    alterConfigs: refuse,
    deleteRecords: refuse,
    commitOffset: refuse,
    deleteGroup: refuse,
    createAcl: refuse,
    deleteAcl: refuse,
    close: () => admin.close(),
  };
}

type ReadCall = Parameters<KafkaAdmin["listTopics"]>[0];

async function keysOfAnyTopic(admin: KafkaAdmin, call: ReadCall): Promise<readonly string[] | undefined> {
  const topics = await admin.listTopics(call);
  const name = topics.status === "ok" ? topics.value[0]?.name : undefined;
  if (name === undefined) return undefined;
  const configs = await admin.describeConfigs({ kind: "topic", name }, call);
  return configs.status === "ok" ? configs.value.map(({ key }) => key) : undefined;
}

/** As the brokers are configured; undefined for who may not see that. */
async function defaultReplicationFactor(admin: KafkaAdmin, call: ReadCall): Promise<number | undefined> {
  const cluster = await admin.cluster(call);
  const id = cluster.status === "ok" ? cluster.value.brokers[0]?.id : undefined;
  if (id === undefined) return undefined;
  const key = "default.replication.factor";
  const configs = await admin.describeConfigs({ kind: "broker", name: String(id) }, call, [key]);
  const value = configs.status === "ok" ? configs.value.find((entry) => entry.key === key)?.value : undefined;
  return value === undefined || value === null || Number(value) < 1 ? undefined : Number(value);
}
