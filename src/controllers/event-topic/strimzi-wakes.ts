// What of Strimzi wakes EventTopics: KafkaTopics of a name that they claim, and a Topic Operator that watches elsewhere.
// Maps changes to keys and decides nothing about topics.

import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { Change } from "../../runtime/change.ts";
import { mapDependency, type Dependency } from "../../runtime/dependency.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { Store } from "../../runtime/store.ts";
import type { BusRegistry } from "../bus-registry.ts";
import type { Claims } from "../claims.ts";
import { ownerOfKafkaTopic } from "../strimzi/own-kafka-topics.ts";
import type { Kafka, KafkaTopic } from "../strimzi/strimzi-kinds.ts";
import { topicNames, type StrimziNamespaces } from "../strimzi/strimzi-stores.ts";
import { watchedNamespace } from "../strimzi/strimzi-topics.ts";

interface WakingStores {
  readonly topics: Store<EventTopic>;
  readonly buses: Store<EventBus>;
  readonly strimzi: StrimziNamespaces;
}

/** `claims`: what objects want is known there from their first run on, before their status tells it. */
export function wakesOnStrimzi(
  { topics, buses, strimzi }: WakingStores,
  registry: BusRegistry,
  claims: Claims,
): Dependency[] {
  const besides = (): EventBus[] => buses.list().filter(({ spec }) => spec.strimzi !== undefined);
  const claimants = (change: Change<KafkaTopic>): Iterable<string> => {
    const clusterIds = new Set(besides().map((bus) => clusterOf(bus, registry)));
    const claiming = [...clusterIds].flatMap((clusterId) =>
      namesIn(change).flatMap((name) => claims.claimants({ clusterId, name }).map(({ key }) => key)),
    );
    return new Set([...claiming, ...ownersIn(change)]);
  };
  const ofCluster = ({ before, after }: Change<Kafka>): string[] => {
    if (watchedNamespace(before) === watchedNamespace(after)) return [];
    const { name, namespace } = (after ?? before)?.metadata ?? {};
    const beside = besides().filter(({ spec: { strimzi: at } }) => at?.name === name && at?.namespace === namespace);
    return beside.flatMap(({ metadata }) => topics.byIndex("bus", metadata.name)).map((topic) => keyOf(topic.metadata));
  };
  return [...strimzi.values()].flatMap((stores) => [
    mapDependency(stores.topics, claimants, { reason: "KafkaTopic" }),
    mapDependency(stores.kafkas, ofCluster, { reason: "Kafka" }),
  ]);
}

function clusterOf({ metadata, status }: EventBus, registry: BusRegistry): string {
  const link = registry.link(metadata.name);
  return link.kind === "connected" ? link.cluster.id : (status?.clusterId ?? "");
}

/** Also what it is called: it may stand where the KafkaTopic of that topic would be. */
function namesIn({ before, after }: Change<KafkaTopic>): string[] {
  const topics = [before, after].filter((topic) => topic !== undefined);
  return [...new Set(topics.flatMap((topic) => [topic.metadata.name, ...topicNames(topic)]))];
}

function ownersIn({ before, after }: Change<KafkaTopic>): string[] {
  const owners = [before, after].map((topic) => (topic === undefined ? undefined : ownerOfKafkaTopic(topic)));
  return owners.filter((owner) => owner !== undefined);
}
