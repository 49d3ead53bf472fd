// Parses once what an EventTopic, its policy and its bus want of its topic; everything after this reads no spec. Pure.

import type { EventTopicReason } from "../../api/conditions.ts";
import { THROTTLE_CONFIGS } from "../../api/config-keys.ts";
import type { EventBus } from "../../api/event-bus.ts";
import type { EventTopic } from "../../api/event-topic.ts";
import { chainedConfigs, POLICY_KEYS, SOURCE, type Setting, type Speakers } from "../../domain/defaults-chain.ts";
import { derivedSegment } from "../../domain/derived-segment.ts";
import { objectionToConfig, objectionToPartitions, objectionToReplicationFactor } from "../../domain/limits.ts";
import { matchesAnyPattern } from "../../domain/name-pattern.ts";
import { exceedsAdoption, type Adoption } from "../../domain/namespace-grants.ts";
import { PROFILES } from "../../domain/profiles.ts";
import { isSameSizing, partitionsFor, sizedBy, type SizedBy } from "../../domain/sizing.ts";
import type { Refusal } from "../plan.ts";
import { isContested } from "./contested.ts";
import type { TopicMemory } from "./memory.ts";
import type { ResolvedTopic } from "./resolve.ts";

const DEFAULT_ADOPTION: Adoption = "IfIdentical";

/** The object is being deleted, and its topic with it. */
export interface DesiredAbsence {
  readonly presence: "absent";
  readonly name: string;
  /** The only topic that may be deleted: a namesake of another id is not ours. */
  readonly boundId: string | undefined;
  /** Records or groups keep the topic until somebody confirms. */
  readonly isProtected: boolean;
}

export interface DesiredTopic {
  readonly presence: "present";
  readonly name: string;
  /** Id of the topic that the object is bound to on this cluster. */
  readonly boundId?: string | undefined;
  /** Enforced on a topic that exists, where the spec asks for it. */
  readonly partitions?: Setting<number> | undefined;
  /** The number was computed: by what; and whether the topic has been sized so before, and may have grown since. */
  readonly sizing?: (SizedBy & { readonly isSettled: boolean }) | undefined;
  readonly replicationFactor?: Setting<number> | undefined;
  /** For a topic that is yet to be created: the above, else the bus' and the profile's defaults. */
  readonly atCreation: {
    readonly partitions?: Setting<number> | undefined;
    readonly replicationFactor?: Setting<number> | undefined;
  };
  readonly configs: ReadonlyMap<string, Setting<string>>;
  /** What must be answered before these keys, or a creation, may be decided. */
  readonly undecided?: Refusal<EventTopicReason> | undefined;
  /** Wishes that no state of Kafka can fulfil. */
  readonly refusals: readonly Refusal<EventTopicReason>[];
  readonly adoption: Adoption;
  /** What must be written on the object before anything is done in Kafka. */
  readonly record: {
    /** Deletion of the object deletes the topic, or gives up KafkaTopics, so it must wait for us. */
    readonly finalizer: boolean;
    /** Who creates, on which cluster (`<uid>/<cluster id>`), for objects that must know their own creation after a crash. */
    readonly creator?: string | undefined;
  };
  readonly ownsAllConfigs: boolean;
  readonly recreatesWhenGone: boolean;
  readonly partitionKey?: string | undefined;
  readonly acknowledgedPartitions?: number | undefined;
  readonly speakers: Speakers;
  /** Neither compared, nor reported, nor set, nor reset. */
  isIgnored(key: string): boolean;
}

export function desiredTopic(topic: EventTopic, resolved: ResolvedTopic, memory: TopicMemory): DesiredTopic {
  const { spec } = topic;
  const { speakers, identity, policy } = resolved;
  const ignored = [...THROTTLE_CONFIGS.map((pattern) => ({ pattern })), ...(resolved.bus.spec.ignoredConfigs ?? [])];
  const undecided = policy.kind === "problem" ? { reason: policy.reason, message: policy.message } : undefined;
  const isIgnored = (key: string): boolean =>
    matchesAnyPattern(ignored, key) || (undecided !== undefined && POLICY_KEYS.has(key));
  const boundId = memory.clusterId === identity.clusterId ? memory.topicId : undefined;
  const wanted = wantedPartitions(speakers, boundId === undefined ? undefined : memory.sizedBy);
  // Whoever has KafkaTopics must give them up before it goes, and know its own creation again.
  const delegates = resolved.delegation !== undefined;
  const deletes = spec.deletionPolicy === "Delete" && resolved.grant.deletionPolicies.includes("Delete");
  const adoption = spec.adoption ?? leastAdoption(DEFAULT_ADOPTION, resolved.grant.adoption);
  return {
    presence: "present",
    name: identity.topicName,
    boundId,
    partitions: wanted.partitions,
    sizing: wanted.sizing,
    replicationFactor: wantedReplicationFactor(speakers),
    atCreation: {
      partitions: wanted.partitions ?? defaultPartitions(speakers),
      replicationFactor: wantedReplicationFactor(speakers) ?? defaultReplicationFactor(speakers),
    },
    configs: judgedConfigs(speakers, isIgnored),
    undecided,
    refusals: [...wanted.refusals, ...ceilingRefusals(topic, resolved, boundId)],
    adoption,
    record: {
      finalizer: deletes || delegates,
      creator: deletes || delegates || adoption === "Never" ? `${topic.metadata.uid}/${identity.clusterId}` : undefined,
    },
    ownsAllConfigs: spec.configOwnership === "Full",
    recreatesWhenGone: correctsDrift(topic, resolved.bus) && !isContested(topic),
    partitionKey: spec.partitionKey,
    acknowledgedPartitions: spec.acknowledgePartitionGrowth,
    speakers,
    isIgnored,
  };
}

