// A question to the change guard with everything filled in that a test does not care about, and its verdict in a few words.

import { expect } from "chai";

import {
  judgeChanges,
  type GuardQuestion,
  type GuardVerdict,
  type Held,
  type RecordedChange,
} from "../../src/domain/change-guard.ts";
import { guardRules, type DeclaredGuard } from "../../src/domain/guard-rules.ts";
import type { Measurement } from "../../src/domain/loss-extent.ts";
import type { EffectiveChange } from "../../src/domain/retention-loss.ts";

export const DAY_MS = 86_400_000;
/** When the guard is asked. */
export const NOW = Date.parse("2026-06-01T00:00:00Z");
/** The object that governs. */
export const SCOPE = { uid: "uid-1", generation: 3 };

export const GUARD = "RetentionPolicy/events";

/** Ten records a day for ten days, in one partition. */
export function tenDays(groups: Measurement["groups"] = []): Measurement {
  const youngerFrom = new Map(
    Array.from({ length: 21 }, (_, days) => [days * DAY_MS, BigInt(Math.max(0, 100 - days * 10))]),
  );
  return { partitions: new Map([[0, { start: 0n, end: 100n, youngerFrom }]]), groups };
}

export const SHORTEN: EffectiveChange = { key: "retention.ms", from: String(10 * DAY_MS), to: String(2 * DAY_MS) };
export const COMPACT: EffectiveChange = { key: "cleanup.policy", from: "delete", to: "compact" };

export interface GuardGiven extends Partial<Omit<GuardQuestion, "rules" | "approvals">> {
  readonly guard?: DeclaredGuard;
  readonly own?: readonly string[];
  readonly platform?: readonly string[];
  readonly shownId?: string;
}

export function judge({ guard, own = [], platform = [], shownId, ...given }: GuardGiven = {}): GuardVerdict {
  const changes = given.changes ?? [SHORTEN];
  const live = new Map([
    ["cleanup.policy", "delete"],
    ["retention.ms", String(10 * DAY_MS)],
    ["retention.bytes", "-1"],
    ...changes.map(({ key, from }) => [key, from] as const),
  ]);
  return judgeChanges({
    clusterId: "cluster-1",
    topicId: "topic-1",
    guardedBy: GUARD,
    live,
    changes,
    measurement: tenDays(),
    recorded: [],
    nowMs: NOW,
    ...given,
    rules: guardRules(guard),
    approvals: { own, platform: { ...SCOPE, ids: platform, shownId } },
  });
}

/** As the status would hold it. */
export function record(held: Held | undefined): RecordedChange[] {
  const { id = "", pendingSince = "", nextStepAtMs } = held ?? {};
  return (held?.changes ?? []).map(({ key, from, to = "" }) => ({
    id,
    key,
    from,
    to,
    guardedBy: GUARD,
    pendingSince,
    nextStepAtMs,
  }));
}

export function held(given: GuardGiven = {}): Held {
  const [first, ...others] = judge(given).held;
  expect(others).to.deep.equal([]);
  if (first === undefined) throw new Error("Nothing was held back");
  return first;
}

/** `hold: keys` of what is held, `by: key=value` of what is released. */
export function told(given: GuardGiven): string[] {
  const verdict = judge(given);
  return [
    ...verdict.held.map(({ hold, changes }) => `${hold}: ${changes.map(({ key }) => key).join(" ")}`),
    ...verdict.released.map(({ by, changes }) => `${by}: ${changes.map(({ key, to }) => `${key}=${to}`).join(" ")}`),
  ];
}
