// The KafkaAdmin contract on the in-memory Kafka, of one broker and of three.

import { describe } from "mocha";

import { InMemoryKafka } from "../fakes/in-memory-kafka/in-memory-kafka.ts";
import type { KafkaUnderTest } from "./kafka-admin-suite.ts";
import { itKeepsTheKafkaAdminContract } from "./kafka-admin.ts";

async function start(brokers: number): Promise<KafkaUnderTest> {
  const kafka = new InMemoryKafka({ brokers });
  return {
    clusterId: kafka.clusterId,
    brokerIds: kafka.brokers,
    connect: (options) => kafka.admin(options),
    requests: (verb) => kafka.requestCount(verb),
    produce: async (topic, partition, timestamps) => kafka.produce(topic, partition, timestamps),
    produceTransaction: async (topic, partition, timestamps) => kafka.produceTransaction(topic, partition, timestamps),
    startConsumer: async ({ groupId, protocol, topic }) => {
      const partitions = kafka.topics.get(topic)?.partitions ?? [];
      const assignment = partitions.map(({ index }) => ({ topic, partition: index }));
      const leave = kafka.groups.join(groupId, protocol, { assignment });
      return { stop: async () => leave() };
    },
    commit: async (groupId, offsets) => kafka.groups.commit(groupId, offsets),
    reassign: async (topic, partition, replicas) => kafka.reassign(topic, partition, replicas),
    stop: async () => {},
  };
}

for (const brokers of [1, 3]) {
  describe(`The in-memory Kafka of ${brokers} broker(s) as KafkaAdmin`, () => {
    itKeepsTheKafkaAdminContract(() => start(brokers));
  });
}
