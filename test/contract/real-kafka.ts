// A real Kafka behind the platformatic adapter, as the KafkaAdmin contract asks for it.

import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import type { RequestEvent } from "../../src/kafka/platformatic/observer.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startKafka, type KafkaBroker, type KafkaOptions } from "../environment/kafka.ts";
import type { CountedVerb, KafkaUnderTest } from "./kafka-admin-suite.ts";

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

export async function startRealKafka(options: Pick<KafkaOptions, "brokers" | "release">): Promise<KafkaUnderTest> {
  const kafka = await startKafka(options);
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
    reassign: async (topic, partition, replicas) => {
      if (replicas !== undefined) await slowDownMovements(probe, kafka.brokers, topic, partition);
      await probe.reassignPartition(topic, partition, replicas);
    },
    stop: async () => {
      await probe.stop();
      await kafka.stop();
    },
  };
}

/** More data than passes the throttle at once, so that a movement does not end. */
async function slowDownMovements(
  probe: KafkaProbe,
  brokers: readonly KafkaBroker[],
  topic: string,
  partition: number,
): Promise<void> {
  await probe.produce(topic, [{ partition, value: "v".repeat(60_000) }], { repeat: 100 });
  const sides = ["leader", "follower"] as const;
  const replicas = sides.map((side) => [`${side}.replication.throttled.replicas`, "*"] as const);
  await probe.alterConfigs({ type: "topic", name: topic }, { set: Object.fromEntries(replicas) });
  const rates = sides.map((side) => [`${side}.replication.throttled.rate`, "1"] as const);
  for (const { id } of brokers) {
    await probe.alterConfigs({ type: "broker", name: String(id) }, { set: Object.fromEntries(rates) });
  }
}
