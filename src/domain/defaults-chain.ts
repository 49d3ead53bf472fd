// What everybody together wants of a topic: field → RetentionPolicy → EventBus.topicDefaults → profile → broker.
// Pure. Kafka's own keys and units come out; who said it stays with every value.

import type { EventBusSpec } from "../api/event-bus.ts";
import type { EventTopicSpec } from "../api/event-topic.ts";
import { parseDuration, parseSize, UNLIMITED } from "../api/quantity.ts";
import type { RetentionPolicySpec } from "../api/retention-policy.ts";
import { PROFILES, type Profile } from "./profiles.ts";

/** Why a wanted value may not be applied: one of an EventTopic's reasons, with its sentence. */
export interface Objection {
  readonly reason: "PolicyViolation" | "LimitExceeded" | "ReplicationFactorInvalid" | "InvalidConfig";
  readonly message: string;
}

/** A wanted value, who wants it, and the rule that it breaks, if any. A value that is in Kafka already stays all the same. */
export interface Setting<T> {
  readonly value: T;
  /** As `status.effectiveConfig[].source` shows it: spec, RetentionPolicy/<name>, EventBus/<name>, profile. */
  readonly source: string;
  readonly objection?: Objection | undefined;
}

/** Who speaks for a topic. */
export interface Speakers {
  readonly topic: EventTopicSpec;
  /** Absent where none applies, or where the one that applies is only audited. */
  readonly policy?: { readonly name: string; readonly spec: RetentionPolicySpec } | undefined;
  readonly bus: { readonly name: string; readonly spec: EventBusSpec };
}

/** One configuration key and where each speaker says it. */
interface ChainedKey {
  readonly key: string;
  readonly topic?: (spec: EventTopicSpec) => string | undefined;
  readonly policy?: (spec: RetentionPolicySpec) => string | undefined;
  readonly bus?: (defaults: NonNullable<EventBusSpec["topicDefaults"]>) => string | undefined;
  readonly profile?: (profile: Profile) => string;
}

const CHAIN: readonly ChainedKey[] = [
  {
    key: "retention.ms",
    topic: (spec) => milliseconds(spec.retention?.time),
    policy: (spec) => milliseconds(spec.retention?.time),
    profile: (profile) => String(profile.retentionMs),
  },
  {
    key: "retention.bytes",
    topic: (spec) => bytes(spec.retention?.bytesPerPartition),
    policy: (spec) => bytes(spec.retention?.bytesPerPartition),
  },
  { key: "cleanup.policy", topic: (spec) => spec.cleanupPolicy, policy: (spec) => spec.cleanupPolicy },
  {
    key: "compression.type",
    topic: (spec) => spec.compressionType,
    bus: (defaults) => defaults.compressionType,
    profile: (profile) => profile.compressionType,
  },
  {
    key: "max.message.bytes",
    topic: (spec) => bytes(spec.maxMessageBytes),
    bus: (defaults) => bytes(defaults.maxMessageBytes),
    profile: (profile) => String(profile.maxMessageBytes),
  },
  {
    key: "min.insync.replicas",
    topic: (spec) => whole(spec.minInSyncReplicas),
    policy: (spec) => whole(spec.durability?.minInSyncReplicas),
    bus: (defaults) => whole(defaults.minInSyncReplicas),
    profile: (profile) => String(profile.minInSyncReplicas),
  },
  { key: "segment.ms", policy: (spec) => milliseconds(spec.segment?.time) },
  { key: "segment.bytes", policy: (spec) => bytes(spec.segment?.bytes) },
  { key: "min.compaction.lag.ms", policy: (spec) => milliseconds(spec.compaction?.minLag) },
  { key: "max.compaction.lag.ms", policy: (spec) => unsignedMilliseconds(spec.compaction?.maxLag) },
  { key: "delete.retention.ms", policy: (spec) => milliseconds(spec.compaction?.tombstoneRetention) },
  { key: "min.cleanable.dirty.ratio", policy: (spec) => decimal(spec.compaction?.dirtyRatio) },
  { key: "message.timestamp.type", policy: (spec) => spec.timestamps?.type },
  { key: "message.timestamp.before.max.ms", policy: (spec) => unsignedMilliseconds(spec.timestamps?.beforeMax) },
  { key: "message.timestamp.after.max.ms", policy: (spec) => unsignedMilliseconds(spec.timestamps?.afterMax) },
  { key: "remote.storage.enable", policy: (spec) => flag(spec.tiered?.enabled) },
  { key: "local.retention.ms", policy: (spec) => milliseconds(spec.tiered?.localTime) },
  { key: "local.retention.bytes", policy: (spec) => bytes(spec.tiered?.localBytes) },
  { key: "unclean.leader.election.enable", policy: (spec) => flag(spec.durability?.uncleanLeaderElection) },
];

