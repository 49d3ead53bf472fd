// Reads everything that an EventTopic refers to, from memory only: what is missing is a refusal, never a request.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import type { RetentionPolicy } from "../../api/retention-policy.ts";
import type { Speakers } from "../../domain/defaults-chain.ts";
import type { GoverningGuard } from "../../domain/governing-guard.ts";
import type { Lookup } from "../../domain/lookup.ts";
import type { Grant } from "../../domain/namespace-grants.ts";
import type { Namespace } from "../../domain/namespace-selection.ts";
import { policyProblems } from "../../domain/policy-rules.ts";
import { selectPolicy, type PolicyChoice, type PolicySubject } from "../../domain/policy-selection.ts";
import { collisionKey, renderTopicName } from "../../domain/topic-name.ts";
import type { KafkaAdmin } from "../../kafka/admin.ts";
import { keyOf } from "../../runtime/object-key.ts";
import { findBus, grantOn, namespaceOf, type BusBoundWorld } from "../bus-bound.ts";
import type { CreationFacts } from "../creation-facts.ts";
import type { GroupUsage } from "../group-usage.ts";
import type { LiveObjects } from "../live-objects.ts";
import type { Refusal } from "../plan.ts";
import type { RolloutPacer } from "../rollout/rollout-pacer.ts";
import type { UnwrittenHolds } from "../rollout/unwritten-holds.ts";
import type { KafkaTopicClaims } from "../strimzi/kafka-topic-claims.ts";
import type { KafkaTopicEditors } from "../strimzi/kafka-topic-editor.ts";
import type { Delegation } from "../strimzi/own-kafka-topics.ts";
import type { Corrections } from "./corrections.ts";
import type { KeptLooks } from "./kept-looks.ts";
import type { TopicMemory } from "./memory.ts";
import { claimObstacle, managedByStrimzi, ownerOf } from "./name-obstacles.ts";
import {
  claimsOf,
  declaredDeadLetters,
  withNameObstacle,
  type DeadLetterWorld,
  type ResolvedDeadLetter,
} from "./resolve-dead-letters.ts";
import { resolveDelegation } from "./resolve-delegation.ts";
import { resolveGuard } from "./resolve-guard.ts";

/** Everything that resolve may look at, and what is known of the clusters. */
export interface TopicWorld extends BusBoundWorld, DeadLetterWorld {
  readonly groups: GroupUsage;
  readonly creationFacts: CreationFacts;
  readonly looks: KeptLooks;
  readonly kafkaTopics: KafkaTopicClaims;
  readonly kafkaTopicEditor: KafkaTopicEditors;
  readonly corrections: Corrections;
  readonly pacer: RolloutPacer;
  readonly unwritten: UnwrittenHolds;
  readonly policies: Lookup<RetentionPolicy>;
  /** What the API server holds, as against what we have last heard of it. */
  readonly live: {
    readonly topics: LiveObjects<EventTopic>;
    readonly buses: LiveObjects<EventBus>;
    readonly policies: LiveObjects<RetentionPolicy>;
  };
  /** Groups that use a topic, as the last poll found them; undefined before the first. */
  topicUsers(busName: string, topicName: string): readonly string[] | undefined;
  /** EventTopics that have no name yet: nobody has looked at them, or they could not be named. */
  unnamed(): readonly EventTopic[];
}

/** Identity, as far as it is known; recorded in status once and then kept. */
export interface TopicIdentity {
  readonly busName?: string | undefined;
  readonly clusterId?: string | undefined;
  readonly topicName?: string | undefined;
}

/** Identity when all of it is known. */
export type ResolvedIdentity = Required<{ [part in keyof TopicIdentity]: string }>;

export interface ResolvedTopic {
  readonly identity: ResolvedIdentity;
  readonly bus: EventBus;
  readonly admin: KafkaAdmin;
  readonly policy: PolicyChoice<RetentionPolicy>;
  /** The one that the status names; undefined where it is gone, or there never was one. */
  readonly recordedPolicy?: RetentionPolicy | undefined;
  readonly guard: GoverningGuard;
  readonly speakers: Speakers;
  readonly grant: Extract<Grant, { kind: "granted" }>;
  readonly deadLetters: readonly ResolvedDeadLetter[];
  /** Groups that use the topic; undefined where nobody has looked yet. */
  readonly consumerGroups?: readonly string[] | undefined;
  /** Undefined where KafkaTopics have nothing to do with its topics. */
  readonly delegation?: Delegation | undefined;
  /** The object is being deleted, and waits for Strimzi no longer than this, milliseconds since the epoch. */
  readonly waitsUntilMs?: number | undefined;
}

export type TopicResolution =
  | { readonly kind: "resolved"; readonly value: ResolvedTopic }
  /** Not known what is wanted, or not ours to want: nothing is read from Kafka and nothing written. */
  | {
      readonly kind: "blocked";
      readonly refusal: Refusal<EventTopicReason>;
      readonly identity: TopicIdentity;
      /** Look again then, milliseconds since the epoch. */
      readonly recheckAt?: number | undefined;
    }
  /** The object is being deleted and lets go of its topic without touching it. */
  | {
      readonly kind: "leftBehind";
      readonly why: string;
      readonly identity: TopicIdentity & { readonly topicId?: string | undefined };
    }
  /** The object belongs to another installation. */
  | { readonly kind: "foreign" };

