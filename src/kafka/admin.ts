// KafkaAdmin: the port through which all of the operator speaks with one Kafka cluster.
// Words of kafka/model only; no wire type, no client library.

import type { AclBinding } from "./model/acl.ts";
import type { ClusterState } from "./model/cluster.ts";
import type { Answer } from "./model/failure.ts";
import type {
  CommittedOffset,
  GroupListing,
  GroupState,
  ListedOffset,
  OffsetAt,
  TopicPartition,
} from "./model/offsets.ts";
import type { ConfigChange, ConfigEntry, ConfigResource } from "./model/topic-config.ts";
import type { CreatedTopic, NewTopic, TopicKey, TopicState, ValidatedTopic } from "./model/topic.ts";

/** `live`: a person may be waiting. `bulk`: sweeps and cold starts; gets at least 1 request in 8. */
export type Priority = "live" | "bulk";

export interface Call {
  /** Aborted: an item not yet written to the wire is dropped as `notSent`; a written one is awaited. */
  readonly signal: AbortSignal;
  /** Milliseconds from now after which the caller no longer waits. */
  readonly deadlineMs: number;
  readonly priority: Priority;
}

export interface WriteCall extends Call {
  /** The cluster that the caller has judged. A connection that leads to another writes nothing (`notSent`). */
  readonly clusterId: string;
}

/**
 * Administration of one Kafka cluster.
 *
 * Guarantees
 * - One item a call, one answer an item: a bad neighbour in the same request never changes it. Calls made in one turn
 *   of the event loop share requests; the caller never batches and never retries.
 * - Never throws or rejects for what a broker says, for a broker that does not answer, or for a closed admin.
 * - Nothing is written while the connection's permission (`mayWrite`) is withheld, judged when the request is written.
 * - Reads are retried inside the deadline on moved leaders, controllers and coordinators and on lost connections;
 *   writes only where the broker said that it did nothing, or where they were not written. A cluster of which no address
 *   answers fails at once (`unreachable`): waiting for its return is the caller's.
 *
 * Assumptions
 * - Every mutation is idempotent by intent: `exists` on create and `missing` on delete are for the caller to read. Either
 *   may be our own doing: brokers repeat what they forward to a controller that fails (KIP-590).
 *
 * Caveats
 * - Created is not yet visible: `describeTopic` may say `missing` for seconds after a create (up to 10 s in a burst).
 * - A right that is missing is `denied`, and the message names it (kafka/rights.ts), never `missing` by name.
 * - `missing` by name with the right to describe is absence; an omitted topic in a listing is not.
 */
export interface KafkaAdmin {
  /** Identity, brokers, capabilities. */
  cluster(call: Call): Promise<Answer<ClusterState>>;

  describeTopic(topic: TopicKey, call: Call): Promise<Answer<TopicState>>;
  /** All names that this principal may describe; may be partial, so absence must never be concluded from it. */
  listTopics(call: Call): Promise<Answer<readonly TopicState[]>>;
  createTopic(topic: NewTopic, call: WriteCall): Promise<Answer<CreatedTopic>>;
  /** Asks the broker's opinion (policies, values, replicas) without creating. */
  validateTopic(topic: NewTopic, call: WriteCall): Promise<Answer<ValidatedTopic>>;
  /** Grows to `count`; `currentCount` bounds the request (a broker commits part of an oversized one). */
  createPartitions(
    growth: { readonly name: string; readonly count: number; readonly currentCount: number },
    call: WriteCall,
  ): Promise<Answer<void>>;
  /** By id only, so that a re-created namesake survives. */
  deleteTopic(topic: { readonly id: string }, call: WriteCall): Promise<Answer<void>>;

  /** All keys with their sources; `keys` narrows. */
  describeConfigs(
    resource: ConfigResource,
    call: Call,
    keys?: readonly string[],
  ): Promise<Answer<readonly ConfigEntry[]>>;
  /** Incremental: keys not named are left alone. One resource's change is atomic. */
  alterConfigs(resource: ConfigResource, change: ConfigChange, call: WriteCall): Promise<Answer<void>>;

  /** Reads uncommitted (high watermark). */
  listOffset(partition: TopicPartition, at: OffsetAt, call: Call): Promise<Answer<ListedOffset>>;
  /**
   * Whether transactions were written to the partition while its producers are remembered (a day). Their markers take
   * offsets, so that a consumer which read everything may seem one record behind. Needs the right to read the topic.
   */
  hasTransactions(partition: TopicPartition, call: Call): Promise<Answer<boolean>>;
  /** Moves the log start of one partition; `before` undefined means up to the end at the time of execution. */
  deleteRecords(partition: TopicPartition, before: bigint | undefined, call: WriteCall): Promise<Answer<void>>;
  /** Bytes on disk by partition, of each replica whose broker answered; what lies in remote storage is not in them. */
  describeLogDirs(topic: string, call: Call): Promise<Answer<ReadonlyMap<number, readonly bigint[]>>>;
  /** Target replicas of partitions that are being moved. */
  listReassignments(topic: string, call: Call): Promise<Answer<ReadonlyMap<number, readonly number[]>>>;

  /**
   * Groups of every broker that answered; `isPartial` when one did not. A group that this principal may not describe is
   * left out without a word, unless it may describe the cluster (`ClusterState.operations`): then all are listed.
   */
  listGroups(call: Call): Promise<Answer<{ readonly groups: readonly GroupListing[]; readonly isPartial: boolean }>>;
  /**
   * Asks by the group's own protocol; a live KIP-848 group never reads as Dead. Of a share or streams group type and state are
   * told, and no members.
   */
  describeGroup(groupId: string, call: Call): Promise<Answer<GroupState>>;
  /** Commits of one group, on all topics. A group that is not there has none. */
  fetchOffsets(groupId: string, call: Call): Promise<Answer<readonly CommittedOffset[]>>;
  /**
   * Commits one partition as administrator; commits of one turn to one group share a request. `active` while the group
   * has members: the coordinator itself judges, so that no check before is needed and none suffices. A group that is not
   * there comes to be, empty. The broker takes any offset, also one beyond the end of the log: that is for the caller.
   */
  commitOffset(groupId: string, offset: CommittedOffset, call: WriteCall): Promise<Answer<void>>;
  /** With all its offsets, whatever its protocol. `active` while it has members, `missing` when there is none. */
  deleteGroup(groupId: string, call: WriteCall): Promise<Answer<void>>;

  /** All that there are, of whomever. `unsupported` where the brokers have no authorizer. */
  describeAcls(call: Call): Promise<Answer<readonly AclBinding[]>>;
  /** One that is there already is left as it is, which is `ok` as well. The broker takes any host and principal. */
  createAcl(binding: AclBinding, call: WriteCall): Promise<Answer<void>>;
  /** Exactly this one, never a pattern of them; `ok` also where it was not there. */
  deleteAcl(binding: AclBinding, call: WriteCall): Promise<Answer<void>>;

  /** Ends all connections; calls under way answer `notSent` or `unknown`, later ones `notSent`. Idempotent. */
  close(): Promise<void>;
}
