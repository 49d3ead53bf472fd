// The diff of a topic's partitions and replicas. Pure. Kafka only ever adds partitions, and so do we.

import type { EventTopicReason } from "../../api/conditions.ts";
import type { ConfigEntry } from "../../kafka/model/topic-config.ts";
import { replicationFactorOf, type TopicState } from "../../kafka/model/topic.ts";
import type { Refusal } from "../plan.ts";
import type { TopicAction } from "./actions.ts";
import type { DesiredAbsence, DesiredTopic } from "./desired.ts";
import type { TopicMemory } from "./memory.ts";
import type { PresentTopic } from "./observe.ts";

/** Partitions that a message names, of each kind. */
const PARTITIONS_TOLD = 10;

export interface PartitionDifference {
  readonly steps: readonly TopicAction[];
  readonly refusals: readonly Refusal<EventTopicReason>[];
  readonly notes: readonly string[];
}

export function partitionDifference(
  desired: DesiredTopic,
  topic: TopicState,
  configs: ReadonlyMap<string, ConfigEntry>,
): PartitionDifference {
  const { steps, refusals, notes } = countDifference(desired, topic.partitions.length, configs);
  const factor = desired.replicationFactor?.value;
  const isMoved = factor !== undefined && factor !== replicationFactorOf(topic);
  return { steps, refusals: isMoved ? [...refusals, factorChange(desired.name, factor, topic)] : refusals, notes };
}

function countDifference(
  desired: DesiredTopic,
  live: number,
  configs: ReadonlyMap<string, ConfigEntry>,
): PartitionDifference {
  const { name: topicName, partitions: wanted, sizing } = desired;
  const nothing = { steps: [], refusals: [], notes: [] };
  if (wanted === undefined) return nothing;
  const { value, objection } = wanted;
  if (value > live) {
    const refusal = objection ?? unacknowledged(desired, value, live, configs);
    if (refusal !== undefined) return { ...nothing, refusals: [refusal] };
    return { ...nothing, steps: [{ type: "growPartitions", topicName, from: live, to: value, cause: "declared" }] };
  }
  if (value === live) return objection === undefined ? nothing : { ...nothing, notes: [objection.message] };
  if (sizing?.isSettled !== true) return { ...nothing, refusals: [decrease(topicName, value, live)] };
  return { ...nothing, notes: [`it has ${live} partitions, and spec.sizing came to ${value}`] };
}

function decrease(name: string, wanted: number, live: number): Refusal<EventTopicReason> {
  return {
    reason: "PartitionDecreaseUnsupported",
    message:
      `Topic "${name}" has ${live} partitions and ${wanted} are declared; Kafka cannot remove partitions. ` +
      `Set spec.partitions to ${live} or more; for fewer, create another topic`,
  };
}

// Growth sends keys to other partitions: order per key breaks, and compaction keeps two last values of a key.
function unacknowledged(
  desired: DesiredTopic,
  wanted: number,
  live: number,
  configs: ReadonlyMap<string, ConfigEntry>,
): Refusal<EventTopicReason> | undefined {
  const isCompacted = configs.get("cleanup.policy")?.value?.includes("compact") === true;
  if ((desired.partitionKey === undefined && !isCompacted) || desired.acknowledgedPartitions === wanted)
    return undefined;
  const keyed = desired.partitionKey === undefined ? "compacted" : `keyed by "${desired.partitionKey}"`;
  return {
    reason: "PartitionGrowthNotAcknowledged",
    message:
      `Topic "${desired.name}" is ${keyed}: growing it from ${live} to ${wanted} partitions sends keys to other ` +
      `partitions. If that is fine, set spec.acknowledgePartitionGrowth to ${wanted}`,
  };
}

function factorChange(name: string, wanted: number, topic: TopicState): Refusal<EventTopicReason> {
  return {
    reason: "ReplicationFactorChangeUnsupported",
    message:
      `Topic "${name}" has ${describeFactors(topic)} and ${wanted} is declared; the operator does not move replicas. ` +
      "Take the change back, or reassign them with Kafka's own tools first",
  };
}

/** `replication factor 3`, or `replication factors 3 and 2 (partitions 4, 7)`. */
function describeFactors(topic: TopicState): string {
  const byFactor = Map.groupBy(topic.partitions, ({ replicas }) => replicas.length);
  const [usual, ...others] = [...byFactor].toSorted(([, a], [, b]) => b.length - a.length);
  if (others.length === 0) return `replication factor ${usual?.[0]}`;
  const told = others.map(([factor, partitions]) => {
    const indexes = partitions.map(({ index }) => index);
    const first = indexes.slice(0, PARTITIONS_TOLD).join(", ");
    return `${factor} (partitions ${first}${indexes.length > PARTITIONS_TOLD ? ", …" : ""})`;
  });
  return `replication factors ${usual?.[0]} and ${told.join(" and ")}`;
}

/**
 * Whether replicas look as if somebody were moving them, or must be known for certain: partitions that are being moved
 * show the replicas from before and after together. False in the normal case, since the answer costs a request.
 */
export function looksMoving(
  desired: DesiredTopic | DesiredAbsence,
  { topic, configs }: PresentTopic,
  memory: TopicMemory,
): boolean {
  if (desired.presence === "absent") return false;
  const factor = replicationFactorOf(topic);
  const known = desired.boundId === undefined ? desired.atCreation.replicationFactor?.value : memory.replicationFactor;
  const expected = desired.replicationFactor?.value ?? known;
  const minInSync = desired.configs.get("min.insync.replicas")?.value;
  const changesMinInSync = minInSync !== undefined && minInSync !== configs.get("min.insync.replicas")?.value;
  return factor === undefined || (expected !== undefined && expected !== factor) || changesMinInSync;
}
