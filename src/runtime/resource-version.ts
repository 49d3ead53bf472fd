// Which of two resource versions of one kind is newer. Pure.

/**
 * Below 0 when `a` is older than `b`, above 0 when newer. Resource versions of one kind are positive integers in
 * decimal notation without leading zeros (KEP-5504), of any length.
 */
export function compareResourceVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The newer of two, either of which may be absent. */
export function newestResourceVersion(a: string | undefined, b: string): string {
  return a !== undefined && compareResourceVersions(a, b) > 0 ? a : b;
}
