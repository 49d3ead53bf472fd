// The last looks at a group on one topic: what its evaluation is judged by. Pure and bounded.

import type { GroupLook } from "./lag.ts";

/** As many looks as Burrow keeps commits. */
export const LOOKS_MOST = 10;

export interface LagWindow {
  /** All of one topic id, oldest first; never empty. */
  readonly looks: readonly [GroupLook, ...GroupLook[]];
  /**
   * Commits that were made on an earlier topic of this name, by partition. Kafka forgets them a while after the topic;
   * until then they say nothing of the new one.
   */
  readonly stale: ReadonlyMap<number, number>;
}

const nothingStale: ReadonlyMap<number, number> = new Map();

/** The window with one more look, or a new one where the topic was made anew. */
export function extendWindow(window: LagWindow | undefined, look: GroupLook): LagWindow {
  if (window === undefined) return { looks: [look], stale: nothingStale };
  const last = latest(window);
  const isSame = last.log.topicId === look.log.topicId;
  const stale = stillStale(isSame ? window.stale : commitsOf(last), look);
  const fresh = withoutStale(look, stale);
  if (!isSame) return { looks: [fresh], stale };
  const [first, ...others] = window.looks;
  const looks = window.looks.length < LOOKS_MOST ? [...others, fresh] : [...others.slice(1), fresh];
  return { looks: [window.looks.length < LOOKS_MOST ? first : (others[0] ?? fresh), ...looks], stale };
}

export function latest({ looks }: LagWindow): GroupLook {
  return looks.at(-1) ?? looks[0];
}

function commitsOf({ commits }: GroupLook): ReadonlyMap<number, number> {
  return new Map(commits.flatMap((offset, partition) => (offset === undefined ? [] : [[partition, offset] as const])));
}

/** What has not moved since the topic was made anew; a commit that moved, or went, is the new topic's. */
function stillStale(stale: ReadonlyMap<number, number>, { commits }: GroupLook): ReadonlyMap<number, number> {
  const still = [...stale].filter(([partition, offset]) => commits[partition] === offset);
  return still.length === 0 ? nothingStale : new Map(still);
}

function withoutStale(look: GroupLook, stale: ReadonlyMap<number, number>): GroupLook {
  if (stale.size === 0) return look;
  return {
    ...look,
    commits: look.commits.map((offset, partition) => (stale.has(partition) ? undefined : offset)),
  };
}
