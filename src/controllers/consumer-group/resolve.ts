// Reads everything that a ConsumerGroup refers to, from memory only: what is missing is a refusal, never a request.

import type { ConsumerGroupReason } from "../../api/conditions.ts";
import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { Grant } from "../../domain/namespace-grants.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { findBus, grantOn, namespaceOf } from "../bus-bound.ts";
import type { Refusal } from "../plan.ts";
import type { GroupIdentity, GroupResolution, GroupWorld, ResolvedGroup } from "./group-world.ts";
import type { GroupMemory } from "./memory.ts";
import { resolveDeadLetters, resolveTopics } from "./resolve-topics.ts";

/** Enters the object's claim as a side effect on the ledger: claiming and reading must be one synchronous step. */
export function resolveGroup(group: ConsumerGroup, memory: GroupMemory, world: GroupWorld): GroupResolution {
  const place = findBus("group", group.spec, memory, world);
  if (place.kind === "foreign") return place;
  if (place.kind === "refused") {
    return blocked(place.refusal, { busName: place.busName, clusterId: memory.clusterId });
  }
  const { bus, admin, cluster, connection } = place;
  const busName = bus.metadata.name;
  const groupId = groupIdOf(group);
  const objection = objectionToGroupId(groupId);
  if (objection !== undefined) return blocked(objection, { busName, clusterId: memory.clusterId });
  const identity = { busName, clusterId: cluster.id, groupId };
  const grant = grantTo(group, bus, groupId, world);
  if (grant.kind === "refused") {
    world.claims.remove(keyOf(group.metadata));
    return blocked(grant, identity);
  }
  const heldBy = claimGroupId(group, identity, memory, world);
  const topics = resolveTopics(group, identity, world);
  const deadLetterTopic = resolveDeadLetters(group, identity, world);
  const { capabilities } = cluster;
  return {
    kind: "resolved",
    value: { identity, bus, admin, connection, capabilities, grant, heldBy, topics, deadLetterTopic },
  };
}

/** Kafka's group.id. */
export function groupIdOf({ metadata, spec }: ConsumerGroup): string {
  return spec.groupId ?? metadata.name;
}

export function grantTo({ metadata }: ConsumerGroup, bus: EventBus, groupId: string, world: GroupWorld): Grant {
  return grantOn(bus, namespaceOf(metadata, world), { kind: "group", groupId });
}

/** Key of the holder where that is another; undefined: the object holds the id, and keeps it until its run ends. */
export function claimGroupId(
  { metadata }: ConsumerGroup,
  { clusterId, groupId }: ResolvedGroup["identity"],
  memory: GroupMemory,
  { claims }: Pick<GroupWorld, "claims">,
): string | undefined {
  const { uid, creationTimestamp } = metadata;
  const key = keyOf(metadata);
  const id = { clusterId, name: groupId };
  // Whoever holds it keeps it: an older object that may use it only now comes second.
  const boundId = memory.isHolder && memory.clusterId === clusterId ? uid : undefined;
  claims.put({ key, uid, creationTimestamp }, [{ ...id, boundId }]);
  return claims.hold(key, id) ? undefined : claims.holder(id)?.key;
}

const CONNECT_PREFIX = "connect-";
// oxlint-disable-next-line no-control-regex -- exactly what one line of a properties file cannot hold
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

function objectionToGroupId(groupId: string): Refusal<ConsumerGroupReason> | undefined {
  if (groupId.startsWith(CONNECT_PREFIX)) {
    const message = `Group "${groupId}" belongs to a sink connector of Kafka Connect, which manages its offsets itself`;
    return { reason: "UnsupportedGroupType", message };
  }
  if (!CONTROL_CHARACTER.test(groupId)) return undefined;
  const message = `Group id ${JSON.stringify(groupId)} holds a control character; create the object anew with another groupId`;
  return { reason: "InvalidGroupId", message };
}

function blocked(refusal: Refusal<ConsumerGroupReason>, { busName, clusterId }: GroupIdentity): GroupResolution {
  const { reason, message } = refusal;
  return { kind: "blocked", refusal: { reason, message }, identity: { busName, clusterId } };
}
