// Who the cluster is, which brokers it has and what it can do, all told by one connection.

import {
  apiVersionsV3,
  ConfigResourceTypes,
  DescribeClusterEndpointTypes,
  describeClusterV1,
  metadataV12,
} from "@platformatic/kafka";

import type { AclOperation } from "../../model/acl.ts";
import type { ClusterState } from "../../model/cluster.ts";
import { operationsOf } from "../acl-codes.ts";
import type { BrokerAddress } from "../address.ts";
import { capabilitiesOf } from "../capabilities.ts";
import { describeConfigsV4 } from "../codecs/describe-configs-v4.ts";
import { kafkaVersionOf } from "../kafka-version.ts";
import { type Operation, okResult } from "../operation.ts";
import { software, type Wire } from "../wire.ts";

export interface Topology {
  readonly clusterId: string;
  readonly brokers: readonly BrokerAddress[];
}

export interface ClusterDescription extends Topology {
  readonly state: ClusterState;
}

const cluster = "cluster";
const tieredStorageKey = "remote.log.storage.system.enable";

async function topologyOf(wire: Wire): Promise<Topology & { readonly throttleMs: number }> {
  const response = await wire.request([metadataV12.api], [[], false, false], 0);
  const brokers = response.brokers.map(({ nodeId, host, port, rack }) => ({
    id: nodeId,
    host,
    port,
    rack: rack ?? undefined,
  }));
  return { clusterId: response.clusterId ?? "", brokers, throttleMs: response.throttleTimeMs };
}

// Not in ApiVersions. Who may not read a broker's configuration is told no tiered storage.
async function hasTieredStorage(wire: Wire): Promise<boolean> {
  if (wire.brokerId === undefined || !wire.offers(describeConfigsV4)) return false;
  const resource = {
    resourceType: ConfigResourceTypes.BROKER,
    resourceName: String(wire.brokerId),
    configurationKeys: [tieredStorageKey],
  };
  const { results } = await wire.request([describeConfigsV4], [[resource], false, false], 1);
  return results.some(({ configs }) =>
    configs.some(({ name, value }) => name === tieredStorageKey && value === "true"),
  );
}

async function ownOperations(wire: Wire): Promise<readonly AclOperation[] | undefined> {
  if (!wire.offers(describeClusterV1.api)) return undefined;
  const endpoint = DescribeClusterEndpointTypes.BROKERS;
  const { clusterAuthorizedOperations } = await wire.request([describeClusterV1.api], [true, endpoint], 0);
  return operationsOf(clusterAuthorizedOperations);
}

/** Identity and brokers only; what routing needs. */
export const describeTopology: Operation<null, Topology> = {
  name: "Metadata of brokers",
  access: "read",
  limits: [],
  keyOf: () => cluster,
  async exchange(wire) {
    const topology = await topologyOf(wire);
    return { results: new Map([[cluster, okResult(topology)]]), throttleMs: topology.throttleMs };
  },
};

/** Everything that the port tells of a cluster. Versions and features are asked anew: a cluster may be upgraded. */
export const describeCluster: Operation<null, ClusterDescription> = {
  name: "Metadata of the cluster",
  access: "read",
  limits: [],
  keyOf: () => cluster,
  async exchange(wire) {
    const [{ clusterId, brokers, throttleMs }, versions, isTiered, operations] = await Promise.all([
      topologyOf(wire),
      wire.request([apiVersionsV3.api], [...software], 0),
      hasTieredStorage(wire),
      ownOperations(wire),
    ]);
    const ranges = new Map(versions.apiKeys.map((api) => [api.apiKey, api]));
    const features = new Map(
      (versions.finalizedFeatures ?? []).map(({ name, maxVersionLevel }) => [name, maxVersionLevel]),
    );
    const state: ClusterState = {
      id: clusterId,
      brokers: brokers.map(({ id, rack }) => ({ id, rack })).toSorted((one, other) => one.id - other.id),
      capabilities: capabilitiesOf(ranges, features, isTiered),
      version: kafkaVersionOf(features.get("metadata.version")),
      operations,
    };
    return { results: new Map([[cluster, okResult({ clusterId, brokers, state })]]), throttleMs };
  },
};
