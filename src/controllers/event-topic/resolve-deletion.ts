// Resolves an EventTopic that is being deleted with its topic: only the recorded identity and a connection are needed.
// Whatever stands against the deletion leaves the topic behind, so that the object never hangs.

import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { selectBus } from "../../domain/bus-selection.ts";
import { governingGuard } from "../../domain/governing-guard.ts";
import type { Grant } from "../../domain/namespace-grants.ts";
import { renderTopicName } from "../../domain/topic-name.ts";
import type { KafkaAdmin } from "../../kafka/admin.ts";
import type { ClusterState } from "../../kafka/model/cluster.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { grantOn, isForeign, namespaceOf } from "../bus-bound.ts";
import type { BusLink } from "../bus-registry.ts";
import { postponement } from "../postponed-deletion.ts";
import { isBeingGivenUp, type Delegation } from "../strimzi/own-kafka-topics.ts";
import { describeKafkaTopic } from "../strimzi/topic-operator-answer.ts";
import type { TopicMemory } from "./memory.ts";
import { managedByStrimzi, ownerOf } from "./name-obstacles.ts";
import { resolveDelegation } from "./resolve-delegation.ts";
import type { ResolvedTopic, TopicResolution, TopicWorld } from "./resolve.ts";

export function resolveDeletion(
  topic: EventTopic,
  memory: TopicMemory,
  world: TopicWorld,
  nowMs: number,
): TopicResolution {
  const { busName, clusterId, topicId, topicName } = memory;
  if (isForeign(topic.spec, memory, world)) return { kind: "foreign" };
  if (topic.spec.deletionPolicy !== "Delete") return leftBehind('its deletionPolicy is "Retain"', memory);
  if (topic.spec.suspend === true) return leftBehind("the object is suspended", memory);
  if (busName === undefined || clusterId === undefined || topicName === undefined || topicId === undefined) {
    return leftBehind("it was never bound to a topic", memory);
  }
  const bus = world.buses.get(busName);
  if (bus === undefined) return leftBehind(`EventBus "${busName}" does not exist any more`, memory);
  if (bus.spec.access === "ReadOnly") return leftBehind(`EventBus "${busName}" is read-only`, memory);
  const link = world.link(busName);
  const wait = reasonToWait(topic, bus, link, topicName, world);
  if (wait !== undefined || link.kind !== "connected") return postponed(wait ?? "", topic, memory, world, nowMs);
  return judge(
    topic,
    { bus, cluster: link.cluster, admin: link.admin, identity: { busName, clusterId, topicName } },
    memory,
    world,
    nowMs,
  );
}

/** What keeps the deletion from being judged, and may pass. */
function reasonToWait(
  topic: EventTopic,
  bus: EventBus,
  link: BusLink,
  topicName: string,
  world: TopicWorld,
): string | undefined {
  const { name } = bus.metadata;
  if (bus.spec.suspend === true) return `EventBus "${name}" is suspended`;
  if (link.kind !== "connected") return `EventBus "${name}" is not connected`;
  const strimzi = managedByStrimzi(topic, bus, topicName, world);
  // That it is not known is no reason to let go at once; that Strimzi manages it, is.
  return strimzi?.reason === "BusNotReady" ? strimzi.message : undefined;
}

interface Located {
  readonly bus: EventBus;
  readonly cluster: ClusterState;
  readonly admin: KafkaAdmin;
  readonly identity: ResolvedTopic["identity"];
}

/** The cluster answers; may the topics go? What stands against a dead-letter topic leaves that one behind. */
function judge(
  topic: EventTopic,
  located: Located,
  memory: TopicMemory,
  world: TopicWorld,
  nowMs: number,
): TopicResolution {
  const { bus, cluster, admin, identity } = located;
  const { busName, clusterId, topicName } = identity;
  if (cluster.id !== clusterId) {
    return leftBehind(`EventBus "${busName}" leads to another Kafka cluster, "${cluster.id}"`, memory);
  }
  const letters = recordedDeadLetters(topic, memory);
  const source = { clusterId, name: topicName, boundId: memory.topicId };
  world.claims.put(ownerOf(topic), [source, ...letters.map((letter) => ({ ...letter, clusterId }))]);
  const grant = grantOf(topic, bus, topicName, topic.spec.domain, world);
  const why = obstacleTo(topicName, grant, topic, located, world);
  if (why !== undefined || grant.kind === "refused") return leftBehind(why ?? "", memory);
  const deadLetters = letters.map((letter) => {
    const ofLetter = grantOf(topic, bus, letter.name, isDerived(topic) ? topic.spec.domain : undefined, world);
    const message = obstacleTo(letter.name, ofLetter, topic, located, world);
    const obstacle = message === undefined ? undefined : ({ reason: "ClaimedByAnother", message } as const);
    return { ...letter, adoption: "Never" as const, obstacle };
  });
  const speakers = { topic: topic.spec, bus: { name: busName, spec: bus.spec } };
  const guard = governingGuard([bus]);
  const policy = { kind: "none" } as const;
  const names = [topicName, ...letters.map(({ name }) => name)];
  const delegation = resolveDelegation(topic, bus, names, world);
  const silent = delegation === undefined ? undefined : waitForStrimzi(delegation, topic, memory, world, nowMs);
  if (silent?.isOver === true) return leftBehind(silent.message, memory);
  const waitsUntilMs = silent?.untilMs;
  const value = { identity, bus, admin, policy, guard, grant, speakers, deadLetters, delegation, waitsUntilMs };
  return { kind: "resolved", value };
}

