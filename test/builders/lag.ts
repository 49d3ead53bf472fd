// Short words for tests of lag: looks at one group on one topic, from the numbers that matter.

import { extendWindow, type LagWindow } from "../../src/domain/lag-window.ts";
import type { GroupLook } from "../../src/domain/lag.ts";

/** One partition at one look; `none`: no commit, or nothing could be read. */
export interface PartitionGiven {
  readonly start?: number | "none";
  readonly committed: number | "none";
  readonly end: number | "none";
}

const known = (value: number | "none"): number | undefined => (value === "none" ? undefined : value);

export function lookAt(
  partitions: readonly PartitionGiven[],
  {
    atMs = 0,
    topicId = "id-1",
    hasTransactions = false,
  }: { readonly atMs?: number; readonly topicId?: string; readonly hasTransactions?: boolean } = {},
): GroupLook {
  return {
    log: {
      atMs,
      topicId,
      starts: partitions.map(({ start = 0 }) => known(start)),
      ends: partitions.map(({ end }) => known(end)),
      hasTransactions,
    },
    commits: partitions.map(({ committed }) => known(committed)),
  };
}

/** A window of looks, one a minute. */
export function windowOf(looks: readonly GroupLook[]): LagWindow {
  const window = looks.reduce<LagWindow | undefined>((before, look, index) => {
    const at = { ...look, log: { ...look.log, atMs: index * 60_000 } };
    return extendWindow(before, at);
  }, undefined);
  if (window === undefined) throw new Error("A window holds at least one look");
  return window;
}

function numberOr(text: string): number | "none" {
  return text === "none" ? "none" : Number(text);
}

/** A window of one partition: `committed/end` at each look. */
export function partitionWindow(...points: readonly string[]): LagWindow {
  return windowOf(
    points.map((point) => {
      const [committed = "none", end = "none"] = point.split("/");
      return lookAt([{ committed: numberOr(committed), end: numberOr(end) }]);
    }),
  );
}
