// Lag of one consumer group on one topic: what a single look says of each partition, and of all together. Pure. Offsets
// are numbers here: exact below 2^53, which no log reaches.

/** One look at a topic's log; arrays are by partition. Groups that read the same topic share it. */
export interface TopicLook {
  /** Milliseconds of a clock that is never set. */
  readonly atMs: number;
  /** A topic that was made anew under its name has another. */
  readonly topicId: string;
  /** Offset of the first record that is still there; undefined where no leader told. */
  readonly starts: readonly (number | undefined)[];
  /** Offset after the last record, the high watermark. */
  readonly ends: readonly (number | undefined)[];
  /** Transactions end in a marker, which takes an offset and is no record: one offset behind the end is none behind. */
  readonly hasTransactions: boolean;
}

/** One look at a group on a topic. */
export interface GroupLook {
  readonly log: TopicLook;
  /** By partition: the offset that the group reads next; undefined where it never committed. */
  readonly commits: readonly (number | undefined)[];
}

/** A group on one partition. */
export type PartitionLag =
  /** It never committed there: neither zero nor the whole log, since the client decides where it would begin. */
  | { readonly kind: "uncommitted" }
  /** No leader told where the log begins and ends. */
  | { readonly kind: "unreadable" }
  | {
      readonly kind: "known";
      readonly committed: number;
      /** Records that are there and unread; never negative. */
      readonly lag: number;
      /** Records between the commit and the start of the log: deleted before the group read them. */
      readonly lost: number;
    };

/** A group on one topic. */
export interface TopicLag {
  /** Unread records on the partitions with a commit; undefined where there is none, or where one could not be read. */
  readonly lag?: number | undefined;
  readonly partitionsWithoutCommit: number;
  readonly unreadablePartitions: number;
  readonly lostRecords: number;
}

/** By partition. What is known now of transactions on the topic holds for earlier looks at it too. */
export function partitionLags(
  { log, commits }: GroupLook,
  hasTransactions = log.hasTransactions,
): readonly PartitionLag[] {
  return log.ends.map((end, partition) => {
    const committed = commits[partition];
    if (committed === undefined) return { kind: "uncommitted" };
    const start = log.starts[partition];
    if (end === undefined || start === undefined) return { kind: "unreadable" };
    // Beyond the end: the commit was read after the end was, or the log was cut behind it.
    const behind = Math.max(0, end - Math.max(committed, start));
    const lag = behind === 1 && hasTransactions ? 0 : behind;
    return { kind: "known", committed, lag, lost: Math.max(0, start - committed) };
  });
}

export function topicLag(look: GroupLook): TopicLag {
  const partitions = partitionLags(look);
  const known = partitions.filter((partition) => partition.kind === "known");
  const count = (kind: PartitionLag["kind"]): number =>
    partitions.filter((partition) => partition.kind === kind).length;
  const unreadablePartitions = count("unreadable");
  const isTold = known.length > 0 && unreadablePartitions === 0;
  return {
    lag: isTold ? known.reduce((sum, { lag }) => sum + lag, 0) : undefined,
    partitionsWithoutCommit: count("uncommitted"),
    unreadablePartitions,
    lostRecords: known.reduce((sum, { lost }) => sum + lost, 0),
  };
}
