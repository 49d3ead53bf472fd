// Metadata of topics, by name or by id, or of all. Never lets a broker create what is asked for.

import { metadataV12 } from "@platformatic/kafka";

import type { PartitionState, TopicKey, TopicState } from "../../model/topic.ts";
import { type Operation, okResult, resultOf } from "../operation.ts";
import { topicIdFromUuid, uuidFromTopicId } from "../topic-id.ts";

function toPartition(partition: metadataV12.MetadataResponsePartition): PartitionState {
  const { partitionIndex, leaderId, replicaNodes, isrNodes } = partition;
  return {
    index: partitionIndex,
    leader: leaderId < 0 ? undefined : leaderId,
    replicas: replicaNodes,
    inSyncReplicas: isrNodes,
  };
}

function toTopic(topic: metadataV12.MetadataResponseTopic): TopicState {
  return {
    name: topic.name ?? "",
    id: topicIdFromUuid(topic.topicId),
    isInternal: topic.isInternal,
    // What is wrong with one partition (no leader) is told by its state; it does not spoil the topic.
    partitions: topic.partitions.map(toPartition).toSorted((one, other) => one.index - other.index),
  };
}

function keyOf(key: TopicKey): string {
  return "id" in key ? key.id : key.name;
}

/** One topic a call, 500 a request. */
export const describeTopics: Operation<TopicKey, TopicState> = {
  name: "Metadata",
  access: "read",
  limits: [{ most: 500, of: () => 1 }],
  keyOf,
  // A broker that sees one id ignores all names.
  variantOf: (key) => ("id" in key ? "id" : "name"),
  async exchange(wire, items) {
    const topics = items.map((key) => ("id" in key ? { topicId: uuidFromTopicId(key.id) } : { name: key.name }));
    const response = await wire.request([metadataV12.api], [topics, false, false], items.length);
    const isById = items.some((key) => "id" in key);
    const results = response.topics.map(
      (topic) =>
        [isById ? topicIdFromUuid(topic.topicId) : (topic.name ?? ""), resultOf(topic, () => toTopic(topic))] as const,
    );
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};

const all = "all";

/** Everything that the principal may describe; what it may not is left out without a word. */
export const listTopics: Operation<null, readonly TopicState[]> = {
  name: "Metadata of all topics",
  access: "read",
  limits: [],
  keyOf: () => all,
  async exchange(wire) {
    const response = await wire.request([metadataV12.api], [null, false, false], 0);
    const topics = response.topics.filter((topic) => topic.errorCode === 0).map(toTopic);
    return { results: new Map([[all, okResult(topics)]]), throttleMs: response.throttleTimeMs };
  },
};
