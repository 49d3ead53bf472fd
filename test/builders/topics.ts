// Topics as Kafka holds them, and resolved EventTopics, for tests of the pure phases.

import type { EventBus } from "../../src/api/event-bus.ts";
import type { EventTopic } from "../../src/api/event-topic.ts";
import type { RetentionPolicy } from "../../src/api/retention-policy.ts";
import type { ObservedTopic } from "../../src/controllers/event-topic/observe.ts";
import type { ResolvedDeadLetter } from "../../src/controllers/event-topic/resolve-dead-letters.ts";
import { resolveGuard } from "../../src/controllers/event-topic/resolve-guard.ts";
import type { ResolvedTopic } from "../../src/controllers/event-topic/resolve.ts";
import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import type { ConfigEntry, ConfigType } from "../../src/kafka/model/topic-config.ts";
import { anEventBus } from "./objects.ts";

/** The keys that tests speak of, with the defaults of Kafka 4.3. */
const DEFAULTS: Readonly<Record<string, readonly [ConfigType, string]>> = {
  "cleanup.policy": ["list", "delete"],
  "compression.type": ["string", "producer"],
  "delete.retention.ms": ["long", "86400000"],
  "flush.ms": ["long", "9223372036854775807"],
  "max.compaction.lag.ms": ["long", "9223372036854775807"],
  "max.message.bytes": ["int", "1048588"],
  "message.timestamp.type": ["string", "CreateTime"],
  "min.cleanable.dirty.ratio": ["double", "0.5"],
  "min.insync.replicas": ["int", "1"],
  "retention.bytes": ["long", "-1"],
  "retention.ms": ["long", "604800000"],
  "segment.bytes": ["int", "1073741824"],
  "segment.ms": ["long", "604800000"],
  "leader.replication.throttled.replicas": ["list", ""],
  "unclean.leader.election.enable": ["boolean", "false"],
};

export interface PresentTopic {
  readonly name?: string;
  readonly id?: string;
  readonly partitions?: number;
  /** One for all partitions, or one for each. */
  readonly replicationFactor?: number | readonly number[];
  /** Set on the topic itself. */
  readonly configs?: Readonly<Record<string, string>>;
}

export function aTopicInKafka(given: PresentTopic = {}): Extract<ObservedTopic, { kind: "present" }> {
  const { name = "billing.usage.events", id = "id-1", partitions = 1, replicationFactor = 1, configs = {} } = given;
  const factors =
    typeof replicationFactor === "number"
      ? Array.from({ length: partitions }, () => replicationFactor)
      : replicationFactor;
  const entries = Object.entries(DEFAULTS).map(([key, [type, value]]): [string, ConfigEntry] => {
    const own = configs[key];
    const inherited = { value, source: "default" as const };
    const base = { key, type, isReadOnly: false, isSensitive: false, inherited };
    return [key, own === undefined ? { ...base, value, source: "default" } : { ...base, value: own, source: "topic" }];
  });
  return {
    kind: "present",
    topic: {
      name,
      id,
      isInternal: false,
      partitions: factors.map((factor, index) => ({
        index,
        leader: 0,
        replicas: replicasOf(factor),
        inSyncReplicas: replicasOf(factor),
      })),
    },
    configs: new Map(entries),
  };
}

function replicasOf(factor: number): number[] {
  return Array.from({ length: factor }, (_, broker) => broker);
}

const unusedAdmin = new Proxy({} as KafkaAdmin, {
  get: (_, verb) => {
    throw new Error(`The pure phases must not touch Kafka, but asked for "${String(verb)}"`);
  },
});

export interface ResolvedGiven {
  /** Groups that the last poll found on the topic; undefined: there was none yet. */
  readonly consumerGroups?: readonly string[];
  readonly bus?: EventBus;
  readonly policy?: RetentionPolicy;
  readonly deadLetters?: readonly ResolvedDeadLetter[];
  /** One that is there and governs no longer. */
  readonly formerPolicy?: RetentionPolicy;
  readonly adoptionCeiling?: "Never" | "IfIdentical" | "Adopt";
  /** It is not known which policy applies. */
  readonly undecided?: boolean;
  /** What its topics have to do with KafkaTopics. */
  readonly delegation?: ResolvedTopic["delegation"];
}

function choiceOf({ policy, undecided = false }: ResolvedGiven): ResolvedTopic["policy"] {
  if (undecided) return { kind: "problem", reason: "RetentionPolicyNotFound", message: "missing" };
  return policy === undefined ? { kind: "none" } : { kind: "policy", policy };
}

export function aResolvedTopic(topic: EventTopic, given: ResolvedGiven = {}, recordedPolicy?: string): ResolvedTopic {
  const { bus = anEventBus(), policy, adoptionCeiling = "Adopt" } = given;
  const { domain, entity, action, topicName } = topic.spec;
  const choice = choiceOf(given);
  const recorded = [policy, given.formerPolicy].find((known) => known?.metadata.name === recordedPolicy);
  return {
    identity: {
      busName: bus.metadata.name,
      clusterId: "cluster-1",
      topicName: topicName ?? `${domain}.${entity}.${action}`,
    },
    bus,
    admin: unusedAdmin,
    policy: choice,
    guard: resolveGuard(bus, choice, recordedPolicy, recorded),
    deadLetters: given.deadLetters ?? [],
    consumerGroups: given.consumerGroups,
    delegation: given.delegation,
    grant: { kind: "granted", adoption: adoptionCeiling, deletionPolicies: ["Retain", "Delete"] },
    speakers: {
      topic: topic.spec,
      policy: policy === undefined ? undefined : { name: policy.metadata.name, spec: policy.spec },
      bus: { name: bus.metadata.name, spec: bus.spec },
    },
  };
}
