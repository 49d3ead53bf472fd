// The KafkaTopics that a Topic Operator of Strimzi manages, as claims on names. Reads stores; requests nothing.

import type { KafkaTopicClaim, KafkaTopicClaims } from "./kafka-topic-claims.ts";
import { isManaged, ownerOfKafkaTopic, type KafkaTopicPlace } from "./own-kafka-topics.ts";
import { CLUSTER_LABEL, type Kafka, type KafkaRef, type KafkaTopic } from "./strimzi-kinds.ts";
import { findKafka, storesOf, type Readable, type StrimziNamespaces, type StrimziStores } from "./strimzi-stores.ts";

export class StrimziTopics implements KafkaTopicClaims {
  readonly #namespaces: StrimziNamespaces;

  constructor(namespaces: StrimziNamespaces) {
    this.#namespaces = namespaces;
  }

  find(strimzi: KafkaRef | undefined, topicName: string, owner?: string): KafkaTopicClaim {
    if (strimzi === undefined) return { kind: "none" };
    const stores = this.readable(strimzi);
    if (stores.kind === "unreadable") return { ...stores, message: `${stores.message}. Until then nothing is written` };
    const managed = stores.value.topics
      .byIndex("topicName", topicName)
      .find((topic) => isManagedBy(topic, strimzi) && (owner === undefined || ownerOfKafkaTopic(topic) !== owner));
    if (managed === undefined) return { kind: "none" };
    const { name, namespace = "" } = managed.metadata;
    return { kind: "managed", namespace, name };
  }

  ownedBy(owner: string): readonly KafkaTopic[] {
    return [...this.#namespaces.values()].flatMap(({ topics }) => topics.byIndex("owner", owner));
  }

  placeOf(strimzi: KafkaRef | undefined): KafkaTopicPlace | undefined {
    if (strimzi === undefined) return undefined;
    const kafka = findKafka(this.#namespaces, strimzi);
    if (kafka.kind === "unreadable") return undefined;
    return { namespace: watchedNamespace(kafka.value) ?? strimzi.namespace, cluster: strimzi.name };
  }

  /** Where the Topic Operator of a Kafka object watches, if all KafkaTopics there are known. */
  readable(strimzi: KafkaRef): Readable<StrimziStores> {
    const kafka = findKafka(this.#namespaces, strimzi);
    if (kafka.kind === "unreadable") return kafka;
    return storesOf(this.#namespaces, watchedNamespace(kafka.value) ?? strimzi.namespace, ["KafkaTopics"]);
  }
}

/** Where the Topic Operator looks, if not beside the Kafka object. One that stands alone has no Kafka object. */
export function watchedNamespace(kafka: Kafka | undefined): string | undefined {
  return kafka?.spec?.entityOperator?.topicOperator?.watchedNamespace;
}

/** Paused counts: the Topic Operator deletes the topic of a paused KafkaTopic as well. */
function isManagedBy(topic: KafkaTopic, { name }: KafkaRef): boolean {
  return topic.metadata.labels?.[CLUSTER_LABEL] === name && isManaged(topic);
}
