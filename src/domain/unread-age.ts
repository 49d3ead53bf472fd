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

export interface AgeSearch {
  /** An age that matters by itself, milliseconds: it is asked for as it is, so that what is told of it is exact. */
  readonly objectiveMs?: number | undefined;
  /** Where the age most likely lies, such as what the last search found: only the order of the questions follows from it. */
  readonly expected?: UnreadAge | undefined;
}

/** The next age to ask for; undefined when enough is known. */
export function nextProbe(known: UnreadAge, { objectiveMs = Infinity, expected }: AgeSearch = {}): number | undefined {
  const { atLeastMs, atMostMs } = known;
  if (atMostMs <= AGE_RESOLUTION_MS || atLeastMs >= OLDEST_MS) return undefined;
  const likely = expected && likelyProbe(known, expected);
  if (likely !== undefined) return likely;
  if (atLeastMs === 0) return Math.max(1, Math.min(AGE_RESOLUTION_MS, objectiveMs));
  if (objectiveMs > atLeastMs && objectiveMs < Math.min(atMostMs, OLDEST_MS)) return objectiveMs;
  return atLeastMs < AGE_RESOLUTION_MS ? AGE_RESOLUTION_MS : gridAge(atLeastMs, atMostMs);
}

/** The ages of the grid about the expected one, as long as they are confirmed. */
function likelyProbe({ atLeastMs, atMostMs }: UnreadAge, expected: UnreadAge): number | undefined {
  if (expected.atLeastMs < AGE_RESOLUTION_MS || expected.atLeastMs >= OLDEST_MS) return undefined;
  const below = gridAt(Math.floor(gridPosition(expected.atLeastMs)));
  if (atLeastMs < below) return below < atMostMs ? below : undefined;
  const above = [expected.atLeastMs, expected.atMostMs].map((ageMs) => gridAt(Math.floor(gridPosition(ageMs)) + 1));
  return atMostMs === Infinity ? above.find((ageMs) => ageMs > atLeastMs && ageMs < OLDEST_MS) : undefined;
}

/** Where an age lies on the grid; a little more, since an age of the grid is rounded. */
function gridPosition(ageMs: number): number {
  return (STRIDES[0] * Math.log(ageMs / AGE_RESOLUTION_MS)) / Math.log(FACTOR) + 1e-6;
}

function gridAt(position: number): number {
  return Math.min(Math.round(AGE_RESOLUTION_MS * FACTOR ** (position / STRIDES[0])), OLDEST_MS);
}

/** The roughest age of the grid between the two; undefined where there is none. */
function gridAge(atLeastMs: number, atMostMs: number): number | undefined {
  const position = gridPosition(atLeastMs);
  for (const stride of STRIDES) {
    const ageMs = gridAt((Math.floor(position / stride) + 1) * stride);
    if (ageMs < atMostMs) return ageMs;
  }
  return undefined;
}

/** The same record, so much later. */
export function aged({ atLeastMs, atMostMs }: UnreadAge, byMs: number): UnreadAge {
  return { atLeastMs: atLeastMs + byMs, atMostMs: atMostMs + byMs };
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
