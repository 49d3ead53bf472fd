// The KafkaAdmin contract on a real Kafka through the platformatic adapter, of one broker and of three.

import { describe } from "mocha";

import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import type { RequestEvent } from "../../src/kafka/platformatic/observer.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { startKafkaProbe } from "../environment/kafka-probe.ts";
import { startKafka } from "../environment/kafka.ts";
import type { CountedVerb, KafkaUnderTest } from "./kafka-admin-suite.ts";
import { itKeepsTheKafkaAdminContract } from "./kafka-admin.ts";

const apiOf: Readonly<Record<CountedVerb, string>> = {
  createTopic: "CreateTopics",
  alterConfigs: "IncrementalAlterConfigs",
  describeTopic: "Metadata",
  describeConfigs: "DescribeConfigs",
  fetchOffsets: "OffsetFetch",
  commitOffset: "OffsetCommit",
  deleteGroup: "DeleteGroups",
  listOffset: "ListOffsets",
};

async function start(brokers: 1 | 3): Promise<KafkaUnderTest> {
  const kafka = await startKafka({ brokers });
  const probe = await startKafkaProbe(kafka.bootstrapServers);
  const requests: RequestEvent[] = [];
  return {
    clusterId: kafka.clusterId,
    brokerIds: kafka.brokers.map(({ id }) => id),
    connect: ({ mayWrite = () => true } = {}) =>
      connectKafka({
        bootstrapServers: kafka.bootstrapServers,
        security: { protocol: "PLAINTEXT" },
        clientId: "contract",
        clock: systemClock,
        mayWrite,
        observer: { onRequest: (event) => requests.push(event) },
      }),
    // Requests that greet or learn the brokers are about no topic.
    requests: (verb) => requests.filter(({ api, items }) => api === apiOf[verb] && items > 0).length,
    produce: (topic, partition, timestamps) =>
      probe.produce(
        topic,
        timestamps.map((timestamp) => ({ partition, timestamp, value: "v" })),
      ),
    produceTransaction: (topic, partition, timestamps) =>
      probe.produce(
        topic,
        timestamps.map((timestamp) => ({ partition, timestamp, value: "v" })),
        { transactionalId: topic },
      ),
    startConsumer: ({ groupId, protocol, topic }) => probe.startConsumer({ groupId, protocol, topics: [topic] }),
    commit: async (groupId, offsets) => {
      await probe.commitOffsets(
        groupId,
        offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: Number(offset) })),
      );
    },
    stop: async () => {
      await probe.stop();
      await kafka.stop();
    },
  };
}

for (const brokers of [1, 3] as const) {
  describe(`A real Kafka of ${brokers} broker(s) as KafkaAdmin`, function () {
    this.timeout(30_000);
    itKeepsTheKafkaAdminContract(() => start(brokers));
  });
}
