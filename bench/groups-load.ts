// The ConsumerGroups of the groups benchmark, and what they are about in Kafka: topics with records of many ages, and the
// offsets of groups of which every second one is behind. No code of the operator but its Kafka adapter.

import { Kafka, logLevel, type Producer } from "kafkajs";

import type { ConsumerGroupSpec } from "../src/api/consumer-group.ts";
import type { KafkaAdmin, WriteCall } from "../src/kafka/admin.ts";
import type { Answer } from "../src/kafka/model/failure.ts";
import { connectKafka } from "../src/kafka/platformatic/kafka-admin.ts";
import { systemClock } from "../src/runtime/clock.ts";
import type { KafkaCluster } from "../test/environment/kafka.ts";
import type { Subject } from "./object-load.ts";

export interface GroupShape {
  readonly bus: string;
}

/** Every group has a topic of its own, by name: EventTopics would have their own part in every figure. */
export const CONSUMER_GROUPS: Subject<GroupShape> = {
  kind: "ConsumerGroup",
  plural: "consumergroups",
  controller: "consumer-group",
  name: (index) => `group-${index}`,
  spec: (index, { bus }): ConsumerGroupSpec => ({
    busRef: { name: bus },
    topics: [{ topicName: topicOf(index) }],
    purpose: "processor",
  }),
};

function topicOf(index: number): string {
  return `bench.topic-${index}`;
}

const MINUTE_MS = 60_000;
/** Far from the ages that the poller asks for, so that none passes such a one while it is measured. */
const AGES_MS = [50, 100, 200, 400, 800].map((minutes) => minutes * MINUTE_MS);
const RECORDS = 2;
/** Topics in one request of the producer. */
const CHUNK = 100;
const DEADLINE_MS = 120_000;

/** Thousands of new partitions have their leaders after some seconds. */
const LEADERS_FOUND = { retries: 30, maxRetryTime: 1_000 };

/** Topics, records and offsets of `groups` groups. */
export class GroupsInKafka implements AsyncDisposable {
  readonly #groups: number;
  readonly #partitions: number;
  readonly #admin: KafkaAdmin;
  readonly #call: WriteCall;
  readonly #producer: Producer;

  private constructor(kafka: KafkaCluster, groups: number, partitions: number) {
    this.#groups = groups;
    this.#partitions = partitions;
    const { bootstrapServers, clusterId } = kafka;
    const client = { bootstrapServers, security: { protocol: "PLAINTEXT" }, clientId: "bench" } as const;
    this.#admin = connectKafka({ ...client, clock: systemClock, mayWrite: () => true });
    const { signal } = new AbortController();
    this.#call = { signal, deadlineMs: DEADLINE_MS, priority: "live", clusterId };
    // What it tries again while leaders are found is not told.
    const producing = new Kafka({ brokers: [...bootstrapServers], clientId: "bench", logLevel: logLevel.NOTHING });
    this.#producer = producing.producer({ retry: LEADERS_FOUND });
  }

  static async open(kafka: KafkaCluster, groups: number, partitions: number): Promise<GroupsInKafka> {
    const opened = new GroupsInKafka(kafka, groups, partitions);
    await opened.#createTopics();
    await opened.#producer.connect();
    for (let record = 0; record < RECORDS; record += 1) {
      await opened.produce((topic) => Date.now() - (AGES_MS[topic % AGES_MS.length] ?? 0) + record * 1_000);
    }
    await opened.#commit();
    return opened;
  }

  /** One record on every partition; `timeOf` the topic's index, milliseconds since the epoch. */
  async produce(timeOf: (topic: number) => number = Date.now): Promise<void> {
    for (let start = 0; start < this.#groups; start += CHUNK) {
      const indexes = this.#indexes(start, Math.min(this.#groups, start + CHUNK));
      const topicMessages = indexes.map((index) => ({
        topic: topicOf(index),
        messages: Array.from({ length: this.#partitions }, (_, partition) => ({
          partition,
          value: "v",
          timestamp: String(timeOf(index)),
        })),
      }));
      await this.#producer.sendBatch({ topicMessages });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.disconnect();
    await this.#admin.close();
  }

  async #createTopics(): Promise<void> {
    const topics = this.#indexes().map((index) => {
      const topic = { name: topicOf(index), partitions: this.#partitions, replicationFactor: 1, configs: {} };
      return this.#admin.createTopic(topic, this.#call);
    });
    for (const answer of await Promise.all(topics)) expectOk(answer, "create a topic");
  }

  /** Every second group has read everything, the others nothing. */
  async #commit(): Promise<void> {
    const commits = this.#indexes().flatMap((index) =>
      Array.from({ length: this.#partitions }, (_, partition) => {
        const offset = { topic: topicOf(index), partition, offset: BigInt(index % 2 === 0 ? 0 : RECORDS) };
        return this.#admin.commitOffset(CONSUMER_GROUPS.name(index), offset, this.#call);
      }),
    );
    for (const answer of await Promise.all(commits)) expectOk(answer, "commit");
  }

  #indexes(from = 0, to = this.#groups): readonly number[] {
    return Array.from({ length: to - from }, (_, offset) => from + offset);
  }
}

function expectOk(answer: Answer<unknown>, doing: string): void {
  if (answer.status !== "ok") throw new Error(`Cannot ${doing}: ${JSON.stringify(answer)}`);
}
