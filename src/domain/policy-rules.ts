// Where the fields of a RetentionPolicy contradict each other, or what every broker refuses. Pure: relations that a
// schema cannot hold, for the operator and for whoever checks manifests without a cluster.

import { formatDuration, formatSize, parseDuration, parseSize } from "../api/quantity.ts";
import type { RetentionPolicySpec } from "../api/retention-policy.ts";
import { SHORTEST_RETENTION_MS } from "./limits.ts";

interface Bound {
  readonly min?: string | number | undefined;
  readonly max?: string | number | undefined;
}

/** How a quantity is read and written. */
interface Measure {
  readonly parse: (text: string | number) => number;
  readonly format: (value: number) => string;
}

const TIME: Measure = { parse: (text) => parseDuration(String(text)), format: formatDuration };
const SIZE: Measure = { parse: parseSize, format: formatSize };

/** One sentence each, without a final period; none where the policy can be applied. */
export function policyProblems(spec: RetentionPolicySpec): string[] {
  const { bounds, retention, segment, tiered } = spec;
  const { time, bytesPerPartition: bytes } = retention ?? {};
  const found = [
    tooShort(time),
    ...outsideOfBounds("retention.time", time, "bounds.retentionTime", bounds?.retentionTime, TIME),
    ...outsideOfBounds("retention.bytesPerPartition", bytes, "bounds.retentionBytes", bounds?.retentionBytes, SIZE),
    exceeds("segment.time", segment?.time, "retention.time", time, TIME, "only closed segments are deleted"),
    exceeds(
      "segment.bytes",
      segment?.bytes,
      "retention.bytesPerPartition",
      bytes,
      SIZE,
      "only closed segments are deleted",
    ),
    exceeds("tiered.localTime", tiered?.localTime, "retention.time", time, TIME, "local retention is a part of it"),
    exceeds(
      "tiered.localBytes",
      tiered?.localBytes,
      "retention.bytesPerPartition",
      bytes,
      SIZE,
      "local retention is a part of it",
    ),
    ...compactionProblems(spec),
    ...durabilityProblems(spec),
  ];
  return found.filter((problem) => problem !== undefined);
}

function tooShort(time: string | undefined): string | undefined {
  if (time === undefined || TIME.parse(time) >= SHORTEST_RETENTION_MS) return undefined;
  return `spec.retention.time is ${time}, shorter than 1m`;
}

/** Also the policy's own value: what it gives to everybody must be what anybody may ask for. */
function outsideOfBounds(
  field: string,
  value: string | number | undefined,
  boundField: string,
  bound: Bound | undefined,
  { parse, format }: Measure,
): string[] {
  const [min, max] = [bound?.min, bound?.max].map((limit) => (limit === undefined ? undefined : parse(limit)));
  if (min !== undefined && max !== undefined && min > max) {
    return [`spec.${boundField}.min ${format(min)} is more than its max ${format(max)}`];
  }
  if (value === undefined) return [];
  const own = parse(value);
  if (min !== undefined && own < min)
    return [`spec.${field} ${format(own)} is less than spec.${boundField}.min ${format(min)}`];
  if (max !== undefined && own > max)
    return [`spec.${field} ${format(own)} is more than spec.${boundField}.max ${format(max)}`];
  return [];
}

function exceeds(
  field: string,
  value: string | number | undefined,
  limitField: string,
  limit: string | number | undefined,
  { parse, format }: Measure,
  why: string,
): string | undefined {
  if (value === undefined || limit === undefined || parse(value) <= parse(limit)) return undefined;
  return `spec.${field} ${format(parse(value))} is more than spec.${limitField} ${format(parse(limit))}: ${why}`;
}

function compactionProblems({
  bounds,
  cleanupPolicy,
  compaction,
  tiered,
}: RetentionPolicySpec): (string | undefined)[] {
  const possible = [cleanupPolicy, ...(bounds?.cleanupPolicies ?? [])];
  const mayCompact = cleanupPolicy === undefined || possible.some((policy) => policy?.includes("compact"));
  return [
    compaction !== undefined && !mayCompact
      ? `spec.compaction is given, but spec.cleanupPolicy "${cleanupPolicy}" does not compact`
      : undefined,
    tiered?.enabled === true && cleanupPolicy?.includes("compact") === true
      ? `spec.tiered.enabled needs spec.cleanupPolicy "delete", which is "${cleanupPolicy}": Kafka moves no compacted log to remote storage`
      : undefined,
    exceeds(
      "compaction.minLag",
      compaction?.minLag,
      "compaction.maxLag",
      compaction?.maxLag,
      TIME,
      "no record could be compacted in time",
    ),
  ];
}

function durabilityProblems({ durability }: RetentionPolicySpec): string[] {
  const { minInSyncReplicas: inSync, minReplicationFactor: replicas } = durability ?? {};
  if (inSync === undefined || replicas === undefined || inSync <= replicas) return [];
  return [
    `spec.durability.minInSyncReplicas ${inSync} is more than spec.durability.minReplicationFactor ${replicas}: ` +
      "a topic with so few replicas could not be written to",
  ];
}
