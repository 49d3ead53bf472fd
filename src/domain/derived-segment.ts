// How long a segment stays open where nobody says so. Only closed segments are deleted, and Kafka's own default of a week
// would keep an hour's retention for a week on a quiet topic. Pure.

import { SOURCE, type Setting } from "./defaults-chain.ts";

const SHORTEST_MS = 600_000;
const LONGEST_MS = 604_800_000;
const KEY = "segment.ms";

/**
 * `segment.ms` for a topic that is under a RetentionPolicy: a tenth of its retention, at least 10m, at most 7d. Undefined
 * where somebody sets the key, where nothing is deleted by age, and where the retention itself is refused.
 */
export function derivedSegment(
  configs: ReadonlyMap<string, Setting<string>>,
  policyName: string,
): readonly [string, Setting<string>] | undefined {
  const retention = configs.get("retention.ms");
  const retentionMs = Number(retention?.value ?? -1);
  const isDeleted = configs.get("cleanup.policy")?.value.split(",").includes("delete") !== false;
  if (configs.has(KEY) || retention?.objection !== undefined || retentionMs < 0 || !isDeleted) return undefined;
  return [KEY, { value: segmentFor(retentionMs), source: SOURCE.policy(policyName) }];
}

/** `segment.ms` for a limited retention. */
export function segmentFor(retentionMs: number): string {
  return String(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, Math.floor(retentionMs / 10))));
}
