// What must be measured of a topic's log so that the change guard can judge a plan, whichever part of it is held back.
// Pure.

import { nextRetention } from "./change-guard.ts";
import type { GuardRules } from "./guard-rules.ts";
import { limitOf, lossesOf, type EffectiveChange, type LiveConfig } from "./retention-loss.ts";

export interface MeasurementNeeds {
  /** Ages for which to find the first record that is no older, milliseconds. */
  readonly agesMs: readonly number[];
  /** Sizes of partitions on disk. */
  readonly needsSizes: boolean;
  /** Records may go anywhere in the log, however young. */
  readonly reachesEnd: boolean;
}

/** Undefined where no part of the changes can delete anything. */
export function measurementNeeds(
  changes: readonly EffectiveChange[],
  live: LiveConfig,
  { stepDown }: GuardRules,
): MeasurementNeeds | undefined {
  // Only cleanup.policy decides what the other keys mean, so these three cover every part of the plan.
  const parts = [
    changes,
    changes.filter((change) => !isOfPolicy(change)),
    changes.filter((change) => isOfPolicy(change)),
  ];
  const losses = parts.flatMap((part) => [...lossesOf(part, live).values()].flat());
  if (losses.every(({ kind }) => kind === "unknown")) return undefined;
  const agesMs = new Set(losses.flatMap((loss) => (loss.kind === "olderThan" ? [loss.ms] : [])));
  const shortening = changes.find(({ key, to }) => key === "retention.ms" && to !== undefined);
  if (stepDown !== undefined && shortening !== undefined && Number.isFinite(limitOf(shortening.from))) {
    agesMs.add(limitOf(nextRetention(shortening, stepDown.byMs)));
  }
  const needsSizes = losses.some(({ kind }) => kind === "beyondSize");
  return {
    agesMs: [...agesMs],
    needsSizes,
    reachesEnd: needsSizes || losses.some(({ kind }) => kind === "everything"),
  };
}

function isOfPolicy({ key }: EffectiveChange): boolean {
  return key === "cleanup.policy";
}
