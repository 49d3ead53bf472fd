// Which rights an EventTopic declares: its publishers' to write. From memory only.

import type { EventTopic, EventTopicStatus } from "../../api/event-topic.ts";
import { isOnePrincipal, publisherRights } from "../../domain/access-rights.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { AccessKind, AccessWish } from "../access/access-world.ts";
import { grantOn, namespaceOf, type BusBoundWorld } from "../bus-bound.ts";
import type { TopicWorld } from "./resolve.ts";

/** The topic is not the object's, or not known to be. */
const UNENTITLED: ReadonlySet<string> = new Set([
  "AlreadyExists",
  "BusNotReady",
  "ClaimedByAnother",
  "ClusterIdMismatch",
  "ManagedByStrimzi",
  "NotYetVisible",
  "TopicMissing",
]);

export function topicAccess(
  world: Pick<BusBoundWorld, "buses" | "namespace"> & Pick<TopicWorld, "kafkaTopics">,
): AccessKind<EventTopic> {
  return {
    wish: (topic, status) => wishOf(topic, status, world),
    // Where it has or had a KafkaTopic, that is to be given up.
    isRetained: ({ metadata, spec, status }) =>
      spec.deletionPolicy !== "Delete" &&
      status?.kafkaTopic === undefined &&
      world.kafkaTopics.ownedBy(keyOf(metadata)).length === 0,
  };
}

function wishOf(
  { metadata, spec }: EventTopic,
  status: EventTopicStatus | undefined,
  world: Pick<BusBoundWorld, "buses" | "namespace">,
): AccessWish | undefined {
  const { bus: place, conditions, topicId, topicName } = status ?? {};
  const bus = world.buses.get(place?.name ?? "");
  if (bus === undefined || topicId === undefined || topicName === undefined) return undefined;
  if (UNENTITLED.has(findCondition(conditions, "Ready")?.reason ?? "")) return undefined;
  if (findCondition(conditions, "Recreated") !== undefined) return undefined;
  const grant = grantOn(bus, namespaceOf(metadata, world), { kind: "topic", topicName, domain: spec.domain });
  if (grant.kind === "refused") return undefined;
  const names = (spec.publishers ?? []).map(({ name }) => name);
  const principals = names.filter((name) => isOnePrincipal(name));
  const remarks = names.length === principals.length ? [] : ['Publisher "*" is everybody, who is granted nothing'];
  return { bindings: publisherRights(topicName, principals), mayWant: () => false, remarks, consents: [] };
}
