// A Kafka cluster as seen from outside. Pure data.

import type { AclOperation } from "./acl.ts";

export interface Broker {
  readonly id: number;
  readonly rack?: string | undefined;
}

/** What a cluster can do that not every supported one can. */
export type Capability =
  | "topicIds"
  | "incrementalAlterConfigs"
  | "consumerGroupProtocol"
  | "groupConfigs"
  | "shareGroups"
  | "eligibleLeaderReplicas"
  | "tieredStorage";

export interface ClusterState {
  /** 22 characters, base64url; the identity of the cluster. */
  readonly id: string;
  /** Ascending by id. */
  readonly brokers: readonly Broker[];
  /** Sorted. */
  readonly capabilities: readonly Capability[];
  /** Release that the finalized metadata.version belongs to (`4.3`), where the brokers tell. */
  readonly version?: string | undefined;
  /**
   * What our user may do with the cluster as a whole: all of it where brokers have no authorizer, none where it may not
   * even describe it. Undefined where the brokers do not tell.
   */
  readonly operations?: readonly AclOperation[] | undefined;
}
