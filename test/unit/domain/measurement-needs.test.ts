import { expect } from "chai";
import { describe, it } from "mocha";

import { guardRules, type DeclaredGuard } from "../../../src/domain/guard-rules.ts";
import { measurementNeeds } from "../../../src/domain/measurement-needs.ts";
import type { EffectiveChange } from "../../../src/domain/retention-loss.ts";

const LIVE = { "cleanup.policy": "delete", "retention.ms": "10000", "retention.bytes": "-1" };

describe("measurementNeeds()", () => {
  const step: DeclaredGuard = { onShorten: "StepDown", stepDown: { by: "3s", every: "1s" } };
  const cases: {
    readonly why: string;
    readonly live?: Readonly<Record<string, string>>;
    readonly wanted: Readonly<Record<string, string | undefined>>;
    readonly guard?: DeclaredGuard;
    readonly needs: ReturnType<typeof measurementNeeds>;
  }[] = [
    {
      why: "nothing is asked for what deletes nothing",
      wanted: { "retention.ms": "20000", "flush.ms": "1" },
      needs: undefined,
    },
    { why: "nothing is asked for what is not known anyway", wanted: { "retention.ms": undefined }, needs: undefined },
    {
      why: "the new retention",
      wanted: { "retention.ms": "1000" },
      needs: { agesMs: [1_000], needsSizes: false, reachesEnd: false },
    },
    {
      why: "and the next step",
      wanted: { "retention.ms": "1000" },
      guard: step,
      needs: { agesMs: [1_000, 7_000], needsSizes: false, reachesEnd: false },
    },
    { why: "the size", wanted: { "retention.bytes": "5" }, needs: { agesMs: [], needsSizes: true, reachesEnd: true } },
    {
      why: "only the ends of the log",
      wanted: { "cleanup.policy": "compact" },
      needs: { agesMs: [], needsSizes: false, reachesEnd: true },
    },
    {
      why: "retention before and after, since either may be in effect when deletion begins",
      live: { "cleanup.policy": "compact" },
      wanted: { "cleanup.policy": "delete", "retention.ms": "20000" },
      needs: { agesMs: [20_000, 10_000], needsSizes: false, reachesEnd: false },
    },
    {
      why: "shorter retention alone, should compaction be held back",
      wanted: { "cleanup.policy": "compact", "retention.ms": "1000" },
      needs: { agesMs: [1_000], needsSizes: false, reachesEnd: true },
    },
  ];
  for (const { why, live = {}, wanted, guard, needs } of cases) {
    it(`are ${JSON.stringify(needs)}: ${why}`, () => {
      const config: Readonly<Record<string, string>> = { ...LIVE, ...live };
      const changes = Object.entries(wanted).map(([key, to]): EffectiveChange => ({
        key,
        from: config[key] ?? "",
        to,
      }));
      expect(measurementNeeds(changes, new Map(Object.entries(config)), guardRules(guard))).to.deep.equal(needs);
    });
  }
});
