// Which release a finalized metadata.version belongs to (MetadataVersion.java of 4.4). A lower bound of what runs: brokers
// are upgraded first, the feature is finalized later.

const firstLevelOf: readonly (readonly [level: number, release: string])[] = [
  [31, "4.4"],
  [30, "4.3"],
  [28, "4.2"],
  [26, "4.1"],
  [22, "4.0"],
  [21, "3.9"],
  [20, "3.8"],
  [15, "3.7"],
  [12, "3.6"],
  [9, "3.5"],
  [8, "3.4"],
  [4, "3.3"],
];

const newestKnown = 33;

/**
 * `4.3` for level 30, `4.4` for 31 to 33; `4.4+` for any level above, since what comes after is not known here; undefined where the broker
 * does not tell or the level is older than KRaft's first release for production.
 */
export function kafkaVersionOf(level: number | undefined): string | undefined {
  if (level === undefined) return undefined;
  const release = firstLevelOf.find(([first]) => level >= first)?.[1];
  return level > newestKnown ? `${release}+` : release;
}
