// What every part of the KafkaAdmin suite uses: the Kafka under test, names that nobody else takes, and short words for
// calls and answers.

import { setTimeout as sleep } from "node:timers/promises";

import type { Call, KafkaAdmin, WriteCall } from "../../src/kafka/admin.ts";
import type { Answer, FailureKind } from "../../src/kafka/model/failure.ts";
import type { CommittedOffset } from "../../src/kafka/model/offsets.ts";
import type { ConfigEntry } from "../../src/kafka/model/topic-config.ts";
import type { CreatedTopic, NewTopic, TopicState } from "../../src/kafka/model/topic.ts";

/** Verbs of which the suite counts the requests. */
export type CountedVerb =
  | "createTopic"
  | "alterConfigs"
  | "describeTopic"
  | "describeConfigs"
  | "fetchOffsets"
  | "commitOffset"
  | "deleteGroup"
  | "listOffset";

/** A Kafka with what the suite needs to do behind the port's back. */
export interface KafkaUnderTest {
  readonly clusterId: string;
  /** Ascending. */
  readonly brokerIds: readonly number[];
  connect(options?: { readonly mayWrite?: (clusterId: string) => boolean }): KafkaAdmin;
  /** Requests that admins of `connect` have made for a verb so far. */
  requests(verb: CountedVerb): number;
  /** One record for each time, milliseconds since the epoch. */
  produce(topic: string, partition: number, timestamps: readonly number[]): Promise<void>;
  /** As `produce`, in one committed transaction. */
  produceTransaction(topic: string, partition: number, timestamps: readonly number[]): Promise<void>;
  /** A live consumer, once partitions are assigned to it. */
  startConsumer(group: {
    readonly groupId: string;
    readonly protocol: "classic" | "consumer";
    readonly topic: string;
  }): Promise<{ stop(): Promise<void> }>;
  commit(groupId: string, offsets: readonly CommittedOffset[]): Promise<void>;
  /** Begins to move a partition to other brokers, which takes until it is taken back (`undefined`). */
  reassign(topic: string, partition: number, replicas: readonly number[] | undefined): Promise<void>;
  stop(): Promise<void>;
}

const never = new AbortController().signal;

/** A call that waits long enough for anything. */
export function call(options: Partial<Call> = {}): Call {
  return { signal: never, deadlineMs: 30_000, priority: "live", ...options };
}

/** The value of an answer that must be one. */
export function value<Value>(answer: Answer<Value>): Value {
  if (answer.status === "ok") return answer.value;
  throw new Error(`Expected a value, got ${JSON.stringify(answer)}`);
}

/** Kind, code and message of an answer that must be a failure. */
export function refusal(answer: Answer<unknown>): { kind: FailureKind; code: number | undefined; message: string } {
  if (answer.status !== "failed") throw new Error(`Expected a failure, got ${JSON.stringify(answer)}`);
  const { kind, code, message } = answer.failure;
  return { kind, code, message };
}

/** Asks until the expectation holds, through what is not visible yet; mocha's time-out ends it. */
export async function eventually<Value>(
  read: () => Promise<Answer<Value>>,
  holds: (value: Value) => boolean,
): Promise<Value> {
  for (;;) {
    const answer = await read();
    if (answer.status === "ok" && holds(answer.value)) return answer.value;
    if (answer.status === "failed" && answer.failure.kind !== "missing") throw new Error(JSON.stringify(answer));
    await sleep(20);
  }
}

export class KafkaSuite {
  readonly kafka: KafkaUnderTest;
  readonly admin: KafkaAdmin;
  namesMade = 0;

  constructor(kafka: KafkaUnderTest) {
    this.kafka = kafka;
    this.admin = kafka.connect();
  }

  newName(): string {
    this.namesMade += 1;
    return this.nameAt(this.namesMade);
  }

  /** The name that `newName` gave as its `index`-th. */
  nameAt(index: number): string {
    return `contract-${index}`;
  }

  write(options: Partial<WriteCall> = {}): WriteCall {
    return { ...call(), clusterId: this.kafka.clusterId, ...options };
  }

  create(topic: Partial<NewTopic> & { readonly name: string }): Promise<Answer<CreatedTopic>> {
    return this.admin.createTopic({ configs: {}, ...topic }, this.write());
  }

  /** The topic, once it is visible. */
  seen(name: string): Promise<TopicState> {
    return eventually(
      () => this.admin.describeTopic({ name }, call()),
      () => true,
    );
  }

  /** A new topic that is visible. */
  async made(topic: Partial<NewTopic> = {}): Promise<TopicState> {
    const name = topic.name ?? this.newName();
    value(await this.create({ ...topic, name }));
    return this.seen(name);
  }

  async configOf(name: string, key: string): Promise<ConfigEntry | undefined> {
    const entries = value(await this.admin.describeConfigs({ kind: "topic", name }, call()));
    return entries.find((entry) => entry.key === key);
  }

  async configBecomes(name: string, key: string, wanted: string): Promise<void> {
    await eventually(
      () => this.admin.describeConfigs({ kind: "topic", name }, call()),
      (entries) => entries.find((entry) => entry.key === key)?.value === wanted,
    );
  }
}
