// What the platform's rules say against a wanted value. Pure. An objection never removes what is in Kafka already: the
// plan turns it into a refusal only where the value would have to be written.

import { formatDuration, formatSize, parseDuration, parseSize, UNLIMITED } from "../api/quantity.ts";
import { policyValue, SOURCE, type Objection, type Setting, type Speakers } from "./defaults-chain.ts";

/** Shorter retention than this is a typing error more often than a wish: Kafka itself checks every five minutes. */
export const SHORTEST_RETENTION_MS = 60_000;

function tooShort(ms: number, where: string): Objection {
  return { reason: "InvalidConfig", message: `Retention of ${formatDuration(ms)} (${where}) is shorter than 1m` };
}

/** Judges one configuration value of the chain. */
export function objectionToConfig(key: string, setting: Setting<string>, speakers: Speakers): Objection | undefined {
  if (setting.objection !== undefined) return setting.objection;
  if (key === "retention.ms" && Number(setting.value) >= 0 && Number(setting.value) < SHORTEST_RETENTION_MS) {
    return tooShort(Number(setting.value), setting.source);
  }
  if (setting.source !== SOURCE.spec || speakers.policy === undefined) return undefined;
  if (policyValue(key, speakers.policy.spec) === setting.value) return undefined;
  return overrideObjection(key, setting.value, speakers.policy);
}

function overrideObjection(key: string, value: string, policy: NonNullable<Speakers["policy"]>): Objection | undefined {
  const bounds = policy.spec.bounds;
  switch (key) {
    case "retention.ms":
      return outside("spec.retention.time", value, policy.name, bounds?.retentionTime, parseDuration, formatDuration);
    case "retention.bytes":
      return outside(
        "spec.retention.bytesPerPartition",
        value,
        policy.name,
        bounds?.retentionBytes,
        parseSize,
        formatSize,
      );
    case "cleanup.policy": {
      const allowed: readonly string[] = bounds?.cleanupPolicies ?? [];
      if (allowed.includes(value)) return undefined;
      return violation("spec.cleanupPolicy", `"${value}"`, policy.name, describeChoices(allowed));
    }
    case "min.insync.replicas": {
      const least = policy.spec.durability?.minInSyncReplicas ?? 0;
      if (Number(value) >= least) return undefined;
      return violation("spec.minInSyncReplicas", value, policy.name, `at least ${least}`);
    }
    default:
      return undefined;
  }
}

/**
 * Judges a retention that is declared for dead letters; `usual` is what they would have without. They hold copies of the
 * source's records, so the policy's upper bound is theirs too.
 */
export function objectionToDeadLetterRetention(
  value: string,
  usual: string,
  { policy }: Speakers,
): Objection | undefined {
  const wanted = lasting(value);
  if (wanted < SHORTEST_RETENTION_MS) return tooShort(wanted, "spec.deadLetter.retention");
  if (policy === undefined) return undefined;
  const max = policy.spec.bounds?.retentionTime?.max;
  const most = Math.max(lasting(usual), max === undefined ? 0 : parseDuration(max));
  if (wanted <= most) return undefined;
  return violation("spec.deadLetter.retention", formatDuration(wanted), policy.name, `at most ${formatDuration(most)}`);
}

function lasting(value: string): number {
  return value === "-1" ? UNLIMITED : Number(value);
}

interface Bound<Text> {
  readonly min?: Text | undefined;
  readonly max?: Text | undefined;
}

function outside<Text>(
  field: string,
  value: string,
  policyName: string,
  bound: Bound<Text> | undefined,
  parse: (text: Text) => number,
  format: (value: number) => string,
): Objection | undefined {
  const wanted = lasting(value);
  if (bound === undefined) return violation(field, format(wanted), policyName, "no value of its own");
  const min = bound.min === undefined ? 0 : parse(bound.min);
  const max = bound.max === undefined ? UNLIMITED : parse(bound.max);
  if (wanted >= min && wanted <= max) return undefined;
  return violation(field, format(wanted), policyName, `${format(min)} to ${format(max)}`);
}

function violation(field: string, wanted: string, policyName: string, allowed: string): Objection {
  return {
    reason: "PolicyViolation",
    message:
      `${field} is ${wanted}, but RetentionPolicy "${policyName}" allows ${allowed} here; ` +
      "change or remove the field, or ask the platform team to widen spec.bounds",
  };
}

function describeChoices(allowed: readonly string[]): string {
  return allowed.length === 0 ? "no value of its own" : allowed.map((choice) => `"${choice}"`).join(" or ");
}

/** Judges a number of partitions that would be created or grown to. */
export function objectionToPartitions(count: number, { bus }: Speakers): Objection | undefined {
  const most = bus.spec.limits?.maxPartitionsPerTopic;
  if (most === undefined || count <= most) return undefined;
  return {
    reason: "LimitExceeded",
    message:
      `${count} partitions are more than the ${most} that EventBus "${bus.name}" allows ` +
      "(spec.limits.maxPartitionsPerTopic); ask for fewer, or have the platform team raise the limit",
  };
}

/** Judges the replication factor of a topic that would be created. */
export function objectionToReplicationFactor(factor: number, { bus, policy }: Speakers): Objection | undefined {
  const most = bus.spec.limits?.maxReplicationFactor;
  if (most !== undefined && factor > most) {
    return {
      reason: "LimitExceeded",
      message:
        `Replication factor ${factor} is more than the ${most} that EventBus "${bus.name}" allows ` +
        "(spec.limits.maxReplicationFactor); ask for fewer replicas, or have the platform team raise the limit",
    };
  }
  const least = policy?.spec.durability?.minReplicationFactor;
  if (policy !== undefined && least !== undefined && factor < least) {
    return violation("spec.replicationFactor", String(factor), policy.name, `at least ${least}`);
  }
  if (bus.spec.profile === "Production" && factor < 2) {
    return {
      reason: "ReplicationFactorInvalid",
      message:
        `Replication factor ${factor} is refused by profile Production of EventBus "${bus.name}": ` +
        "one lost broker would lose the data; set spec.replicationFactor to 2 or more",
    };
  }
  return undefined;
}

/**
 * Judges min.insync.replicas against the replicas that the topic has: with as many required as there are, one broker
 * down stops every producer with acks=all. Profile Development allows as many, for a single broker.
 */
export function objectionToMinInSyncReplicas(
  minInSyncReplicas: Setting<string>,
  replicationFactor: number,
  { bus }: Speakers,
): Objection | undefined {
  const wanted = Number(minInSyncReplicas.value);
  const isDevelopment = bus.spec.profile === "Development";
  if (wanted < replicationFactor || (isDevelopment && wanted === replicationFactor)) return undefined;
  return {
    reason: "ReplicationFactorInvalid",
    message:
      `min.insync.replicas ${wanted} (${minInSyncReplicas.source}) must be ${isDevelopment ? "at most" : "lower than"} ` +
      `the replication factor ${replicationFactor}; set spec.minInSyncReplicas or spec.replicationFactor`,
  };
}
