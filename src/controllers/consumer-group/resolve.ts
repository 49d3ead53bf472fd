// Reads everything that a ConsumerGroup refers to, from memory only: what is missing is a refusal, never a request.

import type { ConsumerGroupReason } from "../../api/conditions.ts";
import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { EventBus } from "../../api/event-bus.ts";
import { selectBus } from "../../domain/bus-selection.ts";
import { grantFor, type Grant } from "../../domain/namespace-grants.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { BusLink } from "../bus-registry.ts";
import type { Refusal } from "../plan.ts";
import type { GroupIdentity, GroupResolution, GroupWorld, ResolvedGroup } from "./group-world.ts";
import type { GroupMemory } from "./memory.ts";
import { resolveDeadLetters, resolveTopics } from "./resolve-topics.ts";

/** Enters the object's claim as a side effect on the ledger: claiming and reading must be one synchronous step. */
export function resolveGroup(group: ConsumerGroup, memory: GroupMemory, world: GroupWorld): GroupResolution {
  const chosen = selectBus({ named: group.spec.busRef?.name, recorded: memory.busName }, world.buses);
  if (chosen.kind === "problem") return blocked(chosen, memory);
  const { bus } = chosen;
  if (!world.isOurs(bus)) return { kind: "foreign" };
  const busName = bus.metadata.name;
  const known = { busName, clusterId: memory.clusterId };
  const link = world.link(busName);
  if (link.kind !== "connected") return blocked(busNotReady(busName, link), known);
  const moved = memory.clusterId !== undefined && memory.clusterId !== link.cluster.id;
  if (moved && bus.spec.expectedClusterId !== link.cluster.id) {
    return blocked(clusterIdMismatch(busName, memory.clusterId, link.cluster.id), known);
  }
  const groupId = groupIdOf(group);
  const objection = objectionToGroupId(groupId);
  if (objection !== undefined) return blocked(objection, known);
  const identity = { busName, clusterId: link.cluster.id, groupId };
  const grant = grantTo(group, bus, groupId, world);
  if (grant.kind === "refused") {
    world.claims.remove(keyOf(group.metadata));
    return blocked(grant, identity);
  }
  const { admin, cluster } = link;
  const heldBy = claimGroupId(group, identity, memory, world);
  const topics = resolveTopics(group, identity, world);
  const deadLetterTopic = resolveDeadLetters(group, identity, world);
  const { capabilities } = cluster;
  return { kind: "resolved", value: { identity, bus, admin, capabilities, grant, heldBy, topics, deadLetterTopic } };
}

/** Kafka's group.id. */
export function groupIdOf({ metadata, spec }: ConsumerGroup): string {
  return spec.groupId ?? metadata.name;
}

export function grantTo({ metadata }: ConsumerGroup, bus: EventBus, groupId: string, world: GroupWorld): Grant {
  const name = metadata.namespace ?? "";
  const rules = { name: bus.metadata.name, namespaces: bus.spec.namespaces };
  return grantFor(rules, world.namespace(name) ?? { name }, { kind: "group", groupId });
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

function busNotReady(busName: string, link: Exclude<BusLink, { kind: "connected" }>): Refusal<ConsumerGroupReason> {
  const why = link.kind === "connecting" ? "is being connected" : `is not connected (${link.reason}): ${link.message}`;
  return { reason: "BusNotReady", message: `EventBus "${busName}" ${why}` };
}

function clusterIdMismatch(busName: string, recordedId: string, answeredId: string): Refusal<ConsumerGroupReason> {
  return {
    reason: "ClusterIdMismatch",
    message:
      `EventBus "${busName}" leads to Kafka cluster "${answeredId}", but this group was recorded on "${recordedId}"; ` +
      `nothing is written. If the move is meant, the platform sets the bus' spec.expectedClusterId to "${answeredId}"`,
  };
}
