// The operator's view of the API: one store a kind, and the reflectors that fill them. Part of the composition root.

import { consumerGroup, type ConsumerGroup } from "../api/consumer-group.ts";
import type { KubernetesObject } from "../api/custom-resource.ts";
import type { EventBus } from "../api/event-bus.ts";
import { eventBus } from "../api/event-bus.ts";
import type { EventTopic } from "../api/event-topic.ts";
import { eventTopic } from "../api/event-topic.ts";
import type { RetentionPolicy } from "../api/retention-policy.ts";
import { retentionPolicy } from "../api/retention-policy.ts";
import { CONSUMER_GROUP_INDEXES } from "../controllers/consumer-group/wakes.ts";
import { GROUP_INDEXES, TOPIC_INDEXES } from "../controllers/event-topic/wakes.ts";
import { KAFKA_TOPIC_INDEXES, KAFKA_TOPIC_VERSIONS, type KafkaTopic } from "../controllers/strimzi/strimzi-topics.ts";
import type { Resources, ResourceType, Selection } from "../kubernetes/resources.ts";
import type { Clock } from "../runtime/clock.ts";
import { Reflector, type ReflectorTiming } from "../runtime/reflector.ts";
import { ObjectStore, type StoreOptions } from "../runtime/store.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** What a Namespace is to us: its labels. */
export type NamespaceObject = KubernetesObject;

const NAMESPACE: ResourceType = {
  group: "",
  version: "v1",
  plural: "namespaces",
  kind: "Namespace",
  isNamespaced: false,
};

export interface CacheOptions {
  resources<T extends KubernetesObject>(type: ResourceType): Resources<T>;
  /** Empty: all namespaces. */
  readonly watchNamespaces: readonly string[];
  /** Namespaces whose KafkaTopics are followed. */
  readonly strimziNamespaces: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly timing?: Partial<ReflectorTiming> | undefined;
  readonly onKeep?: ((object: KubernetesObject) => void) | undefined;
}

export interface Caches {
  readonly buses: ObjectStore<EventBus>;
  readonly topics: ObjectStore<EventTopic>;
  readonly policies: ObjectStore<RetentionPolicy>;
  readonly consumerGroups: ObjectStore<ConsumerGroup>;
  readonly namespaces: ObjectStore<NamespaceObject>;
  /** One a version of Strimzi's API. */
  readonly kafkaTopics: readonly ObjectStore<KafkaTopic>[];
  readonly reflectors: readonly Reflector<KubernetesObject>[];
}

export function createCaches(options: CacheOptions): Caches {
  const reflectors: Reflector<KubernetesObject>[] = [];
  const follow = <T extends KubernetesObject>(
    type: ResourceType,
    selections: readonly Selection[],
    indexes: NonNullable<StoreOptions<T>["indexes"]> = {},
    isOptional = false,
  ): ObjectStore<T> => {
    const store = createStore<T>(options, indexes);
    const source = options.resources<T>(type);
    for (const selection of selections) {
      reflectors.push(createReflector(options, { type, source, selection, store, isOptional }));
    }
    return store;
  };
  const { strimziNamespaces, watchNamespaces } = options;
  const everywhere = [{}];
  const watched = watchNamespaces.length === 0 ? everywhere : watchNamespaces.map((namespace) => ({ namespace }));
  return {
    buses: follow<EventBus>(eventBus, everywhere),
    topics: follow<EventTopic>(eventTopic, watched, TOPIC_INDEXES),
    policies: follow<RetentionPolicy>(retentionPolicy, everywhere),
    consumerGroups: follow<ConsumerGroup>(consumerGroup, watched, { ...CONSUMER_GROUP_INDEXES, ...GROUP_INDEXES }),
    namespaces: follow<NamespaceObject>(NAMESPACE, everywhere),
    kafkaTopics: KAFKA_TOPIC_VERSIONS.map((version) => {
      const type = {
        group: "kafka.strimzi.io",
        version,
        plural: "kafkatopics",
        kind: "KafkaTopic",
        isNamespaced: true,
      };
      const selections = strimziNamespaces.map((namespace) => ({ namespace }));
      return follow<KafkaTopic>(type, selections, KAFKA_TOPIC_INDEXES, true);
    }),
    reflectors,
  };
}

function createStore<T extends KubernetesObject>(
  { log, metrics, onKeep }: CacheOptions,
  indexes: NonNullable<StoreOptions<T>["indexes"]>,
): ObjectStore<T> {
  return new ObjectStore<T>({
    indexes,
    onKeep,
    onListenerError: (error) => {
      metrics.listenerFailed();
      log.error("A listener of a store threw; this is a bug", { error });
    },
  });
}

interface Followed<T extends KubernetesObject> {
  readonly type: ResourceType;
  readonly source: Resources<T>;
  readonly selection: Selection;
  readonly store: ObjectStore<T>;
  readonly isOptional: boolean;
}

function createReflector<T extends KubernetesObject>(
  { clock, log, metrics, timing }: CacheOptions,
  { type, source, selection, store, isOptional }: Followed<T>,
): Reflector<T> {
  const name = [type.plural, type.version, selection.namespace].filter((part) => part !== undefined).join("/");
  const feed = store.feed();
  return new Reflector({
    name,
    source,
    selection,
    feed,
    clock,
    log,
    metrics: metrics.reflector(name),
    timing,
    isOptional,
  });
}
