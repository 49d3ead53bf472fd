// RetentionPolicies out of topics that have the same retention: one a set of values that at least two of them have. Pure.

import type { RetentionPolicySpec } from "../../api/retention-policy.ts";
import { cleanupPolicy, durationText, sizeText, type LiveTopic } from "./exported-topic.ts";

export interface ExportedPolicy {
  readonly name: string;
  readonly spec: RetentionPolicySpec;
  /** Names of the topics that have it. */
  readonly topics: ReadonlySet<string>;
}

/** Keys that such a policy decides. Segments too: a policy that does not say them derives them from its retention. */
export const POLICY_KEYS: ReadonlySet<string> = new Set([
  "retention.ms",
  "retention.bytes",
  "cleanup.policy",
  "segment.ms",
]);

/** By the values in effect, whoever gives them. */
export function exportedPolicies(topics: readonly LiveTopic[]): ExportedPolicy[] {
  const groups = Map.groupBy(topics, ({ configs }) =>
    JSON.stringify([...POLICY_KEYS].map((key) => configs.get(key)?.value)),
  );
  return [...groups.values()]
    .filter((ofGroup) => ofGroup.length > 1)
    .flatMap((ofGroup) => policyOf(ofGroup) ?? [])
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function policyOf(topics: readonly LiveTopic[]): ExportedPolicy | undefined {
  const value = (key: string): string => topics[0]?.configs.get(key)?.value ?? "";
  const time = durationText(value("retention.ms"));
  const bytesPerPartition = sizeText(value("retention.bytes"));
  const cleanup = cleanupPolicy(value("cleanup.policy"));
  const segment = durationText(value("segment.ms"));
  if (time === undefined || bytesPerPartition === undefined || cleanup === undefined || segment === undefined)
    return undefined;
  const parts = [
    "retention",
    time,
    bytesPerPartition === "unlimited" ? [] : [bytesPerPartition],
    cleanup === "delete" ? [] : [cleanup],
    "segment",
    segment,
  ];
  return {
    name: parts
      .flat()
      .join("-")
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]/g, "-"),
    spec: { retention: { time, bytesPerPartition }, cleanupPolicy: cleanup, segment: { time: segment } },
    topics: new Set(topics.map(({ topic }) => topic.name)),
  };
}
