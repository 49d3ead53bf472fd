// Reads the objects of Strimzi beside which EventBuses lie, so that a plan knows what belongs to the Topic Operator, and
// where Kafka is. What cannot be read stays unreadable: then nothing would be written either.

import type { KubernetesObject } from "../../api/custom-resource.ts";
import type { EventBus } from "../../api/event-bus.ts";
import {
  STRIMZI_GROUP,
  STRIMZI_VERSIONS,
  type Kafka,
  type KafkaTopic,
  type KafkaUser,
} from "../../controllers/strimzi/strimzi-kinds.ts";
import { KAFKA_TOPIC_INDEXES, type StrimziNamespaces } from "../../controllers/strimzi/strimzi-stores.ts";
import { watchedNamespace } from "../../controllers/strimzi/strimzi-topics.ts";
import { KubernetesError, type ApiCall } from "../../kubernetes/resources.ts";
import { ObjectStore, type StoreOptions } from "../../runtime/store.ts";
import type { ResourcesOf } from "./load-objects.ts";

export async function loadStrimzi(
  resources: ResourcesOf,
  buses: readonly EventBus[],
  call: ApiCall,
): Promise<StrimziNamespaces> {
  const beside = new Set(buses.flatMap(({ spec }) => (spec.strimzi === undefined ? [] : [spec.strimzi.namespace])));
  const kafkas = new Map<string, ObjectStore<Kafka>>();
  for (const namespace of beside) kafkas.set(namespace, await load<Kafka>("kafkas", "Kafka", namespace));
  const watched = [...kafkas.values()].flatMap((store) => store.list().map((kafka) => watchedNamespace(kafka)));
  const all = new Set([...beside, ...watched.filter((namespace) => namespace !== undefined)]);
  const loaded = [...all].map(async (namespace) => {
    const topics = await load<KafkaTopic>("kafkatopics", "KafkaTopic", namespace, KAFKA_TOPIC_INDEXES);
    const users = await load<KafkaUser>("kafkausers", "KafkaUser", namespace);
    return [namespace, { kafkas: kafkas.get(namespace) ?? emptyStore(), users, topics }] as const;
  });
  return new Map(await Promise.all(loaded));

  async function load<T extends KubernetesObject>(
    plural: string,
    kind: string,
    namespace: string,
    indexes: NonNullable<StoreOptions<T>["indexes"]> = {},
  ): Promise<ObjectStore<T>> {
    const store = emptyStore<T>(indexes);
    const items = await itemsOf<T>(resources, { plural, kind, namespace }, call);
    if (items !== undefined) store.feed().replace(items, "1");
    return store;
  }
}

/** Of the first version that is served; nothing where none is; undefined for who may not. */
async function itemsOf<T extends KubernetesObject>(
  resources: ResourcesOf,
  { plural, kind, namespace }: { readonly plural: string; readonly kind: string; readonly namespace: string },
  call: ApiCall,
): Promise<readonly T[] | undefined> {
  for (const version of STRIMZI_VERSIONS) {
    const type = { group: STRIMZI_GROUP, version, plural, kind, isNamespaced: true };
    try {
      return (await resources<T>(type).list({ namespace }, call)).items;
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      if (error.code !== 404) return undefined;
    }
  }
  return [];
}

function emptyStore<T extends KubernetesObject>(indexes: NonNullable<StoreOptions<T>["indexes"]> = {}): ObjectStore<T> {
  return new ObjectStore<T>({
    indexes,
    onListenerError: (error) => {
      throw error;
    },
  });
}
