import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { rolloutId } from "../../../src/domain/change-approval.ts";
import { judgeChanges, type GuardQuestion, type GuardVerdict } from "../../../src/domain/change-guard.ts";
import { guardRules, type DeclaredGuard } from "../../../src/domain/guard-rules.ts";
import type { Measurement } from "../../../src/domain/loss-extent.ts";
import { measurementNeeds } from "../../../src/domain/measurement-needs.ts";
import type { EffectiveChange } from "../../../src/domain/retention-loss.ts";

const NOW = 1_000_000;
const SCOPE = { uid: "uid-1", generation: 1 };

type Config = Readonly<Record<string, string>>;

/** Kafka, as far as records go: ages of the records of one partition, oldest first, all of one size. */
interface Log {
  readonly ages: readonly number[];
  readonly bytesEach: number;
}

/** How many records, from the start, Kafka may delete by age or size. */
function deletedFromStart(config: Config, { ages, bytesEach }: Log): number {
  if (!policies(config).includes("delete")) return 0;
  const [time, bytes] = [Number(config["retention.ms"]), Number(config["retention.bytes"])];
  const young = ages.findIndex((age) => time < 0 || age <= time);
  const byAge = young < 0 ? ages.length : young;
  const surplus = bytes < 0 ? 0 : Math.max(0, ages.length * bytesEach - bytes);
  return Math.max(byAge, Math.min(ages.length, Math.floor(surplus / bytesEach)));
}

/** Whether `after` compacts, or forgets deletions, where or earlier than `before` did; or leaves remote storage. */
function takesAnywhere(before: Config, after: Config): boolean {
  const isLower = (key: string): boolean => Number(after[key]) < Number(before[key]);
  const leavesTier = before["remote.storage.enable"] === "true" && after["remote.storage.enable"] !== "true";
  if (leavesTier) return true;
  if (!policies(after).includes("compact")) return false;
  return !policies(before).includes("compact") || isLower("max.compaction.lag.ms") || isLower("delete.retention.ms");
}

function policies(config: Config): string[] {
  return (config["cleanup.policy"] ?? "").split(",");
}

function losesMore(before: Config, after: Config, log: Log): boolean {
  if (log.ages.length === 0) return false;
  return deletedFromStart(after, log) > deletedFromStart(before, log) || takesAnywhere(before, after);
}

/** What the operator would measure, and no more than it asks for. */
function measure(
  changes: readonly EffectiveChange[],
  live: Config,
  guard: DeclaredGuard,
  log: Log,
): Measurement | undefined {
  const needs = measurementNeeds(changes, new Map(Object.entries(live)), guardRules(guard));
  if (needs === undefined) return undefined;
  const end = BigInt(log.ages.length);
  const youngerFrom = needs.agesMs.map((limit) => {
    const young = log.ages.findIndex((age) => age <= limit);
    return [limit, young < 0 ? end : BigInt(young)] as const;
  });
  const bytes = needs.needsSizes ? BigInt(log.ages.length * log.bytesEach) : undefined;
  return { partitions: new Map([[0, { start: 0n, end, youngerFrom: new Map(youngerFrom), bytes }]]), groups: [] };
}

const config: fc.Arbitrary<Config> = fc.record({
  "cleanup.policy": fc.constantFrom("delete", "compact", "compact,delete"),
  "retention.ms": fc.constantFrom("-1", "0", "5", "10", "20", "100"),
  "retention.bytes": fc.constantFrom("-1", "10", "50", "1000"),
  "delete.retention.ms": fc.constantFrom("1", "2"),
  "max.compaction.lag.ms": fc.constantFrom("1", "2"),
  "remote.storage.enable": fc.constantFrom("true", "false"),
});
const log: fc.Arbitrary<Log> = fc.record({
  ages: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 8 }).map((ages) => ages.toSorted((a, b) => b - a)),
  bytesEach: fc.constantFrom(1, 10),
});
const guard: fc.Arbitrary<DeclaredGuard> = fc.constantFrom<DeclaredGuard>(
  {},
  { onShorten: "Deny" },
  { onShorten: "StepDown", stepDown: { by: "3ms", every: "1ms" } },
  { approver: "Owner", blockIfUnread: true },
);

