// A GroupPoller on an in-memory Kafka and a clock that is moved by hand: one bus, its declared groups, and what it told.

import { BusRegistry } from "../../src/controllers/bus-registry.ts";
import type { WatchedGroup } from "../../src/controllers/polling/group-poll.ts";
import { GroupPoller } from "../../src/controllers/polling/group-poller.ts";
import type { GroupReading, ReadGroup } from "../../src/domain/group-reading.ts";
import type { Call, KafkaAdmin } from "../../src/kafka/admin.ts";
import { FakeClock } from "./fake-clock.ts";
import { InMemoryKafka, type InMemoryKafkaOptions } from "./in-memory-kafka/in-memory-kafka.ts";

export const BUS = "bus";
export const MINUTE_MS = 60_000;

export class GroupPollerBench {
  readonly clock = new FakeClock();
  readonly registry = new BusRegistry();
  readonly kafka: InMemoryKafka;
  readonly admin: KafkaAdmin;
  readonly poller: GroupPoller;
  /** Keys that were woken, in order. */
  readonly woken: string[] = [];
  /** Topics whose users changed, in order. */
  readonly usersChanged: string[] = [];
  readonly #groups = new Map<string, WatchedGroup>();

  constructor(options: InMemoryKafkaOptions = {}) {
    this.kafka = new InMemoryKafka({ clock: this.clock, ...options });
    this.admin = this.kafka.admin();
    this.poller = new GroupPoller({
      registry: this.registry,
      clock: this.clock,
      watched: () => [...this.#groups.values()],
      wake: (key) => void this.woken.push(key),
    });
    this.registry.subscribeToTopicUsers((_, topics) => void this.usersChanged.push(...(topics ?? ["any"])));
    this.poller.start();
    this.connect();
  }

  connect(): void {
    const { clusterId: id, brokers } = this.kafka;
    const cluster = { id, brokers: brokers.map((broker) => ({ id: broker })), capabilities: [] };
    this.registry.report(BUS, { kind: "connected", admin: this.admin, cluster });
  }

  disconnect(message: string): void {
    this.registry.report(BUS, { kind: "down", reason: "Unreachable", message });
  }

  get call(): Call {
    return { signal: new AbortController().signal, deadlineMs: 10_000, priority: "bulk" };
  }

  /** Declares a group; its key is `team/<group id>`. */
  declare(groupId: string, parts: Partial<WatchedGroup> = {}): WatchedGroup {
    const group = { key: `team/${groupId}`, groupId, topics: undefined, objectives: {}, ...parts };
    this.#groups.set(group.key, group);
    return group;
  }

  undeclare(groupId: string): void {
    this.#groups.delete(`team/${groupId}`);
  }

  createTopic(name: string, partitions = 1, configs: Readonly<Record<string, string>> = {}): void {
    this.kafka.topics.create({ name, partitions, configs });
  }

  /** Records that are so old now, on partition 0 unless said otherwise. */
  produce(topic: string, agesMs: readonly number[], partition = 0): void {
    this.kafka.produce(
      topic,
      partition,
      agesMs.map((ageMs) => this.clock.now() - ageMs),
    );
  }

  /** A commit of the group's own members. */
  commit(groupId: string, topic: string, offset: number, partition = 0): void {
    this.kafka.groups.commit(groupId, [{ topic, partition, offset: BigInt(offset) }]);
  }

  /** One sweep, a minute after the last; false when it could not read. */
  async poll(): Promise<boolean> {
    this.clock.jump(MINUTE_MS);
    const [item] = this.poller.begin(BUS);
    const wasReadable = (await item?.look(this.admin, this.call)) ?? false;
    if (wasReadable) this.poller.end();
    return wasReadable;
  }

  async polls(count: number): Promise<void> {
    for (let poll = 0; poll < count; poll += 1) await this.poll();
  }

  async evaluationAfter(groupId: string, polls: number): Promise<string | undefined> {
    await this.polls(polls);
    return this.read(groupId).evaluation;
  }

  /** What is known now, without taking it. */
  known(groupId: string): GroupReading | undefined {
    return [...this.poller.readings()].find(({ watched }) => watched.groupId === groupId)?.reading;
  }

  /** The same of a group that could be asked. */
  read(groupId: string): ReadGroup {
    const reading = this.known(groupId);
    if (reading?.kind !== "read") throw new Error(`Group "${groupId}" was not read: ${JSON.stringify(reading)}`);
    return reading;
  }
}
