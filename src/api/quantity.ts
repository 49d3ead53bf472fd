// Durations and sizes as people write them in a spec, and as numbers. Pure; knows no field and no Kafka key.

/**
 * What `unlimited` parses to: Infinity, so that comparing, `Math.min` and `Math.max` say the right thing by themselves.
 * Omitted stays `undefined` and zero stays 0: three different wishes. Kafka's own word (-1) is written by the caller.
 */
export const UNLIMITED = Number.POSITIVE_INFINITY;

const UNLIMITED_WORD = "unlimited";

/** Milliseconds of each unit, in the order in which they are written. */
const DURATION_UNITS = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

/** Bytes of each unit: Kubernetes' own suffixes, as far as a partition can hold. */
const SIZE_UNITS = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
} as const;

// The digits are bounded so that every match is an exact JavaScript number (below 2^53): durations and sizes need no
// bigint although Kafka's are int64. Neither uses anything that RE2 and JavaScript read differently.
const DURATION = "([0-9]{1,5}w)?([0-9]{1,7}d)?([0-9]{1,8}h)?([0-9]{1,10}m)?([0-9]{1,12}s)?([0-9]{1,15}ms)?";
const SIZE = "[0-9]{1,15}|[0-9]{1,12}(k|Ki)|[0-9]{1,9}(M|Mi)|[0-9]{1,6}(G|Gi)|[0-9]{1,3}(T|Ti)";

/** `7d12h`: each unit at most once, largest first. The empty text matches too: schemas demand a character. */
export const FINITE_DURATION_PATTERN = new RegExp(`^${DURATION}$`);
/** The same, or `unlimited`. */
export const DURATION_PATTERN = new RegExp(`^(${UNLIMITED_WORD}|${DURATION})$`);
/** `10Gi`: whole bytes with an optional suffix. */
export const FINITE_SIZE_PATTERN = new RegExp(`^(${SIZE})$`);
/** The same, or `unlimited`. */
export const SIZE_PATTERN = new RegExp(`^(${UNLIMITED_WORD}|${SIZE})$`);

/** Greatest size that a spec can hold as a number: what 15 digits can say. */
export const MAX_SIZE_BYTES = 999_999_999_999_999;

/**
 * `7d12h` in milliseconds; `unlimited` is {@link UNLIMITED}. Exact.
 * @throws RangeError when the text is not such a duration (the schemas let none pass).
 */
export function parseDuration(text: string): number {
  if (text === UNLIMITED_WORD) return UNLIMITED;
  if (text === "" || !FINITE_DURATION_PATTERN.test(text)) {
    throw new RangeError(`Cannot read "${text}" as a duration: write it like "7d12h"`);
  }
  let total = 0;
  for (const [, count = "", unit = ""] of text.matchAll(/([0-9]+)(ms|[wdhms])/g)) {
    total += Number(count) * DURATION_UNITS[unit as keyof typeof DURATION_UNITS];
  }
  return total;
}

/**
 * Milliseconds as `7d12h`, in days and smaller; `0s` for zero, `unlimited` for {@link UNLIMITED}.
 * @throws RangeError when `ms` is negative or not whole.
 */
export function formatDuration(ms: number): string {
  if (ms === UNLIMITED) return UNLIMITED_WORD;
  if (!Number.isSafeInteger(ms) || ms < 0)
    throw new RangeError(`Cannot write ${ms} as a duration: it must be whole milliseconds`);
  let rest = ms;
  let text = "";
  for (const unit of ["d", "h", "m", "s", "ms"] as const) {
    const count = Math.floor(rest / DURATION_UNITS[unit]);
    rest -= count * DURATION_UNITS[unit];
    if (count > 0) text += `${count}${unit}`;
  }
  return text === "" ? "0s" : text;
}

/**
 * `10Gi`, or a number of bytes, in bytes; `unlimited` is {@link UNLIMITED}. Exact.
 * @throws RangeError when the value is not such a size (the schemas let none pass).
 */
export function parseSize(value: string | number): number {
  if (value === UNLIMITED_WORD) return UNLIMITED;
  const text = String(value);
  const [, count = "", unit = ""] = /^([0-9]+)([a-zA-Z]*)$/.exec(text) ?? [];
  if (!FINITE_SIZE_PATTERN.test(text)) throw new RangeError(`Cannot read "${text}" as a size: write it like "10Gi"`);
  return Number(count) * SIZE_UNITS[unit as keyof typeof SIZE_UNITS];
}

/**
 * Bytes with the largest binary suffix that divides them (`10Gi`, `1000`); `unlimited` for {@link UNLIMITED}.
 * @throws RangeError when `bytes` is negative or not whole.
 */
export function formatSize(bytes: number): string {
  if (bytes === UNLIMITED) return UNLIMITED_WORD;
  if (!Number.isSafeInteger(bytes) || bytes < 0)
    throw new RangeError(`Cannot write ${bytes} as a size: it must be whole bytes`);
  for (const unit of ["Ti", "Gi", "Mi", "Ki"] as const) {
    if (bytes > 0 && bytes % SIZE_UNITS[unit] === 0) return `${bytes / SIZE_UNITS[unit]}${unit}`;
  }
  return String(bytes);
}
