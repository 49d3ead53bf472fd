import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventBusSpec } from "../../../src/api/event-bus.ts";
import { governingGuard } from "../../../src/domain/governing-guard.ts";
import { anEventBus, aRetentionPolicy } from "../../builders/objects.ts";

type Declared = EventBusSpec["changeGuard"];

const policy = (name: string, changeGuard?: Declared, annotations = {}) =>
  aRetentionPolicy({ changeGuard }, { name, annotations, generation: 4 });

describe("governingGuard()", () => {
  it("is the only one's, with the ids approved there", () => {
    const only = policy("a", { onShorten: "Allow" }, { "eventbus.dev/approve": "x, y" });
    expect(governingGuard([only])).to.deep.equal({
      rules: { onShorten: "Allow", approver: "Platform", blockIfUnread: false },
      governor: {
        kind: "RetentionPolicy",
        name: "a",
        uid: "uid-a",
        generation: 4,
        approvedIds: ["x", "y"],
        shownId: undefined,
      },
    });
  });

  const cases: { readonly why: string; readonly guards: readonly [Declared, Declared]; readonly governs: string }[] = [
    { why: "the stricter one, where it is the second", guards: [{ onShorten: "Allow" }, {}], governs: "b" },
    { why: "the stricter one, where it is the first", guards: [{ onShorten: "Deny" }, {}], governs: "a" },
    { why: "the first among equals", guards: [{ approver: "Owner" }, {}], governs: "a" },
  ];
  for (const { why, guards, governs } of cases) {
    it(`lets approve on ${why}`, () => {
      const { governor, rules } = governingGuard([policy("a", guards[0]), policy("b", guards[1])]);
      expect(governor.name).to.equal(governs);
      expect(rules.approver).to.equal("Platform");
    });
  }

  it("asks the platform on the first where one is gone", () => {
    const { governor, rules } = governingGuard([anEventBus({ changeGuard: { onShorten: "Allow" } })], true);
    expect(rules.onShorten).to.equal("RequireApproval");
    expect(governor).to.deep.include({ kind: "EventBus", name: "bus" });
  });
});
