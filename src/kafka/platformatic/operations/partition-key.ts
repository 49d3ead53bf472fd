// Groups partitions of many topics into the nested lists of Kafka's requests, and back. Pure.

import type { TopicPartition } from "../../model/offsets.ts";

/** Finds one partition in an answer; a topic's name holds no "/". */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** One entry a topic, in order of first appearance. */
export function byTopic<Item, Partition>(
  items: readonly Item[],
  topicOf: (item: Item) => string,
  toPartition: (item: Item) => Partition,
): { name: string; partitions: Partition[] }[] {
  const groups = Map.groupBy(items, topicOf);
  return [...groups].map(([name, of]) => ({ name, partitions: of.map(toPartition) }));
}
