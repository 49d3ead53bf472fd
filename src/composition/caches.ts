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
import {
  STRIMZI_GROUP,
  STRIMZI_VERSIONS,
  type Kafka,
  type KafkaTopic,
  type KafkaUser,
} from "../controllers/strimzi/strimzi-kinds.ts";
import {
  KAFKA_TOPIC_INDEXES,
  type StrimziNamespaces,
  type StrimziStores,
  type StrimziWrites,
} from "../controllers/strimzi/strimzi-stores.ts";
import type { Resources, ResourceType, Selection } from "../kubernetes/resources.ts";
import { ServedVersion } from "../kubernetes/served-version.ts";
import type { Clock } from "../runtime/clock.ts";
import { Reflector, type ObjectSource, type ReflectorTiming } from "../runtime/reflector.ts";
import { ObjectStore, type StoreOptions } from "../runtime/store.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** What a Namespace is to us: its labels. */
export type NamespaceObject = KubernetesObject;

/** Of the store of ConsumerGroups: what they are found by, and what their topics find them by. */
export const GROUP_STORE_INDEXES = { ...CONSUMER_GROUP_INDEXES, ...GROUP_INDEXES } as const;

export const NAMESPACE: ResourceType = {
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
  /** Namespaces whose objects of Strimzi are followed. */
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
  readonly strimzi: StrimziNamespaces;
  /** By namespace, as the stores. */
  readonly strimziWrites: ReadonlyMap<string, StrimziWrites>;
  readonly reflectors: readonly Reflector<KubernetesObject>[];
}

export function createCaches(options: CacheOptions): Caches {
  const reflectors: Reflector<KubernetesObject>[] = [];
  const follow: Follow = ({ source, selections, indexes = {}, isOptional = false }) => {
    const store = createStore(options, indexes);
    for (const selection of selections) {
      reflectors.push(createReflector(options, { source, selection, store, isOptional }));
    }
    return store;
  };
  const { strimziNamespaces, watchNamespaces } = options;
  const resources: CacheOptions["resources"] = (type) => options.resources(type);
  const everywhere = [{}];
  const watched = watchNamespaces.length === 0 ? everywhere : watchNamespaces.map((namespace) => ({ namespace }));
  const strimzi = strimziNamespaces.map(
    (namespace) => [namespace, followStrimzi(namespace, resources, follow)] as const,
  );
  return {
    buses: follow({ source: resources<EventBus>(eventBus), selections: everywhere }),
    topics: follow({ source: resources<EventTopic>(eventTopic), selections: watched, indexes: TOPIC_INDEXES }),
    policies: follow({ source: resources<RetentionPolicy>(retentionPolicy), selections: everywhere }),
    consumerGroups: follow({
      source: resources<ConsumerGroup>(consumerGroup),
      selections: watched,
      indexes: GROUP_STORE_INDEXES,
    }),
    namespaces: follow({ source: resources<NamespaceObject>(NAMESPACE), selections: everywhere }),
    strimzi: new Map(strimzi.map(([namespace, { stores }]) => [namespace, stores])),
    strimziWrites: new Map(strimzi.map(([namespace, { writes }]) => [namespace, writes])),
    reflectors,
  };
}

type Follow = <T extends KubernetesObject>(followed: {
  readonly source: ObjectSource<T>;
  readonly selections: readonly Selection[];
  readonly indexes?: NonNullable<StoreOptions<T>["indexes"]> | undefined;
  readonly isOptional?: boolean | undefined;
}) => ObjectStore<T>;

/** Each namespace has stores of its own: what cannot be read in one does not hinder the others. */
function followStrimzi(
  namespace: string,
  resources: CacheOptions["resources"],
  follow: Follow,
): { readonly stores: StrimziStores; readonly writes: StrimziWrites } {
  const served = <T extends KubernetesObject>(plural: string, kind: string): ServedVersion<T> => {
    const servedAs = (version: string): Resources<T> =>
      resources<T>({ group: STRIMZI_GROUP, version, plural, kind, isNamespaced: true });
    const [preferred, older] = STRIMZI_VERSIONS;
    return new ServedVersion<T>([servedAs(preferred), servedAs(older)]);
  };
  const sources = {
    kafkas: served<Kafka>("kafkas", "Kafka"),
    users: served<KafkaUser>("kafkausers", "KafkaUser"),
    topics: served<KafkaTopic>("kafkatopics", "KafkaTopic"),
  };
  const optional = { selections: [{ namespace }], isOptional: true };
  const stores = {
    kafkas: follow({ source: sources.kafkas, ...optional }),
    users: follow({ source: sources.users, ...optional }),
    topics: follow({ source: sources.topics, indexes: KAFKA_TOPIC_INDEXES, ...optional }),
  };
  return { stores, writes: sources };
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
  readonly source: ObjectSource<T>;
  readonly selection: Selection;
  readonly store: ObjectStore<T>;
  readonly isOptional: boolean;
}

function createReflector<T extends KubernetesObject>(
  { clock, log, metrics, timing }: CacheOptions,
  { source, selection, store, isOptional }: Followed<T>,
): Reflector<T> {
  const { plural, version } = source.type;
  const name = [plural, version, selection.namespace].filter((part) => part !== undefined).join("/");
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
