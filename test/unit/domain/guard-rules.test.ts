import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { compareStrictness, guardRules, stricterGuard, type GuardRules } from "../../../src/domain/guard-rules.ts";

const DAY_MS = 86_400_000;

describe("guardRules()", () => {
  it("asks the platform where nobody declares anything", () => {
    expect(guardRules()).to.deep.equal({ onShorten: "RequireApproval", approver: "Platform", blockIfUnread: false });
  });

  it("reads the steps of StepDown, and asks for approval where they are missing", () => {
    const declared = { onShorten: "StepDown", stepDown: { by: "1d", every: "12h" } } as const;
    expect(guardRules(declared).stepDown).to.deep.equal({ byMs: DAY_MS, everyMs: DAY_MS / 2 });
    expect(guardRules({ onShorten: "StepDown" }).onShorten).to.equal("RequireApproval");
  });
});

describe("stricterGuard()", () => {
  const cases = [
    { why: "refusing is stricter than asking", a: { onShorten: "Deny" }, b: {}, wins: { onShorten: "Deny" } },
    {
      why: "asking is stricter than steps",
      a: {},
      b: { onShorten: "StepDown" },
      wins: { onShorten: "RequireApproval" },
    },
    {
      why: "steps are stricter than nothing",
      a: { onShorten: "Allow" },
      b: steps("1d", "1d"),
      wins: steps("1d", "1d"),
    },
    {
      why: "of two ways to step, the smaller steps and the longer pauses",
      a: steps("2d", "1h"),
      b: steps("1d", "1m"),
      wins: steps("1d", "1h"),
    },
    { why: "the platform approves for both", a: { approver: "Owner" }, b: {}, wins: { approver: "Platform" } },
    {
      why: "owners approve where both let them",
      a: { approver: "Owner" },
      b: { approver: "Owner" },
      wins: { approver: "Owner" },
    },
    {
      why: "unread records block where either says so",
      a: { blockIfUnread: true },
      b: {},
      wins: { blockIfUnread: true },
    },
  ] as const;
  for (const { why, a, b, wins } of cases) {
    it(`is either way round the same: ${why}`, () => {
      expect(stricterGuard(guardRules(a), guardRules(b))).to.deep.equal(guardRules(wins));
      expect(stricterGuard(guardRules(b), guardRules(a))).to.deep.equal(guardRules(wins));
    });
  }

  it("is never looser than one of the two", () => {
    fc.assert(
      fc.property(anyGuard, anyGuard, (a, b) => {
        const both = stricterGuard(a, b);
        for (const one of [a, b]) {
          expect(compareStrictness(both, one)).to.be.at.least(0);
          expect(both.blockIfUnread || !one.blockIfUnread).to.equal(true);
          expect(both.approver === "Platform" || one.approver === "Owner").to.equal(true);
        }
      }),
    );
  });
});

function steps(by: string, every: string) {
  return { onShorten: "StepDown", stepDown: { by, every } } as const;
}

const anyGuard: fc.Arbitrary<GuardRules> = fc
  .record({
    onShorten: fc.constantFrom("Allow", "StepDown", "RequireApproval", "Deny"),
    approver: fc.constantFrom("Platform", "Owner"),
    blockIfUnread: fc.boolean(),
  } as const)
  .map((guard) => guardRules(guard.onShorten === "StepDown" ? { ...guard, ...steps("1d", "1h") } : guard));