/** Enters the object's claim as a side effect on the ledger: claiming and reading must be one synchronous step. */
export function resolveTopic(topic: EventTopic, memory: TopicMemory, world: TopicWorld): TopicResolution {
  const place = findBus("topic", topic.spec, memory, world);
  if (place.kind === "foreign") return place;
  if (place.kind === "refused") return blocked(place.refusal, { ...recorded(memory), busName: place.busName });
  const { bus, admin, cluster } = place;
  const busName = bus.metadata.name;
  const rendered = renderTopicName(topic.spec, { ...bus.spec.naming, legacyNames: bus.spec.legacyNames });
  if (memory.topicName === undefined && rendered.kind === "invalid") {
    return blocked({ reason: "InvalidName", message: rendered.message }, { ...recorded(memory), busName });
  }
  const topicName = memory.topicName ?? (rendered.kind === "name" ? rendered.name : "");
  const identity = { busName, clusterId: cluster.id, topicName };
  return resolveClaim(topic, { bus, admin, identity, memory }, world);
}

interface Located {
  readonly bus: EventBus;
  readonly admin: KafkaAdmin;
  readonly identity: ResolvedIdentity;
  readonly memory: TopicMemory;
}

function resolveClaim(topic: EventTopic, located: Located, world: TopicWorld): TopicResolution {
  const { bus, identity, memory } = located;
  const namespace = namespaceOf(topic.metadata, world);
  const { clusterId, topicName } = identity;
  const grant = grantOn(bus, namespace, { kind: "topic", topicName, domain: topic.spec.domain });
  if (grant.kind === "refused") {
    world.claims.remove(keyOf(topic.metadata));
    return blocked(grant, identity);
  }
  const context = { bus, clusterId, topicName, namespace, memory };
  const declared = declaredDeadLetters(topic, context, world);
  const source = { clusterId, name: topicName, boundId: memory.clusterId === clusterId ? memory.topicId : undefined };
  world.claims.put(ownerOf(topic), [source, ...claimsOf(declared, clusterId)]);
  const obstacle = claimObstacle(topic, source, world) ?? managedByStrimzi(topic, bus, topicName, world);
  if (obstacle !== undefined) return blocked(obstacle, identity);
  const policy = choosePolicy(topic, bus, namespace, memory, world);
  const enforced = policy.kind === "policy" && policy.policy.spec.enforcement !== "Audit" ? policy.policy : undefined;
  const speakers = {
    topic: topic.spec,
    policy: enforced === undefined ? undefined : { name: enforced.metadata.name, spec: enforced.spec },
    bus: { name: identity.busName, spec: bus.spec },
  };
  const deadLetters = declared.map((letter) => withNameObstacle(letter, topic, context, world));
  const { admin } = located;
  const recordedPolicy = memory.policyName === undefined ? undefined : world.policies.get(memory.policyName);
  const guard = resolveGuard(bus, policy, memory.policyName, recordedPolicy);
  const consumerGroups = world.topicUsers(identity.busName, topicName);
  const delegation = resolveDelegation(topic, bus, [topicName, ...declared.map(({ name }) => name)], world);
  const found = { identity, bus, admin, policy, recordedPolicy, guard, grant, speakers, deadLetters };
  return { kind: "resolved", value: { ...found, consumerGroups, delegation } };
}

function choosePolicy(
  topic: EventTopic,
  bus: EventBus,
  namespace: Namespace,
  memory: TopicMemory,
  world: TopicWorld,
): PolicyChoice<RetentionPolicy> {
  const subject = {
    ...policySubject(topic, bus.metadata.name),
    namespace,
    defaultPolicy: bus.spec.topicDefaults?.retentionPolicyRef?.name,
    currentPolicy: memory.policyName,
  };
  return sound(selectPolicy(subject, world.policies));
}

/** A policy that contradicts itself is applied to nothing; one that is only audited supplies nothing anyway. */
function sound(choice: PolicyChoice<RetentionPolicy>): PolicyChoice<RetentionPolicy> {
  if (choice.kind !== "policy" || choice.policy.spec.enforcement === "Audit") return choice;
  const problems = policyProblems(choice.policy.spec);
  if (problems.length === 0) return choice;
  const message =
    `RetentionPolicy "${choice.policy.metadata.name}" is applied to no topic: ${problems.join(". ")}. ` +
    "Have the platform team correct it";
  return { kind: "problem", reason: "RetentionPolicyInvalid", message };
}

/** What an EventTopic shows to the selection of policies; its namespace' labels and its bus' default aside. */
export function policySubject(topic: EventTopic, busName: string): PolicySubject {
  const { domain, entity, action } = topic.spec;
  return {
    busName,
    namespace: { name: topic.metadata.namespace ?? "" },
    domain,
    entity,
    action,
    labels: topic.metadata.labels,
    namedPolicy: topic.spec.retentionPolicyRef?.name,
  };
}

function recorded(memory: TopicMemory): TopicIdentity {
  return { busName: memory.busName, clusterId: memory.clusterId, topicName: memory.topicName };
}

function blocked(refusal: Refusal<EventTopicReason>, identity: TopicIdentity): TopicResolution {
  return { kind: "blocked", refusal: { reason: refusal.reason, message: refusal.message }, identity };
}

/** What Kafka does not tell apart in names of topics; for the claims ledger. */
export const foldTopicName = collisionKey;