/** Those that are still part of the object; what it has released stays. */
function recordedDeadLetters({ spec }: EventTopic, memory: TopicMemory): { name: string; boundId: string }[] {
  if (spec.deadLetter === undefined || spec.deadLetter.enabled === false) return [];
  return [...memory.deadLetters].flatMap(([name, { topicId }]) =>
    topicId === undefined ? [] : [{ name, boundId: topicId }],
  );
}

function isDerived({ spec }: EventTopic): boolean {
  return spec.deadLetter?.nameTemplate?.includes("{topic}") !== false;
}

function grantOf(
  { metadata }: EventTopic,
  bus: EventBus,
  topicName: string,
  domain: string | undefined,
  world: TopicWorld,
): Grant {
  return grantOn(bus, namespaceOf(metadata, world), { kind: "topic", topicName, domain });
}

/** Why a topic of ours must not be deleted, whatever it holds. */
function obstacleTo(
  name: string,
  grant: Grant,
  topic: EventTopic,
  { bus, identity }: Located,
  world: TopicWorld,
): string | undefined {
  const key = keyOf(topic.metadata);
  const claim = { clusterId: identity.clusterId, name };
  const other = world.claims.claimants(claim).find((claimant) => claimant.key !== key);
  const heir = other?.key ?? unnamedHeir(name, identity.clusterId, world);
  if (heir !== undefined) return `EventTopic "${heir}" claims it as well`;
  if (!world.claims.hold(key, claim)) return "its claim on the name was lost";
  const managed = managedByStrimzi(topic, bus, name, world);
  if (managed !== undefined) return managed.message;
  if (grant.kind === "refused") return grant.message;
  return grant.deletionPolicies.includes("Delete") ? undefined : 'deletionPolicy "Delete" is not granted';
}

/**
 * An object that wants the name and has not been looked at yet, so that the ledger does not know its claim: after a restart
 * the old object of a topic that moves may come before the new one.
 */
function unnamedHeir(name: string, clusterId: string, world: TopicWorld): string | undefined {
  const heir = world.unnamed().find((candidate) => {
    const { metadata, spec } = candidate;
    const chosen = selectBus({ named: spec.busRef?.name }, world.buses);
    if (metadata.deletionTimestamp !== undefined || chosen.kind !== "bus") return false;
    const { bus } = chosen;
    const link = world.link(bus.metadata.name);
    const cluster = link.kind === "connected" ? link.cluster.id : bus.status?.clusterId;
    const rendered = renderTopicName(spec, { ...bus.spec.naming, legacyNames: bus.spec.legacyNames });
    if (cluster !== clusterId || rendered.kind !== "name" || rendered.name !== name) return false;
    return grantOf(candidate, bus, name, spec.domain, world).kind === "granted";
  });
  return heir === undefined ? undefined : keyOf(heir.metadata);
}

/** How long the Topic Operator has to do what it was told; undefined while it was told nothing. */
function waitForStrimzi(
  { own }: Delegation,
  { metadata }: EventTopic,
  { deletedAtMs: sinceMs = 0 }: TopicMemory,
  world: TopicWorld,
  nowMs: number,
): ReturnType<typeof postponement> | undefined {
  const told = [...own.values()].find(
    (topic) => topic.metadata.deletionTimestamp !== undefined || isBeingGivenUp(topic),
  );
  if (told === undefined) return undefined;
  const { deletionTimeoutMs: timeoutMs } = world;
  const isTerminating = world.isTerminating(metadata.namespace ?? "");
  const why = `Strimzi's Topic Operator does nothing about ${describeKafkaTopic(told)}`;
  return postponement(why, { what: "topic", sinceMs, nowMs, timeoutMs, isTerminating });
}

/** Waits for the cluster, but not for ever. */
function postponed(
  why: string,
  topic: EventTopic,
  memory: TopicMemory,
  world: TopicWorld,
  nowMs: number,
): TopicResolution {
  const { isOver, message, untilMs } = postponement(why, {
    what: "topic",
    sinceMs: memory.deletedAtMs ?? nowMs,
    nowMs,
    timeoutMs: world.deletionTimeoutMs,
    isTerminating: world.isTerminating(topic.metadata.namespace ?? ""),
  });
  if (isOver) return leftBehind(message, memory);
  return { kind: "blocked", refusal: { reason: "BusNotReady", message }, identity: memory, recheckAt: untilMs };
}

function leftBehind(why: string, identity: TopicMemory): TopicResolution {
  return { kind: "leftBehind", why, identity };
}
