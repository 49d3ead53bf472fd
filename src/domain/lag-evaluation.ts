// How a group keeps up, by Burrow's rules over a window of looks. Pure. Burrow reads every commit; we see where commits
// stand at each look, so "committed" here means: stands elsewhere than at the look before.

import { LOOKS_MOST, type LagWindow } from "./lag-window.ts";
import type { GroupLook, PartitionLag } from "./lag.ts";
import { partitionLags } from "./lag.ts";

/**
 * - `OK`: keeps up.
 * - `Slow`: commits, but falls behind further and further.
 * - `Stalled`: has members and unread records, and does not move.
 * - `Stopped`: has unread records and no members, and does not move.
 * - `Rewound`: went back, and has not read up to where it was.
 * - `NoCommits`: never committed on any of its topics.
 * - `Unknown`: cannot be read.
 */
export type Evaluation = "OK" | "Slow" | "Stalled" | "Stopped" | "Rewound" | "NoCommits" | "Unknown";

export interface EvaluationRules {
  /** Unread records on a partition that count as none. */
  readonly allowedLag: number;
  /** Of the group, now: tells a consumer that is stuck from one that is gone. */
  readonly hasMembers: boolean;
}

/** Fewer looks say nothing of a partition that lags. */
export const LOOKS_LEAST = 5;

interface Point {
  readonly atMs: number;
  readonly committed: number;
  readonly end: number;
  readonly lag: number;
}

/** Undefined: it lags, and was not looked at often enough to say how it does. */
type Judgement = Evaluation | undefined;

const WORST_FIRST: readonly Judgement[] = ["Stopped", "Stalled", "Rewound", "Slow", "Unknown", undefined, "OK"];

/** The worst of its partitions; those without a commit are passed over unless there is no other. */
export function evaluateTopic({ looks }: LagWindow, rules: EvaluationRules): Judgement {
  const hasTransactions = looks.at(-1)?.log.hasTransactions ?? false;
  const lags = looks.map((look) => partitionLags(look, hasTransactions));
  const now = lags.at(-1) ?? [];
  const judged = now.flatMap((lag, partition): Judgement[] => {
    if (lag.kind === "uncommitted") return [];
    if (lag.kind === "unreadable") return ["Unknown"];
    return [evaluatePoints(pointsOf(looks, lags, partition), rules)];
  });
  return judged.length === 0 ? "NoCommits" : worstOf(judged);
}

/** Of a group's topics, or of a topic's partitions. */
export function worstOf(judgements: readonly Judgement[]): Judgement {
  const isCounted = (candidate: Judgement): boolean => judgements.includes(candidate);
  // Only where nothing else is: a topic without a commit says nothing of the others.
  if (!WORST_FIRST.some(isCounted)) return "NoCommits";
  return WORST_FIRST.find(isCounted);
}

/** The unbroken run of looks up to now in which the partition could be read. */
function pointsOf(
  looks: readonly GroupLook[],
  lags: readonly (readonly PartitionLag[])[],
  partition: number,
): readonly Point[] {
  const points: Point[] = [];
  for (let index = looks.length - 1; index >= 0; index -= 1) {
    const [look, lag] = [looks[index], lags[index]?.[partition]];
    const end = look?.log.ends[partition];
    if (look === undefined || end === undefined || lag?.kind !== "known") break;
    points.unshift({ atMs: look.log.atMs, committed: lag.committed, end, lag: lag.lag });
  }
  return points;
}

function evaluatePoints(points: readonly Point[], { allowedLag, hasMembers }: EvaluationRules): Judgement {
  const last = points.at(-1);
  if (last === undefined) return "Unknown";
  if (last.lag <= allowedLag) return "OK";
  if (points.length < LOOKS_LEAST) return undefined;
  if (hasStoppedCommitting(points, last)) return hasMembers ? "Stalled" : "Stopped";
  if (points.some(({ committed }) => committed > last.committed)) return "Rewound";
  const wasNeverCaughtUp = points.every(({ lag }) => lag > allowedLag);
  return wasNeverCaughtUp && points.length >= LOOKS_MOST && fallsBehind(points) ? "Slow" : "OK";
}

/** Quiet for longer than it had been seen committing, with records unread that were there all the time. */
function hasStoppedCommitting(points: readonly Point[], last: Point): boolean {
  const hasReadAllOfOnce = points.some(({ end }) => end <= last.committed);
  if (hasReadAllOfOnce) return false;
  const before = points.findLastIndex(({ committed }) => committed !== last.committed);
  const [first, lastCommit] = [points[0] ?? last, points[before + 1] ?? last];
  return last.atMs - lastCommit.atMs > lastCommit.atMs - first.atMs;
}

/** The lag never shrank, and grew. */
function fallsBehind(points: readonly Point[]): boolean {
  const lags = points.map(({ lag }) => lag);
  const neverShrank = lags.every((lag, index) => index === 0 || lag >= (lags[index - 1] ?? 0));
  return neverShrank && (lags.at(-1) ?? 0) > (lags[0] ?? 0);
}
