// Strimzi's objects and the stores that hold them, for tests of what is made of them. Nothing is followed here.

import type { KubernetesObject } from "../../src/api/custom-resource.ts";
import type { Kafka, KafkaTopic, KafkaUser } from "../../src/controllers/strimzi/strimzi-kinds.ts";
import { KAFKA_TOPIC_INDEXES, type StrimziStores } from "../../src/controllers/strimzi/strimzi-stores.ts";
import { ObjectStore, type StoreOptions } from "../../src/runtime/store.ts";

export interface StrimziObjects {
  readonly kafkas?: readonly Kafka[];
  readonly users?: readonly KafkaUser[];
  readonly topics?: readonly KafkaTopic[];
  /** Kinds that have not been listed. */
  readonly unread?: readonly ("kafkas" | "users" | "topics")[];
}

/** What the reflectors of one namespace would have brought. */
export function strimziStores({ kafkas = [], users = [], topics = [], unread = [] }: StrimziObjects): StrimziStores {
  return {
    kafkas: storeOf(kafkas, unread.includes("kafkas")),
    users: storeOf(users, unread.includes("users")),
    topics: storeOf(topics, unread.includes("topics"), KAFKA_TOPIC_INDEXES),
  };
}

/** `metadata` of an object of Strimzi. */
export function metadataOf(
  namespace: string,
  name: string,
  more: Partial<KubernetesObject["metadata"]> = {},
): KubernetesObject["metadata"] {
  return {
    namespace,
    name,
    uid: `${namespace}/${name}`,
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
    ...more,
  };
}

function storeOf<T extends KubernetesObject>(
  objects: readonly T[],
  isUnread: boolean,
  indexes: NonNullable<StoreOptions<T>["indexes"]> = {},
): ObjectStore<T> {
  const store = new ObjectStore<T>({
    indexes,
    onListenerError: (error) => {
      throw error as Error;
    },
  });
  const feed = store.feed();
  if (!isUnread) feed.replace(objects, "1");
  return store;
}
