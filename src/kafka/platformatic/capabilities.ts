// What a cluster can do, read from the versions that a broker offers and the features that the cluster has finalized.

import { createTopicsV7, deleteTopicsV6, incrementalAlterConfigsV1, metadataV12 } from "@platformatic/kafka";

import type { Capability } from "../model/cluster.ts";
import { offers, type VersionRanges } from "./versions.ts";

const consumerGroupHeartbeat = 68;
const shareGroupHeartbeat = 76;

/**
 * Sorted.
 * @param features finalized levels by name (KIP-584). `group.version` 1 is KIP-848, with it come GROUP configurations;
 *   `share.version` 1 is KIP-932; `eligible.leader.replicas.version` 1 is KIP-966.
 */
export function capabilitiesOf(
  ranges: VersionRanges,
  features: ReadonlyMap<string, number>,
  hasTieredStorage: boolean,
): readonly Capability[] {
  const level = (feature: string): number => features.get(feature) ?? 0;
  const isGroupProtocolNew = level("group.version") >= 1 && ranges.has(consumerGroupHeartbeat);
  const has: Readonly<Record<Capability, boolean>> = {
    topicIds: [metadataV12.api, createTopicsV7.api, deleteTopicsV6.api].every((api) => offers(ranges, api)),
    incrementalAlterConfigs: offers(ranges, incrementalAlterConfigsV1.api),
    consumerGroupProtocol: isGroupProtocolNew,
    groupConfigs: isGroupProtocolNew,
    shareGroups: level("share.version") >= 1 && ranges.has(shareGroupHeartbeat),
    eligibleLeaderReplicas: level("eligible.leader.replicas.version") >= 1,
    tieredStorage: hasTieredStorage,
  };
  return (Object.keys(has) as Capability[]).filter((capability) => has[capability]).toSorted();
}
