// How near retention is to what a group has not read. Pure. Only retention by time can be foreseen: what retention by size
// deletes depends on what others will write, and is told when it is lost.

import { AGE_RESOLUTION_MS, type UnreadAge } from "./unread-age.ts";

/** Age from which a topic's records may be deleted, milliseconds; Infinity: never because of their age. */
export function deletableAgeMs(retentionMs: string | undefined, cleanupPolicy: string | undefined): number | undefined {
  if (retentionMs === undefined || cleanupPolicy === undefined) return undefined;
  const isDeleted = cleanupPolicy.split(",").some((policy) => policy.trim() === "delete");
  const ageMs = Number(retentionMs);
  return isDeleted && ageMs >= 0 ? ageMs : Infinity;
}

/**
 * Least time until the oldest unread record may be deleted; Infinity where that never happens. Kafka deletes whole
 * segments, by their newest record, so it may take longer, never shorter.
 */
export function headroomMs({ atLeastMs, atMostMs }: UnreadAge, deletableMs: number): number {
  const ageMs = atMostMs === Infinity ? atLeastMs : atMostMs;
  // What is in flight has no age: the headroom of a group that keeps up is the retention, and stays so.
  return Math.max(0, deletableMs - (ageMs <= AGE_RESOLUTION_MS ? 0 : ageMs));
}

/** What is nearer than it may be is told to an eighth of that. */
const NEARING = [1, 1 / 2, 1 / 4, 1 / 8] as const;

/**
 * Ages to ask for, in this order: the first says whether an unread record is nearer to retention than it may be, the others
 * how much of that time is left. None where retention by time never reaches a record, or nothing is asked of the group.
 */
export function riskyAges(deletableMs: number, minHeadroomMs: number | undefined): readonly number[] {
  if (minHeadroomMs === undefined || deletableMs === Infinity) return [];
  return NEARING.map((share) => Math.max(0, Math.trunc(deletableMs - minHeadroomMs * share)));
}
