// Resolves a ConsumerGroup that is being deleted with its group: only the recorded identity and a connection are needed.
// Whatever stands against the deletion leaves the group behind, so that the object never hangs.

import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { EventBus } from "../../api/event-bus.ts";
import { selectBus } from "../../domain/bus-selection.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { isForeign } from "../bus-bound.ts";
import type { BusLink } from "../bus-registry.ts";
import { postponement } from "../postponed-deletion.ts";
import type { GroupResolution, GroupWorld } from "./group-world.ts";
import type { GroupMemory } from "./memory.ts";
import { claimGroupId, grantTo, groupIdOf } from "./resolve.ts";

export function resolveDeletion(
  group: ConsumerGroup,
  memory: GroupMemory,
  world: GroupWorld,
  nowMs: number,
): GroupResolution {
  const { busName } = memory;
  if (isForeign(group.spec, memory, world)) return { kind: "foreign" };
  if (group.spec.deletionPolicy !== "DeleteGroup") return leftBehind('its deletionPolicy is "Retain"');
  if (group.spec.suspend === true) return leftBehind("the object is suspended");
  if (busName === undefined || !memory.isHolder) return leftBehind("it never held its group id");
  const bus = world.buses.get(busName);
  if (bus === undefined) return leftBehind(`EventBus "${busName}" does not exist any more`);
  if (bus.spec.access === "ReadOnly") return leftBehind(`EventBus "${busName}" is read-only`);
  if (bus.spec.suspend === true) return postponed(`EventBus "${busName}" is suspended`, group, memory, world, nowMs);
  const link = world.link(busName);
  if (link.kind !== "connected") {
    return postponed(`EventBus "${busName}" is not connected`, group, memory, world, nowMs);
  }
  return judge(group, bus, link, memory, world);
}

/** The cluster answers; may the group go? */
function judge(
  group: ConsumerGroup,
  bus: EventBus,
  { admin, cluster }: Extract<BusLink, { kind: "connected" }>,
  memory: GroupMemory,
  world: GroupWorld,
): GroupResolution {
  const busName = bus.metadata.name;
  if (cluster.id !== memory.clusterId) {
    return leftBehind(`EventBus "${busName}" leads to another Kafka cluster, "${cluster.id}"`);
  }
  const groupId = groupIdOf(group);
  const identity = { busName, clusterId: cluster.id, groupId };
  const heldBy = claimGroupId(group, identity, memory, world);
  const other = heldBy ?? heirOf(group, identity, world);
  if (other !== undefined) return leftBehind(`ConsumerGroup "${other}" claims it as well`);
  const grant = grantTo(group, bus, groupId, world);
  if (grant.kind === "refused") return leftBehind(grant.message);
  if (!grant.deletionPolicies.includes("DeleteGroup")) return leftBehind('deletionPolicy "DeleteGroup" is not granted');
  const { capabilities } = cluster;
  return { kind: "resolved", value: { identity, bus, admin, capabilities, grant, topics: [] } };
}

/**
 * Another object of the group id, also one that has not been looked at yet, so that the ledger does not know its claim:
 * after a restart the old object of a group that moves may come before the new one.
 */
function heirOf(
  { metadata: { uid } }: ConsumerGroup,
  { clusterId, groupId }: { readonly clusterId: string; readonly groupId: string },
  world: GroupWorld,
): string | undefined {
  const heir = world.groupsOf(groupId).find((candidate) => {
    const { metadata, spec, status } = candidate;
    const chosen = selectBus({ named: spec.busRef?.name, recorded: status?.bus?.name }, world.buses);
    if (metadata.uid === uid || metadata.deletionTimestamp !== undefined || chosen.kind !== "bus") return false;
    const link = world.link(chosen.bus.metadata.name);
    const cluster = link.kind === "connected" ? link.cluster.id : chosen.bus.status?.clusterId;
    return cluster === clusterId && grantTo(candidate, chosen.bus, groupId, world).kind === "granted";
  });
  return heir === undefined ? undefined : keyOf(heir.metadata);
}

function postponed(
  why: string,
  group: ConsumerGroup,
  { busName, clusterId, deletedAtMs }: GroupMemory,
  world: GroupWorld,
  nowMs: number,
): GroupResolution {
  const namespace = group.metadata.namespace ?? "";
  const { isOver, message, untilMs } = postponement(why, {
    what: "group",
    sinceMs: deletedAtMs ?? nowMs,
    nowMs,
    timeoutMs: world.deletionTimeoutMs,
    isTerminating: world.isTerminating(namespace),
  });
  if (isOver) return leftBehind(message);
  return {
    kind: "blocked",
    refusal: { reason: "BusNotReady", message },
    identity: { busName, clusterId },
    recheckAt: untilMs,
  };
}

function leftBehind(why: string): GroupResolution {
  return { kind: "leftBehind", why };
}
