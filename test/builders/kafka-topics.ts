// KafkaTopics in memory, for tests of what writes them: an API server for one namespace whose store hears of each change at
// once, and a Topic Operator that answers when it is told to.

import type { KafkaTopic } from "../../src/controllers/strimzi/strimzi-kinds.ts";
import { KAFKA_TOPIC_INDEXES, type StrimziWrites } from "../../src/controllers/strimzi/strimzi-stores.ts";
import { KubernetesError } from "../../src/kubernetes/resources.ts";
import { keyOf } from "../../src/runtime/object-key.ts";
import type { StoreFeed } from "../../src/runtime/store-feed.ts";
import { ObjectStore } from "../../src/runtime/store.ts";
import { metadataOf } from "./strimzi.ts";

/** One for the EventTopic team/orders, at version and generation 1, unless said otherwise. */
export function aKafkaTopic(
  given: Partial<KafkaTopic> = {},
  metadata: Partial<KafkaTopic["metadata"]> = {},
): KafkaTopic {
  const { name = "orders" } = metadata;
  return {
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaTopic",
    metadata: metadataOf("kafka", name, {
      labels: { "strimzi.io/cluster": "main", "app.kubernetes.io/managed-by": "event-bus-operator" },
      annotations: { "eventbus.dev/event-topic": "team/orders" },
      ...metadata,
    }),
    spec: { partitions: 1, config: {} },
    ...given,
  };
}

export const UNMANAGED = { "eventbus.dev/event-topic": "team/orders", "strimzi.io/managed": "false" } as const;

/** What the Topic Operator says, of the generation that it has seen. */
export function told(type: string, status: string, observedGeneration = 1, more: object = {}): KafkaTopic["status"] {
  return {
    observedGeneration,
    conditions: [{ type, status, ...more }],
    topicId: status === "True" ? "id-1" : undefined,
  };
}

export class KafkaTopicsInMemory {
  readonly store = new ObjectStore<KafkaTopic>({
    indexes: KAFKA_TOPIC_INDEXES,
    onListenerError: (error) => {
      throw error as Error;
    },
  });
  /** Verbs and keys, in order. */
  readonly requests: string[] = [];
  /** Asked before each write; what it throws is the answer. */
  before: (verb: string) => void = () => {};
  readonly #feed: StoreFeed<KafkaTopic> = this.store.feed();
  readonly #objects = new Map<string, KafkaTopic>();
  #version = 1;

  constructor(objects: readonly KafkaTopic[] = []) {
    for (const object of objects) this.#objects.set(keyOf(object.metadata), object);
    this.#feed.replace(objects, "1");
  }

  get(key: string): KafkaTopic | undefined {
    return this.#objects.get(key);
  }

  /** Somebody else changes it: the Topic Operator its status, people the rest. */
  change(key: string, change: (topic: KafkaTopic) => KafkaTopic): void {
    const held = this.#held(key);
    this.#put({ ...change(held), metadata: { ...change(held).metadata, resourceVersion: this.#next() } });
  }

  remove(key: string): void {
    const held = this.#held(key);
    this.#objects.delete(key);
    this.#feed.remove({ ...held, metadata: { ...held.metadata, resourceVersion: this.#next() } });
  }

  readonly writes: StrimziWrites["topics"] = {
    get: (key) => Promise.resolve(this.#objects.get(keyOf(key))),
    create: async ({ metadata, ...rest }) => {
      const key = keyOf(metadata);
      this.#admit("create", key);
      if (this.#objects.has(key)) throw new KubernetesError(409, "AlreadyExists", "it is there");
      const made = metadataOf("kafka", metadata.name, {
        ...metadata,
        uid: `new ${key}`,
        resourceVersion: this.#next(),
      });
      return await this.#answer({ apiVersion: "kafka.strimzi.io/v1", kind: "KafkaTopic", ...rest, metadata: made });
    },
    replace: async ({ metadata, spec }, { resourceVersion }) => {
      const key = keyOf(metadata);
      this.#admit("replace", key);
      const held = this.#held(key);
      if (held.metadata.resourceVersion !== resourceVersion) throw new KubernetesError(409, "Conflict", "it is newer");
      const hasMoved = JSON.stringify(spec) !== JSON.stringify(held.spec);
      const generation = (held.metadata.generation ?? 0) + (hasMoved ? 1 : 0);
      const { creationTimestamp, deletionTimestamp, uid } = held.metadata;
      const kept = { uid, creationTimestamp, ...(deletionTimestamp !== undefined && { deletionTimestamp }) };
      const made = { ...metadata, ...kept, generation, resourceVersion: this.#next() };
      return await this.#answer({ ...held, spec: spec as KafkaTopic["spec"], metadata: made });
    },
    delete: async ({ resourceVersion, ...object }) => {
      const key = keyOf(object);
      this.#admit("delete", key);
      const { metadata } = this.#held(key);
      if (resourceVersion !== metadata.resourceVersion) throw new KubernetesError(409, "Conflict", "it is newer");
      this.change(key, (held) => ({
        ...held,
        metadata: { ...held.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
      }));
      await Promise.resolve();
    },
  };

  #admit(verb: string, key: string): void {
    this.requests.push(`${verb} ${key}`);
    this.before(verb);
  }

  #held(key: string): KafkaTopic {
    const held = this.#objects.get(key);
    if (held === undefined) throw new KubernetesError(404, "NotFound", "it is not there");
    return held;
  }

  /** The watch is a moment behind the answer. */
  async #answer(topic: KafkaTopic): Promise<KafkaTopic> {
    this.#put(topic);
    return await Promise.resolve(topic);
  }

  #put(topic: KafkaTopic): void {
    this.#objects.set(keyOf(topic.metadata), topic);
    this.#feed.put(topic);
  }

  #next(): string {
    return String((this.#version += 1));
  }
}
