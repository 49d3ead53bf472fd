// EventTopics in the sweep: what a look at their topics yields is reduced to a fingerprint and compared with that of the
// last run; and the health of their partitions is counted on the way. Wakes, and concludes nothing else.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { Call, KafkaAdmin } from "../../kafka/admin.ts";
import type { PartitionState } from "../../kafka/model/topic.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { Store } from "../../runtime/store.ts";
import type { BusRegistry, TopicHealth } from "../bus-registry.ts";
import type { SweepItem, SweepSource } from "../sweep.ts";
import { fingerprintOf, seen, type SeenTopics } from "./fingerprint.ts";
import { observeTopics, type ObservedTopic, type ObservedTopics } from "./observe.ts";

/** What may have been put right in Kafka or in its rights, where nobody tells us: tried again by each sweep. */
const RETRIED: ReadonlySet<string> = new Set<EventTopicReason>([
  "Denied",
  "BrokerRejected",
  "ClusterIdMismatch",
  "TopicMissing",
  "DeletionBlocked",
  "AlreadyExists",
  // Strimzi tells that it has made a topic, and not that the brokers show it.
  "AwaitingStrimzi",
]);

export class TopicSweepSource implements SweepSource {
  readonly #topics: Store<EventTopic>;
  readonly #registry: BusRegistry;
  readonly #wake: (key: string) => void;
  readonly #seen = new Map<string, { readonly fingerprint: string; readonly deadLetters: readonly string[] }>();
  readonly #counting = new Map<string, Map<string, TopicHealth>>();

  constructor(topics: Store<EventTopic>, registry: BusRegistry, wake: (key: string) => void) {
    this.#topics = topics;
    this.#registry = registry;
    this.#wake = wake;
  }

  /** What is to be seen after a run; undefined where that is not known, so that the next sweep wakes the object. */
  saw(key: string, topics: SeenTopics | undefined): void {
    if (topics === undefined) this.#seen.delete(key);
    else this.#seen.set(key, { fingerprint: fingerprintOf(topics), deadLetters: [...topics.deadLetters.keys()] });
  }

  begin(busName: string): readonly SweepItem[] {
    this.#counting.set(busName, new Map());
    const link = this.#registry.link(busName);
    const clusterId = link.kind === "connected" ? link.cluster.id : undefined;
    const items: SweepItem[] = [];
    for (const topic of this.#topics.byIndex("bus", busName)) {
      const key = keyOf(topic.metadata);
      const { bus, topicName, topicId, deadLetters = [], conditions } = topic.status ?? {};
      const reasons = [findCondition(conditions, "Ready")?.reason ?? "", ...deadLetters.map(({ state }) => state)];
      if (reasons.some((reason) => RETRIED.has(reason))) this.#wake(key);
      if (topicId === undefined || topicName === undefined || bus?.clusterId !== clusterId) continue;
      // Also what is woken: its partitions count, and a run that asks at the same time shares the answer.
      items.push(this.#item(busName, key, topicName));
    }
    return items;
  }

  end(busName: string): void {
    const counting = this.#counting.get(busName);
    if (counting === undefined) return;
    const topics = [...counting.values()];
    this.#registry.reportTopicHealth(busName, counting);
    this.#registry.reportHealth(busName, {
      offlinePartitions: topics.reduce((sum, topic) => sum + topic.offlinePartitions, 0),
      underReplicatedPartitions: topics.reduce((sum, topic) => sum + topic.underReplicatedPartitions, 0),
    });
  }

  #item(busName: string, key: string, topicName: string): SweepItem {
    const look = async (admin: KafkaAdmin, call: Call): Promise<boolean> => {
      const answer = await observeTopics(topicName, this.#seen.get(key)?.deadLetters ?? [], admin, call);
      if (answer.status !== "ok") return false;
      for (const observed of readableOf(answer.value)) this.#count(busName, observed);
      if (this.#seen.get(key)?.fingerprint !== fingerprintOf(seen(answer.value))) this.#wake(key);
      return true;
    };
    return { key, look };
  }

  #count(busName: string, observed: ObservedTopic): void {
    const counting = this.#counting.get(busName);
    if (counting === undefined || observed.kind === "absent") return;
    const { name, partitions } = observed.topic;
    counting.set(name, {
      partitions: partitions.length,
      offlinePartitions: partitions.filter(({ leader }) => leader === undefined).length,
      underReplicatedPartitions: partitions.filter((partition) => isOutOfSync(partition)).length,
    });
  }
}

function isOutOfSync({ inSyncReplicas, replicas }: PartitionState): boolean {
  return inSyncReplicas.length < replicas.length;
}

function readableOf({ source, deadLetters }: ObservedTopics): ObservedTopic[] {
  return [source, ...[...deadLetters.values()].flatMap((answer) => (answer.status === "ok" ? [answer.value] : []))];
}
