// Resolves an EventTopic that is being deleted with its topic: only the recorded identity and a connection are needed.
// Whatever stands against the deletion leaves the topic behind, so that the object never hangs.

import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { selectBus } from "../../domain/bus-selection.ts";
import { grantFor, type Grant } from "../../domain/namespace-grants.ts";
import type { KafkaAdmin } from "../../kafka/admin.ts";
import type { ClusterState } from "../../kafka/model/cluster.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { TopicMemory } from "./memory.ts";
import { managedByStrimzi, type ResolvedTopic, type TopicResolution, type TopicWorld } from "./resolve.ts";

/** How long a terminating namespace waits for an unreachable cluster, at most. */
const TERMINATING_TIMEOUT_MS = 300_000;

export function resolveDeletion(
  topic: EventTopic,
  memory: TopicMemory,
  world: TopicWorld,
  nowMs: number,
): TopicResolution {
  const { busName, clusterId, topicId, topicName } = memory;
  const chosen = selectBus({ named: topic.spec.busRef?.name, recorded: busName }, world.buses);
  if (chosen.kind === "bus" && !world.isOurs(chosen.bus)) return { kind: "foreign" };
  if (topic.spec.deletionPolicy !== "Delete") return leftBehind('its deletionPolicy is "Retain"', memory);
  if (topic.spec.suspend === true) return leftBehind("the object is suspended", memory);
  if (busName === undefined || clusterId === undefined || topicName === undefined || topicId === undefined) {
    return leftBehind("it was never bound to a topic", memory);
  }
  const bus = world.buses.get(busName);
  if (bus === undefined) return leftBehind(`EventBus "${busName}" does not exist any more`, memory);
  if (bus.spec.access === "ReadOnly") return leftBehind(`EventBus "${busName}" is read-only`, memory);
  const link = world.link(busName);
  if (bus.spec.suspend === true) return postponed(`EventBus "${busName}" is suspended`, topic, memory, world, nowMs);
  if (link.kind !== "connected") {
    return postponed(`EventBus "${busName}" is not connected`, topic, memory, world, nowMs);
  }
  return judge(
    topic,
    { bus, cluster: link.cluster, admin: link.admin, identity: { busName, clusterId, topicName } },
    memory,
    world,
  );
}

interface Located {
  readonly bus: EventBus;
  readonly cluster: ClusterState;
  readonly admin: KafkaAdmin;
  readonly identity: ResolvedTopic["identity"];
}

/** The cluster answers; may the topic go? */
function judge(topic: EventTopic, located: Located, memory: TopicMemory, world: TopicWorld): TopicResolution {
  const { bus, cluster, admin, identity } = located;
  const obstacle = clusterObstacle(cluster.id, identity) ?? claimObstacle(topic, identity, memory, world);
  if (obstacle !== undefined) return leftBehind(obstacle, memory);
  const grant = grantOf(topic, bus, identity.topicName, world);
  if (grant.kind === "refused") return leftBehind(grant.message, memory);
  if (!grant.deletionPolicies.includes("Delete")) return leftBehind('deletionPolicy "Delete" is not granted', memory);
  const speakers = { topic: topic.spec, bus: { name: identity.busName, spec: bus.spec } };
  return { kind: "resolved", value: { identity, bus, admin, policy: { kind: "none" }, grant, speakers } };
}

function grantOf({ metadata, spec }: EventTopic, bus: EventBus, topicName: string, world: TopicWorld): Grant {
  const name = metadata.namespace ?? "";
  const rules = { name: bus.metadata.name, namespaces: bus.spec.namespaces };
  return grantFor(rules, world.namespace(name) ?? { name }, { kind: "topic", topicName, domain: spec.domain });
}

function clusterObstacle(answered: string, { busName, clusterId }: ResolvedTopic["identity"]): string | undefined {
  return answered === clusterId ? undefined : `EventBus "${busName}" leads to another Kafka cluster, "${answered}"`;
}

function claimObstacle(
  topic: EventTopic,
  identity: ResolvedTopic["identity"],
  memory: TopicMemory,
  world: TopicWorld,
): string | undefined {
  const key = keyOf(topic.metadata);
  const claim = { clusterId: identity.clusterId, name: identity.topicName };
  const { uid, creationTimestamp } = topic.metadata;
  world.claims.put(claim, { key, uid, creationTimestamp, boundId: memory.topicId });
  const other = world.claims.claimants(claim).find((claimant) => claimant.key !== key);
  if (other !== undefined) return `EventTopic "${other.key}" claims it as well`;
  if (!world.claims.hold(key)) return "its claim on the name was lost";
  const bus = world.buses.get(identity.busName);
  return bus === undefined ? undefined : managedByStrimzi(bus, identity.topicName, world)?.message;
}

/** Waits for the cluster, but not for ever. */
function postponed(
  why: string,
  topic: EventTopic,
  memory: TopicMemory,
  world: TopicWorld,
  nowMs: number,
): TopicResolution {
  const isTerminating = world.isTerminating(topic.metadata.namespace ?? "");
  const timeoutMs = isTerminating ? Math.min(TERMINATING_TIMEOUT_MS, world.deletionTimeoutMs) : world.deletionTimeoutMs;
  const until = (memory.deletedAtMs ?? nowMs) + timeoutMs;
  if (nowMs >= until) return leftBehind(`${why}, and the time to wait for it is over`, memory);
  const message = `${why}; the topic is deleted when it is back, or left behind at ${new Date(until).toISOString()}`;
  return { kind: "blocked", refusal: { reason: "BusNotReady", message }, identity: memory, recheckAt: until };
}

function leftBehind(why: string, identity: TopicMemory): TopicResolution {
  return { kind: "leftBehind", why, identity };
}
