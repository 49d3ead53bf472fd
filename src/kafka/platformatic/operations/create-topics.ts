// CreateTopics v7: topics with their configuration, made or only judged.

import { createTopicsV7 } from "@platformatic/kafka";

import type { CreatedConfig, CreatedTopic, NewTopic, ValidatedTopic } from "../../model/topic.ts";
import { controllerTimeoutMs, recordsMost } from "../limits.ts";
import { type Operation, resultOf } from "../operation.ts";
import { topicIdFromUuid } from "../topic-id.ts";
import { configSource } from "./config-resource.ts";

export interface TopicCreation {
  readonly topic: NewTopic;
  readonly validateOnly: boolean;
}

const byBroker = -1;

// How many partitions `num.partitions` means is not known here; too many would fail the whole request.
const assumedPartitions = 100;

function partitionsOf({ topic }: TopicCreation): number {
  return Math.max(1, topic.partitions ?? assumedPartitions);
}

type Creation = CreatedTopic & Partial<ValidatedTopic>;

function toCreated(
  response: createTopicsV7.CreateTopicsResponseTopic,
  { topic, validateOnly }: TopicCreation,
): Creation {
  // The broker hides both numbers (-1) from those who may not describe the topic's configuration.
  const { numPartitions, replicationFactor } = response;
  return {
    id: topicIdFromUuid(response.topicId),
    partitions: numPartitions > 0 ? numPartitions : topic.partitions,
    replicationFactor: replicationFactor > 0 ? replicationFactor : topic.replicationFactor,
    configKeys: validateOnly
      ? configsOf(response)
          ?.map(({ key }) => key)
          .toSorted()
      : undefined,
    configs: validateOnly ? undefined : configsOf(response),
  };
}

function configsOf({
  configs,
  topicConfigErrorCode,
}: createTopicsV7.CreateTopicsResponseTopic): CreatedConfig[] | undefined {
  // Hidden likewise, and then the list is empty.
  if (topicConfigErrorCode !== 0) return undefined;
  return configs?.map((entry) => ({
    key: entry.name,
    value: entry.value ?? null,
    source: configSource(entry.configSource),
  }));
}

function toRequest({ topic }: TopicCreation): createTopicsV7.CreateTopicsRequestTopic {
  return {
    name: topic.name,
    numPartitions: topic.partitions ?? byBroker,
    replicationFactor: topic.replicationFactor ?? byBroker,
    assignments: [],
    configs: Object.entries(topic.configs).map(([name, value]) => ({ name, value })),
  };
}

/**
 * At most 500 topics, 5,000 partitions and 5,000 metadata records a request. The controller refuses a request of more
 * than 10,000 records as a whole, with every neighbour; a topic, a partition and a configuration are one record each.
 */
export const createTopics: Operation<TopicCreation, Creation> = {
  name: "CreateTopics",
  access: "write",
  limits: [
    { most: 500, of: () => 1 },
    { most: 5000, of: partitionsOf },
    { most: recordsMost, of: (item) => 1 + partitionsOf(item) + Object.keys(item.topic.configs).length },
  ],
  // Names that differ only in "." and "_" collide, but Kafka notices only against topics that exist already.
  keyOf: ({ topic }) => topic.name.replaceAll(".", "_"),
  variantOf: ({ validateOnly }) => (validateOnly ? "validate" : "create"),
  async exchange(wire, items) {
    const validateOnly = items.some((item) => item.validateOnly);
    const response = await wire.request(
      [createTopicsV7.api],
      [items.map(toRequest), controllerTimeoutMs, validateOnly],
      items.length,
    );
    const byName = new Map(response.topics.map((topic) => [topic.name, topic]));
    const results = items.flatMap((item) => {
      const answer = byName.get(item.topic.name);
      return answer ? [[createTopics.keyOf(item), resultOf(answer, () => toCreated(answer, item))] as const] : [];
    });
    return { results: new Map(results), throttleMs: response.throttleTimeMs };
  },
};
