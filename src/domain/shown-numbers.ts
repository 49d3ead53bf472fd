// When a number that changes all the time is worth a write of the status that shows it. Pure: what has passed is a value.

/** How the numbers of one part of a status are told. */
export interface NumberRule {
  /** Least time between two writes that nothing else asks for, milliseconds. */
  readonly intervalMs: number;
  /** As it is shown. */
  shown(value: number): number;
  isNews(before: number, now: number): boolean;
}

/** Two significant digits; told when changed by a tenth or more, or to or from zero. */
export const VOLATILE: NumberRule = { intervalMs: 60_000, shown: twoDigits, isNews: isNotable };

/** Counts over other objects, exact. A little less than ten seconds, which is how often their owners look. */
export const COUNTED: NumberRule = {
  intervalMs: 9_500,
  shown: (value) => value,
  isNews: (before, now) => before !== now,
};

export interface Showing {
  /** Since the numbers were last written, milliseconds; infinite where that is not known. */
  readonly sinceMs: number;
  /** The status is written for another reason: fresh numbers go along. */
  readonly isWrittenAnyway: boolean;
}

/** Numbers of a status, where it has them. */
export type Numbers<Name extends string> = { readonly [name in Name]?: number | undefined };

/** What the status should show of `current`, given what it shows. */
export function shownNumbers<Name extends string>(
  before: Numbers<Name> | undefined,
  current: Readonly<Record<Name, number>>,
  rule: NumberRule,
  { sinceMs, isWrittenAnyway }: Showing,
): Numbers<Name> {
  const names = Object.keys(current) as Name[];
  const isFirst = names.every((name) => before?.[name] === undefined);
  const isDue = isFirst || isWrittenAnyway || (areNews(before, current, rule) && sinceMs >= rule.intervalMs);
  const shown = names.map((name) => [name, isDue ? rule.shown(current[name]) : before?.[name]]);
  return Object.fromEntries(shown) as Numbers<Name>;
}

function areNews<Name extends string>(
  before: Numbers<Name> | undefined,
  current: Readonly<Record<Name, number>>,
  rule: NumberRule,
): boolean {
  const names = Object.keys(current) as Name[];
  return names.some((name) => before?.[name] === undefined || rule.isNews(before[name] ?? 0, current[name]));
}

/** A single number whose owner looks no more often than the rule's interval: what is shown stays until there is news. */
export function steadied(before: number | undefined, now: number, rule: NumberRule): number {
  return before === undefined || rule.isNews(before, now) ? rule.shown(now) : before;
}

/** 1,234 is 1,200; what has two digits or fewer stays as it is. */
export function twoDigits(value: number): number {
  return value < 100 ? value : Number(value.toPrecision(2));
}

function isNotable(before: number, now: number): boolean {
  if (before === 0 || now === 0) return before !== now;
  return Math.abs(now - before) >= before / 10;
}