function changesBetween(live: Config, wanted: Config): EffectiveChange[] {
  return Object.entries(wanted).flatMap(([key, to]) => (live[key] === to ? [] : [{ key, from: live[key] ?? "", to }]));
}

function question(live: Config, wanted: Config, declared: DeclaredGuard, present: Log): GuardQuestion {
  const changes = changesBetween(live, wanted);
  return {
    clusterId: "cluster-1",
    topicId: "topic-1",
    guardedBy: "EventBus/bus",
    live: new Map(Object.entries(live)),
    changes,
    rules: guardRules(declared),
    measurement: measure(changes, live, declared, present),
    recorded: [],
    approvals: { own: [], platform: { ...SCOPE, ids: [] } },
    nowMs: NOW,
  };
}

/** The configuration once everything that is not held back is made. */
function applied(live: Config, { changes }: Pick<GuardQuestion, "changes">, verdict: GuardVerdict): Config {
  const heldKeys = new Set(verdict.held.flatMap((set) => set.changes.map(({ key }) => key)));
  const free = changes.filter(({ key }) => !heldKeys.has(key)).map(({ key, to = "" }) => [key, to] as const);
  return { ...live, ...Object.fromEntries(free) };
}

function recorded({ held }: GuardVerdict): GuardQuestion["recorded"] {
  return held.flatMap(({ id, pendingSince, nextStepAtMs, changes }) =>
    changes.map(({ key, from, to = "" }) => ({
      id,
      key,
      from,
      to,
      guardedBy: "EventBus/bus",
      pendingSince,
      nextStepAtMs,
    })),
  );
}

describe("judgeChanges() for every configuration, wish and log", () => {
  it("lets nothing be deleted without leave that is not deleted already", () => {
    fc.assert(
      fc.property(config, config, guard, log, (live, wanted, declared, present) => {
        const asked = question(live, wanted, declared, present);
        const verdict = judgeChanges(asked);
        expect(verdict.released).to.deep.equal([]);
        expect(losesMore(live, applied(live, asked, verdict), present)).to.equal(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it("holds nothing back of a topic without records", () => {
    fc.assert(
      fc.property(config, config, guard, (live, wanted, declared) => {
        expect(judgeChanges(question(live, wanted, declared, { ages: [], bytesEach: 1 })).held).to.deep.equal([]);
      }),
    );
  });

  it("keeps the ids of what stays pending, and no approval of another id applies it", () => {
    fc.assert(
      fc.property(config, config, log, fc.stringMatching(/^[0-9a-f]{12}$/), (live, wanted, present, other) => {
        const asked = question(live, wanted, { approver: "Owner" }, present);
        const before = judgeChanges(asked);
        const later = { ...asked, recorded: recorded(before), nowMs: NOW + 1 };
        const ids = before.held.map(({ id }) => id);
        expect(judgeChanges(later).held.map(({ id }) => id)).to.deep.equal(ids);
        if (ids.includes(other)) return;
        const foreign = rolloutId({ ...SCOPE, heldUntilMs: NOW - 1 });
        const approvals = { own: [other, foreign], platform: { ...SCOPE, ids: [...ids, other, foreign] } };
        expect(judgeChanges({ ...later, approvals }).released).to.deep.equal([]);
      }),
    );
  });

  it("makes the whole of it once its id is approved", () => {
    fc.assert(
      fc.property(config, config, log, (live, wanted, present) => {
        const asked = question(live, wanted, { approver: "Owner" }, present);
        const before = judgeChanges(asked);
        const approvals = { ...asked.approvals, own: before.held.map(({ id }) => id) };
        const verdict = judgeChanges({ ...asked, recorded: recorded(before), nowMs: NOW + 1, approvals });
        expect(applied(live, asked, verdict)).to.deep.equal({ ...live, ...wanted });
      }),
    );
  });
});
