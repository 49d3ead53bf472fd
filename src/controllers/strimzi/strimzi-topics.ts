// The KafkaTopics that a Topic Operator of Strimzi manages, as claims on names. Reads a store; requests nothing.

import type { KubernetesObject } from "../../api/custom-resource.ts";
import type { Store } from "../../runtime/store.ts";
import type { KafkaTopicClaim, KafkaTopicClaims } from "./kafka-topic-claims.ts";

export interface KafkaTopic extends KubernetesObject {
  readonly spec?: { readonly topicName?: string | undefined } | undefined;
}

/** Versions of kafka.strimzi.io that are served somewhere (v1beta2 up to 0.51, v1 from 0.49 on). */
export const KAFKA_TOPIC_VERSIONS = ["v1", "v1beta2"] as const;

/** Indexes that the stores of KafkaTopics need. */
export const KAFKA_TOPIC_INDEXES = { topicName: (topic: KafkaTopic) => [effectiveName(topic)] } as const;

/** The name that the Topic Operator gives to the topic in Kafka. */
export function effectiveName(topic: KafkaTopic): string {
  return topic.spec?.topicName ?? topic.metadata.name;
}

export class StrimziTopics implements KafkaTopicClaims {
  readonly #stores: readonly Store<KafkaTopic>[];
  readonly #namespaces: readonly string[];

  /** `stores`: one a served version, all following `namespaces`. */
  constructor(stores: readonly Store<KafkaTopic>[], namespaces: readonly string[]) {
    this.#stores = stores;
    this.#namespaces = namespaces;
  }

  find(strimzi: { readonly namespace: string; readonly name: string } | undefined, topicName: string): KafkaTopicClaim {
    if (strimzi === undefined) return { kind: "none" };
    if (!this.#namespaces.includes(strimzi.namespace)) {
      const message =
        `KafkaTopics in namespace "${strimzi.namespace}" are not followed, so nothing is written; ` +
        "list the namespace in EVENTBUS_STRIMZI_NAMESPACES";
      return { kind: "unreadable", message };
    }
    if (!this.#stores.every((store) => store.hasSynced)) {
      const message = `KafkaTopics in namespace "${strimzi.namespace}" cannot be read yet, so nothing is written`;
      return { kind: "unreadable", message };
    }
    const topics = this.#stores.flatMap((store) => store.byIndex("topicName", topicName));
    const managed = topics.find((topic) => isManagedBy(topic, strimzi));
    if (managed === undefined) return { kind: "none" };
    return { kind: "managed", namespace: strimzi.namespace, name: managed.metadata.name };
  }
}

function isManagedBy(
  { metadata }: KafkaTopic,
  strimzi: { readonly namespace: string; readonly name: string },
): boolean {
  return (
    metadata.namespace === strimzi.namespace &&
    metadata.labels?.["strimzi.io/cluster"] === strimzi.name &&
    metadata.annotations?.["strimzi.io/managed"] !== "false"
  );
}
