import { expect } from "chai";
import { describe, it } from "mocha";

import { rolloutId } from "../../../src/domain/change-approval.ts";
import type { DeclaredGuard } from "../../../src/domain/guard-rules.ts";
import {
  COMPACT,
  DAY_MS,
  held,
  judge,
  NOW,
  record,
  SCOPE,
  SHORTEN,
  told,
  type GuardGiven,
} from "../../builders/guard.ts";

describe("StepDown", () => {
  const guard: DeclaredGuard = { onShorten: "StepDown", stepDown: { by: "3d", every: "1h" } };
  const HOUR = 3_600_000;
  const first = held({ guard });

  it("announces the first step a whole pause ahead", () => {
    expect(first).to.deep.include({ hold: "step", nextStepAtMs: NOW + HOUR });
  });

  it("goes down by equal steps with a whole pause between any two, to the very goal", () => {
    let recorded = record(first);
    let live = 10 * DAY_MS;
    const taken: string[] = [];
    for (let nowMs = NOW; recorded.length > 0; nowMs += HOUR / 4) {
      const changes = [{ ...SHORTEN, from: String(live) }];
      const { held: waiting, released } = judge({ guard, recorded, changes, nowMs });
      const [step] = released;
      if (step?.by !== "step") {
        recorded = record(waiting[0]);
        continue;
      }
      live = Number(step.changes[0]?.to);
      taken.push(`${live / DAY_MS} d after ${(nowMs - NOW) / HOUR} h`);
      recorded = record(step.rest);
    }
    expect(taken).to.deep.equal(["7 d after 1 h", "4 d after 2 h", "2 d after 3 h"]);
  });

  const waits: readonly { readonly why: string; readonly given: GuardGiven }[] = [
    { why: "no step is recorded", given: { recorded: [] } },
    {
      why: "the live value is not the one recorded, as after a step of which no record was stored",
      given: { changes: [{ ...SHORTEN, from: String(7 * DAY_MS) }] },
    },
    { why: "it was recorded of another topic", given: { topicId: "topic-2" } },
    { why: "what was recorded waited for approval", given: { recorded: record(held()) } },
  ];
  for (const { why, given } of waits) {
    it(`waits a whole pause where ${why}`, () => {
      const nowMs = NOW + DAY_MS;
      expect(held({ guard, recorded: record(first), nowMs, ...given })).to.deep.include({
        hold: "step",
        nextStepAtMs: nowMs + HOUR,
      });
    });
  }

  it("goes on at the same pace when the goal is another", () => {
    const changes = [{ ...SHORTEN, to: String(5 * DAY_MS) }];
    expect(held({ guard, recorded: record(first), nowMs: NOW + HOUR - 1, changes }).nextStepAtMs).to.equal(NOW + HOUR);
    expect(told({ guard, recorded: record(first), nowMs: NOW + HOUR, changes })).to.deep.equal([
      `step: retention.ms=${7 * DAY_MS}`,
    ]);
  });

  it("takes one step, however long nobody looked", () => {
    const [step] = judge({ guard, recorded: record(first), nowMs: NOW + 10 * DAY_MS }).released;
    expect(step).to.deep.include({ by: "step" });
    expect(step?.by === "step" && step.rest?.nextStepAtMs).to.equal(NOW + 10 * DAY_MS + HOUR);
  });

  it("asks for approval where there is no limit to step down from, and for what has no steps", () => {
    const unlimited = { ...SHORTEN, from: "-1" };
    expect(told({ guard, changes: [unlimited] })).to.deep.equal(["approval: retention.ms"]);
    const recorded = record(held({ guard, changes: [unlimited] }));
    const platform = [rolloutId({ ...SCOPE, heldUntilMs: NOW })];
    expect(told({ guard, changes: [unlimited], recorded, platform })).to.deep.equal([
      `approval: retention.ms=${2 * DAY_MS}`,
    ]);
    expect(told({ guard, changes: [COMPACT, SHORTEN] })).to.deep.equal(["approval: cleanup.policy retention.ms"]);
  });

  it("steps and waits side by side, each by its own id", () => {
    const lag = { key: "delete.retention.ms", from: "2", to: "1" };
    const live = new Map([
      ["cleanup.policy", "compact,delete"],
      ["retention.ms", SHORTEN.from],
      ["delete.retention.ms", "2"],
    ]);
    const verdict = judge({ guard, changes: [SHORTEN, lag], live });
    expect(verdict.held.map(({ hold }) => hold)).to.deep.equal(["approval", "step"]);
    expect(new Set(verdict.held.map(({ id }) => id)).size).to.equal(2);
  });

  it("takes no step that could not be measured", () => {
    expect(told({ guard, recorded: record(first), nowMs: NOW + DAY_MS, measurement: undefined })).to.deep.equal([
      "unmeasured: retention.ms",
    ]);
  });
});
