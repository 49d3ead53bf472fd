// Ids of held-back changes and of rollouts, and what an approval by one of them covers. Pure.

import { createHash } from "node:crypto";

import type { EffectiveChange } from "./retention-loss.ts";

/** The changes of one Kafka topic that are approved together, and since when they wait. */
export interface PendingSet {
  readonly clusterId: string;
  readonly topicId: string;
  readonly changes: readonly EffectiveChange[];
  /** RFC 3339 with milliseconds, as the status holds it. */
  readonly pendingSince: string;
}

const ID_LENGTH = 12;

/** Another topic, live value, wish or beginning of the wait is another id, so an id never serves twice. */
export function changeId({ clusterId, topicId, changes, pendingSince }: PendingSet): string {
  const sorted = changes.map(({ key, from, to }) => [key, from, to ?? null]).toSorted(byKey);
  return digest([clusterId, topicId, sorted, pendingSince]);
}

/** What a rollout covers: everything under the guard of this object, as it is now declared, that was held back until then. */
export interface RolloutScope {
  readonly uid: string;
  readonly generation: number;
  /** Milliseconds since the epoch: when the latest of its changes was held back. */
  readonly heldUntilMs: number;
}

/** The moment is legible in the id, so that an approval can be judged after the status has moved on. */
export function rolloutId(scope: RolloutScope): string {
  return `${scope.heldUntilMs.toString(36)}-${digest([scope.uid, scope.generation, scope.heldUntilMs])}`;
}

/** An id of this object as it is now declared, with nothing said of what it covers. */
type RolloutObject = Omit<RolloutScope, "heldUntilMs">;

/** No operator's clock is so far ahead of another's: an id of a later moment was not made by one. */
const MOST_AHEAD_MS = 86_400_000;

/** The moment of an id; undefined where it is none of this object as it is now declared. */
function momentOf(id: string, { uid, generation }: RolloutObject, nowMs: number): number | undefined {
  const heldUntilMs = Number.parseInt(id, 36);
  if (!Number.isSafeInteger(heldUntilMs) || heldUntilMs > nowMs + MOST_AHEAD_MS) return undefined;
  return rolloutId({ uid, generation, heldUntilMs }) === id ? heldUntilMs : undefined;
}

/** The approval that covers what is held back since then. What is held back later, or after another edit, is not covered. */
export function coversRollout(
  approved: readonly string[],
  object: RolloutObject,
  pendingSince: string,
  nowMs: number,
): string | undefined {
  return approved.find((id) => {
    const heldUntilMs = momentOf(id, object, nowMs);
    return heldUntilMs !== undefined && Date.parse(pendingSince) <= heldUntilMs;
  });
}

/** The earliest moment that none of these ids covers, at `nowMs` or after: since when what is held back now counts as held. */
export function firstUncovered(ids: readonly string[], object: RolloutObject, nowMs: number): number {
  return Math.max(nowMs, ...ids.map((id) => (momentOf(id, object, nowMs) ?? -1) + 1));
}

/** Ids of the approve annotation. */
export function approvedIds(annotation: string | undefined): readonly string[] {
  return (annotation ?? "")
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
}

function digest(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, ID_LENGTH);
}

function byKey(a: readonly (string | null)[], b: readonly (string | null)[]): number {
  return String(a[0]) < String(b[0]) ? -1 : 1;
}