/** What is wanted of one topic while the object is being deleted with its topics. */
export function desiredAbsence(
  { spec }: EventTopic,
  name: string,
  boundId: string | undefined,
  { confirmedDeletions }: TopicMemory,
): DesiredAbsence {
  const isConfirmed = boundId !== undefined && confirmedDeletions.has(boundId);
  return { presence: "absent", name, boundId, isProtected: spec.deletionProtection !== false && !isConfirmed };
}

/** Whether what somebody changed in Kafka is changed back. */
export function correctsDrift({ spec }: EventTopic, bus: EventBus): boolean {
  const isHeld = spec.suspend === true || bus.spec.suspend === true || bus.spec.access === "ReadOnly";
  return !isHeld && (spec.drift ?? bus.spec.drift) !== "Report";
}

function judgedConfigs(speakers: Speakers, isIgnored: (key: string) => boolean): Map<string, Setting<string>> {
  const judged = new Map<string, Setting<string>>();
  for (const [key, setting] of chainedConfigs(speakers)) {
    judged.set(key, { ...setting, objection: objectionToConfig(key, setting, speakers) });
  }
  const derived = speakers.policy === undefined ? undefined : derivedSegment(judged, speakers.policy.name);
  if (derived !== undefined) judged.set(...derived);
  return new Map([...judged].filter(([key]) => !isIgnored(key)));
}

interface WantedPartitions extends Pick<DesiredTopic, "partitions" | "sizing"> {
  readonly refusals: readonly Refusal<EventTopicReason>[];
}

/** `recorded`: what the topic was sized by. What is computed once is not computed again because a bus or a default changes. */
function wantedPartitions(speakers: Speakers, recorded: TopicMemory["sizedBy"]): WantedPartitions {
  const { topic, bus } = speakers;
  if (topic.sizing === undefined)
    return { partitions: judgedPartitions(topic.partitions, SOURCE.spec, speakers), refusals: [] };
  const fields = sizedBy(topic.sizing);
  if (recorded !== undefined && isSameSizing(fields, recorded)) {
    const partitions = judgedPartitions(recorded.partitions, SOURCE.spec, speakers);
    return { partitions, sizing: { ...fields, isSettled: true }, refusals: [] };
  }
  const sized = partitionsFor(topic.sizing, bus.spec.topicDefaults?.perPartitionThroughput);
  if (sized.kind === "exceeds") return { refusals: [{ reason: "LimitExceeded", message: sized.message }] };
  const partitions = judgedPartitions(sized.count, SOURCE.spec, speakers);
  return { partitions, sizing: { ...fields, isSettled: false }, refusals: [] };
}

function defaultPartitions(speakers: Speakers): Setting<number> | undefined {
  return judgedPartitions(speakers.bus.spec.topicDefaults?.partitions, SOURCE.bus(speakers.bus.name), speakers);
}

function judgedPartitions(count: number | undefined, source: string, speakers: Speakers): Setting<number> | undefined {
  return count === undefined ? undefined : { value: count, source, objection: objectionToPartitions(count, speakers) };
}

function wantedReplicationFactor(speakers: Speakers): Setting<number> | undefined {
  return judgedFactor(speakers.topic.replicationFactor, SOURCE.spec, speakers);
}

function defaultReplicationFactor(speakers: Speakers): Setting<number> | undefined {
  const { bus } = speakers;
  const profile = bus.spec.profile === undefined ? undefined : PROFILES[bus.spec.profile];
  return (
    judgedFactor(bus.spec.topicDefaults?.replicationFactor, SOURCE.bus(bus.name), speakers) ??
    judgedFactor(profile?.replicationFactor, SOURCE.profile, speakers)
  );
}

function judgedFactor(factor: number | undefined, source: string, speakers: Speakers): Setting<number> | undefined {
  if (factor === undefined) return undefined;
  return { value: factor, source, objection: objectionToReplicationFactor(factor, speakers) };
}

// The platform's ceilings: asking for more is refused, but never undoes what is.
function ceilingRefusals(
  topic: EventTopic,
  { grant, identity }: ResolvedTopic,
  boundId: string | undefined,
): Refusal<EventTopicReason>[] {
  const refusals: Refusal<EventTopicReason>[] = [];
  const { adoption } = topic.spec;
  if (boundId === undefined && adoption !== undefined && exceedsAdoption(adoption, grant.adoption)) {
    refusals.push(ceiling("adoption", adoption, `adoption up to "${grant.adoption}"`, identity.busName));
  }
  const deletion = topic.spec.deletionPolicy ?? "Retain";
  if (!grant.deletionPolicies.includes(deletion) && deletion !== "Retain") {
    const allowed = grant.deletionPolicies.map((policy) => `"${policy}"`).join(" or ");
    refusals.push(ceiling("deletionPolicy", deletion, `deletionPolicy ${allowed}`, identity.busName));
  }
  return refusals;
}

export function leastAdoption(wanted: Adoption, ceiling: Adoption): Adoption {
  return exceedsAdoption(wanted, ceiling) ? ceiling : wanted;
}

function ceiling(field: string, asked: string, allowed: string, busName: string): Refusal<EventTopicReason> {
  return {
    reason: "PolicyViolation",
    message:
      `spec.${field} "${asked}" is more than EventBus "${busName}" grants to this namespace, which is ${allowed}; ` +
      "change it, or ask the platform team",
  };
}
