// How many records a loss concerns, by a measurement of the topic's log, and what groups have not read of them. Pure.
//
// Kafka deletes whole segments from the start of the log, and only those of which the newest record is too old. The
// first record that is young enough lies in the first segment that stays, so what is counted here, up to that record,
// is never less than what Kafka deletes at once; the rest follows as its segment ages, the active one included.

import type { Loss } from "./retention-loss.ts";

export interface PartitionMeasure {
  readonly start: bigint;
  /** High watermark. */
  readonly end: bigint;
  /** By age in milliseconds: the first offset that is no older; the end where every record is. */
  readonly youngerFrom: ReadonlyMap<number, bigint>;
  /** Bytes of its largest replica; absent where not measured. */
  readonly bytes?: bigint | undefined;
}

/** A group that uses the topic. */
export interface GroupCommits {
  readonly groupId: string;
  /** By partition. */
  readonly commits: ReadonlyMap<number, bigint>;
}

export interface Measurement {
  /** Every partition of the topic, by index. */
  readonly partitions: ReadonlyMap<number, PartitionMeasure>;
  /** Undefined where not every group could be asked. */
  readonly groups: readonly GroupCommits[] | undefined;
}

export interface UnreadGroup {
  readonly groupId: string;
  readonly unreadRecords: bigint;
}

export interface Extent {
  readonly records: bigint;
  /** By age it is counted; by anything else it is at most so many. */
  readonly isExact: boolean;
  /** Groups that have not read all of them, the furthest behind first; undefined where that is not known. */
  readonly unread: readonly UnreadGroup[] | undefined;
}

/** Undefined where the losses, or the log, are not known. */
export function extentOf(losses: readonly Loss[], { partitions, groups }: Measurement): Extent | undefined {
  const borders = new Map<number, bigint>();
  let records = 0n;
  for (const [index, partition] of partitions) {
    const border = furthest(losses.map((loss) => borderOf(loss, partition)));
    if (border === undefined) return undefined;
    borders.set(index, border);
    records += positive(border - partition.start);
  }
  const isExact = losses.every(({ kind }) => kind === "olderThan");
  const unread = records === 0n ? [] : groups?.map((group) => unreadBy(group, borders, partitions));
  return { records, isExact, unread: unread?.filter(isBehind).toSorted(furthestBehindFirst) };
}

function borderOf(loss: Loss, { start, end, youngerFrom, bytes }: PartitionMeasure): bigint | undefined {
  switch (loss.kind) {
    case "olderThan":
      return youngerFrom.get(loss.ms);
    case "beyondSize":
      // How many records make up the surplus cannot be told from bytes: at most all of them.
      if (start >= end) return start;
      return bytes === undefined ? undefined : bytes <= loss.bytes ? start : end;
    case "everything":
      return end;
    case "unknown":
      return undefined;
  }
}

/** The furthest of the borders, as far as all of them are known. */
function furthest(borders: readonly (bigint | undefined)[]): bigint | undefined {
  let furthestYet = 0n;
  for (const border of borders) {
    if (border === undefined) return undefined;
    if (border > furthestYet) furthestYet = border;
  }
  return furthestYet;
}

/** A partition on which a group that uses the topic has committed nothing is one of which it has read nothing. */
function unreadBy(
  { groupId, commits }: GroupCommits,
  borders: ReadonlyMap<number, bigint>,
  partitions: Measurement["partitions"],
): UnreadGroup {
  let unreadRecords = 0n;
  for (const [index, { start }] of partitions) {
    const committed = commits.get(index) ?? start;
    unreadRecords += positive((borders.get(index) ?? start) - (committed > start ? committed : start));
  }
  return { groupId, unreadRecords };
}

function isBehind({ unreadRecords }: UnreadGroup): boolean {
  return unreadRecords > 0n;
}

function furthestBehindFirst(a: UnreadGroup, b: UnreadGroup): number {
  if (a.unreadRecords === b.unreadRecords) return a.groupId < b.groupId ? -1 : 1;
  return a.unreadRecords > b.unreadRecords ? -1 : 1;
}

function positive(difference: bigint): bigint {
  return difference > 0n ? difference : 0n;
}
