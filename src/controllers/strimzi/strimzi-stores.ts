// What is known of Strimzi's objects: one store a kind and listed namespace. What is not listed or cannot be read is told
// apart from what is not there. Reads stores; requests nothing.

import type { KubernetesObject } from "../../api/custom-resource.ts";
import { ANNOTATION } from "../../api/group.ts";
import type { ServedVersion } from "../../kubernetes/served-version.ts";
import type { Store } from "../../runtime/store.ts";
import type { Kafka, KafkaRef, KafkaTopic, KafkaUser } from "./strimzi-kinds.ts";

/** The stores of one namespace. */
export interface StrimziStores {
  readonly kafkas: Store<Kafka>;
  readonly users: Store<KafkaUser>;
  readonly topics: Store<KafkaTopic>;
}

/** Where objects of one namespace that are ours are written, under the version under which the stores are filled. */
export interface StrimziWrites {
  readonly users: Written<KafkaUser>;
  readonly topics: Written<KafkaTopic>;
}

type Written<T extends KubernetesObject> = Pick<ServedVersion<T>, "get" | "create" | "replace" | "delete">;

/** By namespace: those that EVENTBUS_STRIMZI_NAMESPACES lists. */
export type StrimziNamespaces = ReadonlyMap<string, StrimziStores>;

/** Indexes that the stores of KafkaTopics need. */
export const KAFKA_TOPIC_INDEXES = {
  topicName: (topic: KafkaTopic) => topicNames(topic),
  /** The EventTopic that it is for, by its key. */
  owner: ({ metadata }: KafkaTopic) => {
    const owner = metadata.annotations?.[ANNOTATION.eventTopic];
    return owner === undefined ? [] : [owner];
  },
} as const;

/**
 * The names in Kafka that a KafkaTopic may stand for: the one that it asks for and, where that was edited, the one that the
 * Topic Operator goes on holding it to.
 */
export function topicNames({ metadata, spec, status }: KafkaTopic): string[] {
  return [
    ...new Set([spec?.topicName ?? metadata.name, ...(status?.topicName === undefined ? [] : [status.topicName])]),
  ];
}

export type Readable<T> =
  | { readonly kind: "readable"; readonly value: T }
  | { readonly kind: "unreadable"; readonly message: string };

type Plural = "Kafka objects" | "KafkaTopics" | "KafkaUsers";

const STORES = { "Kafka objects": "kafkas", KafkaTopics: "topics", KafkaUsers: "users" } as const;

/** The stores of a namespace, those of the kinds named being complete. */
export function storesOf(
  namespaces: StrimziNamespaces,
  namespace: string,
  kinds: readonly Plural[],
): Readable<StrimziStores> {
  const stores = namespaces.get(namespace);
  if (stores === undefined) {
    const message =
      `Strimzi's objects in namespace "${namespace}" are not followed; list the namespace in ` +
      "EVENTBUS_STRIMZI_NAMESPACES, and grant the operator the Role of config/strimzi there";
    return { kind: "unreadable", message };
  }
  const missing = kinds.find((kind) => !stores[STORES[kind]].hasSynced);
  if (missing === undefined) return { kind: "readable", value: stores };
  const message =
    `${missing} in namespace "${namespace}" cannot be read; grant the operator the Role of config/strimzi there, if it ` +
    "is not granted yet";
  return { kind: "unreadable", message };
}

/** The Kafka object that a bus names; undefined where there is none. */
export function findKafka(namespaces: StrimziNamespaces, { namespace, name }: KafkaRef): Readable<Kafka | undefined> {
  const stores = storesOf(namespaces, namespace, ["Kafka objects"]);
  if (stores.kind === "unreadable") return stores;
  return { kind: "readable", value: stores.value.kafkas.get(`${namespace}/${name}`) };
}
