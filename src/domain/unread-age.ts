// How old the oldest unread record is, found without reading any: a record at or after the commit is older than an age
// exactly where the first offset of that time lies behind the commit. Pure; each probe is asked by the caller.

/** What is known of the age; between the two lies the truth. */
export interface UnreadAge {
  readonly atLeastMs: number;
  /** Infinity until a probe said otherwise. */
  readonly atMostMs: number;
}

/** Below this age nobody waits for anything: what is read within it is in flight. */
export const AGE_RESOLUTION_MS = 10_000;

/** Nothing was asked yet. */
export const ANY_AGE: UnreadAge = { atLeastMs: 0, atMostMs: Infinity };
/** Nothing is unread. */
export const NO_AGE: UnreadAge = { atLeastMs: 0, atMostMs: 0 };

/**
 * Ages to ask for lie on one grid, so that groups which read the same topic share the answers: ten seconds times sixteen,
 * again and again, and between two of those seven more, the middle first.
 */
const FACTOR = 16;
const STRIDES = [8, 4, 2, 1] as const;
/** About the age of Kafka: a record cannot be older, so its time is wrong. */
const OLDEST_MS = 15 * 365 * 86_400_000;

/** Something unread is older than an age exactly where the first record that is not lies behind the next to read. */
export function isOlder(next: number, firstYounger: number | undefined, end: number): boolean {
  return next < Math.min(firstYounger ?? end, end);
}

/**
 * The next age to ask for; undefined when enough is known. An age that matters by itself (an objective) is asked for as
 * it is, so that what is told of it is exact.
 */
export function nextProbe({ atLeastMs, atMostMs }: UnreadAge, objectiveMs = Infinity): number | undefined {
  if (atMostMs <= AGE_RESOLUTION_MS || atLeastMs >= OLDEST_MS) return undefined;
  if (atLeastMs === 0) return Math.max(1, Math.min(AGE_RESOLUTION_MS, objectiveMs));
  if (objectiveMs > atLeastMs && objectiveMs < Math.min(atMostMs, OLDEST_MS)) return objectiveMs;
  return atLeastMs < AGE_RESOLUTION_MS ? AGE_RESOLUTION_MS : gridAge(atLeastMs, atMostMs);
}

/** The roughest age of the grid between the two; undefined where there is none. */
function gridAge(atLeastMs: number, atMostMs: number): number | undefined {
  const position = (STRIDES[0] * Math.log(atLeastMs / AGE_RESOLUTION_MS)) / Math.log(FACTOR);
  for (const stride of STRIDES) {
    // A little more than where it lies, since an age of the grid is rounded.
    const next = (Math.floor(position / stride + 1e-6) + 1) * stride;
    const ageMs = Math.round(AGE_RESOLUTION_MS * FACTOR ** (next / STRIDES[0]));
    if (ageMs < atMostMs) return Math.min(ageMs, OLDEST_MS);
  }
  return undefined;
}

/** What is known after one more answer. */
export function narrowed(age: UnreadAge, probeMs: number, hasOlder: boolean): UnreadAge {
  return hasOlder
    ? { ...age, atLeastMs: Math.max(age.atLeastMs, probeMs) }
    : { ...age, atMostMs: Math.min(age.atMostMs, probeMs) };
}

/** Whether the age exceeds an objective; undefined where that is not known. */
export function exceeds({ atLeastMs, atMostMs }: UnreadAge, objectiveMs: number): boolean | undefined {
  if (atMostMs <= objectiveMs) return false;
  return atLeastMs >= objectiveMs ? true : undefined;
}
