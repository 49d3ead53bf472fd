// Positions in a log, and what groups committed. Pure data.

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Which position to ask for; a number is a time, milliseconds since the epoch: the first record at or after it. */
export type OffsetAt = "earliest" | "latest" | number;

export interface ListedOffset {
  /** Undefined where no record is that young (only for a time). */
  readonly offset?: bigint | undefined;
}

/** Group protocol as ListGroups v5 names it; `unknown` from brokers that do not tell. */
export type GroupType = "classic" | "consumer" | "share" | "streams" | "unknown";

export interface GroupListing {
  readonly groupId: string;
  readonly type: GroupType;
  /** Kafka's own word (`Stable`, `Empty`, `Dead`, …); empty where not told. */
  readonly state: string;
}

export interface GroupMember {
  readonly memberId: string;
  readonly clientId: string;
  readonly host: string;
  /** Topics of the current assignment, with partitions. */
  readonly assignment: readonly TopicPartition[];
}

export interface GroupState extends GroupListing {
  /** None of a share or streams group, whatever its state: theirs are not read. */
  readonly members: readonly GroupMember[];
}

export interface CommittedOffset extends TopicPartition {
  readonly offset: bigint;
}