/** Every key that has a typed field somewhere; all supported versions of Kafka know them. */
export const CHAINED_KEYS: ReadonlySet<string> = new Set(CHAIN.map(({ key }) => key));

/** Every key that a RetentionPolicy may decide; they wait together while it is not known which policy applies. */
export const POLICY_KEYS: ReadonlySet<string> = new Set(
  CHAIN.filter((entry) => entry.policy).map((entry) => entry.key),
);

/** The source words of status.effectiveConfig. */
export const SOURCE = {
  spec: "spec",
  policy: (name: string) => `RetentionPolicy/${name}`,
  bus: (name: string) => `EventBus/${name}`,
  profile: "profile",
  /** What dead letters need, and what they take from their source topic. */
  deadLetter: "deadLetter",
  broker: "broker",
} as const;

/** The strongest speaker's value of every key that has a typed field, and `spec.config` beside them. */
export function chainedConfigs(speakers: Speakers): Map<string, Setting<string>> {
  const settings = new Map<string, Setting<string>>();
  for (const entry of CHAIN) {
    const setting = strongest(entry, speakers);
    if (setting !== undefined) settings.set(entry.key, setting);
  }
  for (const [key, value] of Object.entries(speakers.topic.config ?? {})) {
    settings.set(key, freeSetting(key, String(value), speakers));
  }
  return settings;
}

/** The value that the policy itself gives to a key; undefined where it says nothing. */
export function policyValue(key: string, policy: RetentionPolicySpec): string | undefined {
  return CHAIN.find((entry) => entry.key === key)?.policy?.(policy);
}

function strongest(entry: ChainedKey, { topic, policy, bus }: Speakers): Setting<string> | undefined {
  const own = entry.topic?.(topic);
  if (own !== undefined) return { value: own, source: SOURCE.spec };
  const byPolicy = policy === undefined ? undefined : entry.policy?.(policy.spec);
  if (policy !== undefined && byPolicy !== undefined) return { value: byPolicy, source: SOURCE.policy(policy.name) };
  const byBus = bus.spec.topicDefaults === undefined ? undefined : entry.bus?.(bus.spec.topicDefaults);
  if (byBus !== undefined) return { value: byBus, source: SOURCE.bus(bus.name) };
  const profile = bus.spec.profile === undefined ? undefined : PROFILES[bus.spec.profile];
  const byProfile = profile === undefined ? undefined : entry.profile?.(profile);
  return byProfile === undefined ? undefined : { value: byProfile, source: SOURCE.profile };
}

function freeSetting(key: string, value: string, { policy }: Speakers): Setting<string> {
  if (policy === undefined || policyValue(key, policy.spec) === undefined) return { value, source: SOURCE.spec };
  return {
    value,
    source: SOURCE.spec,
    objection: {
      reason: "PolicyViolation",
      message:
        `spec.config sets "${key}" to "${value}", but RetentionPolicy "${policy.name}" decides that key; remove it, ` +
        "or have the platform team leave it open in the policy",
    },
  };
}

/** A duration as Kafka's keys hold it: -1 is unlimited. */
export function milliseconds(duration: string | undefined): string | undefined {
  return duration === undefined ? undefined : kafkaNumber(parseDuration(duration), "-1");
}

/** For keys that know no -1: unlimited is the greatest long. */
function unsignedMilliseconds(duration: string | undefined): string | undefined {
  return duration === undefined ? undefined : kafkaNumber(parseDuration(duration), "9223372036854775807");
}

function bytes(size: string | number | undefined): string | undefined {
  return size === undefined ? undefined : kafkaNumber(parseSize(size), "-1");
}

function kafkaNumber(value: number, unlimited: string): string {
  return value === UNLIMITED ? unlimited : String(value);
}

function whole(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function decimal(value: string | number | undefined): string | undefined {
  return value === undefined ? undefined : String(Number(value));
}

function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
