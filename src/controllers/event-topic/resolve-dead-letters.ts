// Which dead-letter topics an EventTopic is to have: their names, and who stands against each. From memory only. What
// stands against one of them is its own trouble and never the source's.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { ConsumerGroup } from "../../api/consumer-group.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { deadLetterNames } from "../../domain/dead-letter-name.ts";
import type { Adoption, Grant } from "../../domain/namespace-grants.ts";
import type { Namespace } from "../../domain/namespace-selection.ts";
import { consentsTo } from "../../domain/topic-consent.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { grantOn, namespaceOf, type BusBoundWorld } from "../bus-bound.ts";
import type { WantedName } from "../claims.ts";
import type { Refusal } from "../plan.ts";
import type { TopicMemory } from "./memory.ts";
import { claimObstacle, managedByStrimzi, type Names } from "./name-obstacles.ts";

/** One dead-letter topic that the object is to have. */
export interface ResolvedDeadLetter {
  readonly name: string;
  /** The group that it belongs to, with perGroup. */
  readonly groupId?: string | undefined;
  /** Id of the topic that it is bound to on this cluster. */
  readonly boundId?: string | undefined;
  /** The furthest adoption that is granted for its name. */
  readonly adoption: Adoption;
  /** Why it cannot be provided. */
  readonly obstacle?: Refusal<EventTopicReason> | undefined;
}

/** Where dead letters look things up. */
export interface DeadLetterWorld extends Names, Pick<BusBoundWorld, "namespace"> {
  /** ConsumerGroups that name the EventTopic of this key under `deadLetter`. */
  groupsWithDeadLettersOf(topicKey: string): readonly ConsumerGroup[];
}

/** Of whom, and where. */
export interface DeadLetterContext {
  readonly bus: EventBus;
  readonly clusterId: string;
  readonly topicName: string;
  readonly namespace: Namespace;
  readonly memory: TopicMemory;
}

/** As many as a status lists. */
const MOST = 256;

/** All that are declared; nothing is claimed yet, so a name that another holds is not among the obstacles. */
export function declaredDeadLetters(
  topic: EventTopic,
  context: DeadLetterContext,
  world: DeadLetterWorld,
): ResolvedDeadLetter[] {
  const { bus, topicName, namespace } = context;
  const { deadLetter, domain } = topic.spec;
  if (deadLetter === undefined || deadLetter.enabled === false) return [];
  const groupIds = deadLetter.perGroup === true ? groupsOf(topic, context, world) : [];
  const names = deadLetterNames(deadLetter, topicName, groupIds, bus.spec.legacyNames ?? []);
  return names.map(({ name, groupId, problem, isDerived }, index) => {
    const grant = grantOn(bus, namespace, {
      kind: "topic",
      topicName: name,
      domain: isDerived ? domain : undefined,
    });
    const obstacle =
      (problem === undefined ? undefined : ({ reason: "InvalidName", message: problem } as const)) ??
      (index < MOST ? refusalOf(grant) : tooMany(name));
    const adoption = grant.kind === "granted" ? grant.adoption : "Never";
    return { name, groupId, boundId: boundIdOf(name, context), adoption, obstacle };
  });
}

/** What of them the object claims. */
export function claimsOf(deadLetters: readonly ResolvedDeadLetter[], clusterId: string): WantedName[] {
  return deadLetters
    .filter(({ obstacle }) => obstacle === undefined)
    .map(({ name, boundId }) => ({ clusterId, name, boundId }));
}

/** Looks who else wants the name, once it is claimed. */
export function withNameObstacle(
  letter: ResolvedDeadLetter,
  topic: EventTopic,
  { bus, clusterId }: DeadLetterContext,
  names: Names,
): ResolvedDeadLetter {
  const { name, boundId } = letter;
  const obstacle =
    letter.obstacle ??
    claimObstacle(topic, { clusterId, name, boundId }, names) ??
    managedByStrimzi(topic, bus, name, names);
  return { ...letter, obstacle };
}

/** Ids of the groups whose ConsumerGroup names this topic under deadLetter, and may, and lives on its cluster. */
function groupsOf(topic: EventTopic, context: DeadLetterContext, world: DeadLetterWorld): string[] {
  const groups = world.groupsWithDeadLettersOf(keyOf(topic.metadata));
  const permitted = groups.filter(({ metadata }) => consentsTo(topic, namespaceOf(metadata, world)));
  return permitted.filter((group) => isHere(group, context)).map((group) => groupIdOf(group));
}

/** Until it is known where a group lives it gets no topic, and what it has stays. */
function isHere(group: ConsumerGroup, { clusterId, memory }: DeadLetterContext): boolean {
  const known = group.status?.bus?.clusterId;
  if (known !== undefined) return known === clusterId;
  return [...memory.deadLetters.values()].some(({ groupId }) => groupId === groupIdOf(group));
}

function groupIdOf({ metadata, spec }: ConsumerGroup): string {
  return spec.groupId ?? metadata.name;
}

function boundIdOf(name: string, { clusterId, memory }: DeadLetterContext): string | undefined {
  return memory.clusterId === clusterId ? memory.deadLetters.get(name)?.topicId : undefined;
}

function refusalOf(grant: Grant): Refusal<EventTopicReason> | undefined {
  return grant.kind === "refused" ? { reason: grant.reason, message: grant.message } : undefined;
}

function tooMany(name: string): Refusal<EventTopicReason> {
  return {
    reason: "LimitExceeded",
    message:
      `Dead-letter topic "${name}" is not provided: an EventTopic has ${MOST} at most; set spec.deadLetter.perGroup to ` +
      "false, so that all groups share one",
  };
}
