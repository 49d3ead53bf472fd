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

/** Age from which an unread record is nearer to retention than it may be; undefined where none ever is. */
export function riskyAgeMs(deletableMs: number, minHeadroomMs: number | undefined): number | undefined {
  if (minHeadroomMs === undefined || deletableMs === Infinity) return undefined;
  return Math.max(0, deletableMs - minHeadroomMs);
}
