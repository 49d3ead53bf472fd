// What of Strimzi wakes an EventBus: the Kafka object and the KafkaUser that it names. Maps changes to keys.

import type { EventBus } from "../../api/event-bus.ts";
import type { Change } from "../../runtime/change.ts";
import { mapDependency, type Dependency } from "../../runtime/dependency.ts";
import type { Store } from "../../runtime/store.ts";
import type { Kafka, KafkaUser } from "../strimzi/strimzi-kinds.ts";
import type { StrimziNamespaces } from "../strimzi/strimzi-stores.ts";

export function wakesBusesOnStrimzi(buses: Store<EventBus>, strimzi: StrimziNamespaces): Dependency[] {
  const following = (isMeant: (at: NonNullable<EventBus["spec"]["strimzi"]>) => boolean): string[] =>
    buses
      .list()
      .filter(({ spec }) => spec.strimzi !== undefined && isMeant(spec.strimzi))
      .map(({ metadata }) => metadata.name);
  const ofKafka = ({ before, after }: Change<Kafka>): string[] => {
    const { name, namespace } = (after ?? before)?.metadata ?? {};
    return following((at) => at.name === name && at.namespace === namespace);
  };
  // Users may live elsewhere than their Kafka object.
  const ofUser = ({ before, after }: Change<KafkaUser>): string[] => {
    const { name } = (after ?? before)?.metadata ?? {};
    return following(({ user }) => user === name);
  };
  return [...strimzi.values()].flatMap(({ kafkas, users }) => [
    mapDependency(kafkas, ofKafka, { reason: "Kafka" }),
    mapDependency(users, ofUser, { reason: "KafkaUser" }),
  ]);
}
