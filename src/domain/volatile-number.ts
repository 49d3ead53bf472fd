// Numbers that never stand still, as a status shows them: two digits, and the same until they differ by a tenth. Pure.

const TENTH = 0.1;

/** Rounded to two digits: 1,234 is 1,200. */
export function twoDigits(exact: number | bigint): number {
  const number = Number(exact);
  if (number < 100) return number;
  const unit = 10 ** (Math.floor(Math.log10(number)) - 1);
  return Math.min(Math.round(number / unit) * unit, Number.MAX_SAFE_INTEGER);
}

/** What to show where `shown` stands: that, until the number differs from it by a tenth, or is or was zero. */
export function dampened(shown: number | undefined, exact: number | bigint): number {
  const rounded = twoDigits(exact);
  if (shown === undefined || shown === 0 || rounded === 0) return rounded;
  return Math.abs(Number(exact) - shown) >= shown * TENTH ? rounded : shown;
}
