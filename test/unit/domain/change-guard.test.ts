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
  tenDays,
  told,
  type GuardGiven,
} from "../../builders/guard.ts";

describe("judgeChanges()", () => {
  const cases: { readonly why: string; readonly given: GuardGiven; readonly told: readonly string[] }[] = [
    { why: "nobody said otherwise", given: {}, told: ["approval: retention.ms"] },
    { why: "a harmless change", given: { changes: [{ ...SHORTEN, to: "-1" }] }, told: [] },
    {
      why: "no record is that old",
      given: { changes: [{ ...SHORTEN, from: String(20 * DAY_MS), to: String(15 * DAY_MS) }] },
      told: [],
    },
    { why: "the guard lets it", given: { guard: { onShorten: "Allow" } }, told: [`rules: retention.ms=${2 * DAY_MS}`] },
    { why: "the guard forbids it", given: { guard: { onShorten: "Deny" } }, told: ["denied: retention.ms"] },
    {
      why: "the log could not be read",
      given: { measurement: undefined, guard: { onShorten: "Allow" } },
      told: ["unmeasured: retention.ms"],
    },
    {
      why: "what comes after a reset is not known",
      given: { changes: [{ ...SHORTEN, to: undefined }], guard: { onShorten: "Allow" } },
      told: ["unknown: retention.ms"],
    },
    {
      why: "shorter retention does no harm on a topic that is compacted only, but compaction is held back",
      given: { changes: [COMPACT, SHORTEN] },
      told: ["approval: cleanup.policy retention.ms"],
    },
    {
      why: "what does no harm goes, what does is held back",
      given: {
        changes: [SHORTEN, { key: "retention.bytes", from: "5", to: "-1" }, { key: "flush.ms", from: "1", to: "2" }],
      },
      told: ["approval: retention.ms"],
    },
    {
      why: "what is not known is refused beside what can be approved",
      given: { changes: [COMPACT, { key: "remote.storage.enable", from: "true", to: undefined }] },
      told: ["unknown: remote.storage.enable", "approval: cleanup.policy"],
    },
  ];
  for (const { why, given, told: expected } of cases) {
    it(`tells ${JSON.stringify(expected)}: ${why}`, () => {
      expect(told(given)).to.deep.equal(expected);
    });
  }

  it("says how many records, and who has not read them", () => {
    const groups = [{ groupId: "audit", commits: new Map([[0, 70n]]) }];
    const [danger] = held({ measurement: tenDays(groups) }).changes;
    expect(danger?.extent).to.deep.equal({
      records: 80n,
      isExact: true,
      unread: [{ groupId: "audit", unreadRecords: 10n }],
    });
  });

  it("keeps the id of the same change, whatever the numbers, and gives another to another", () => {
    const first = held();
    const recorded = record(first);
    const nowMs = NOW + DAY_MS;
    const again = held({ recorded, nowMs, measurement: { ...tenDays(), groups: undefined } });
    expect(again).to.deep.include({ id: first.id, pendingSince: first.pendingSince });
    const others: GuardGiven[] = [
      { changes: [{ ...SHORTEN, from: String(11 * DAY_MS) }] },
      { changes: [{ ...SHORTEN, to: String(3 * DAY_MS) }] },
      { changes: [SHORTEN, COMPACT] },
      { topicId: "topic-2" },
      { clusterId: "cluster-2" },
      { recorded: [] },
    ];
    for (const other of others) expect(held({ recorded, nowMs, ...other }).id).not.to.equal(first.id);
  });
});

describe("An approval", () => {
  const owner: DeclaredGuard = { approver: "Owner" };
  const before = held();
  const recorded = record(before);
  const rollout = rolloutId({ ...SCOPE, heldUntilMs: NOW });
  const nowMs = NOW + DAY_MS;
  const released = [`approval: retention.ms=${2 * DAY_MS}`];
  const waits = ["approval: retention.ms"];

  const cases: { readonly why: string; readonly given: GuardGiven; readonly told: readonly string[] }[] = [
    { why: "by the owner, who may", given: { guard: owner, own: ["x", before.id] }, told: released },
    { why: "by the owner, who may not", given: { own: [before.id] }, told: waits },
    { why: "of another id", given: { guard: owner, own: ["0123456789ab"] }, told: waits },
    { why: "by the platform", given: { platform: [rollout] }, told: released },
    { why: "by the platform, where owners may as well", given: { guard: owner, platform: [rollout] }, told: released },
    { why: "of a rollout, on the EventTopic", given: { guard: owner, own: [rollout] }, told: waits },
    { why: "of the change's id, on the policy", given: { platform: [before.id] }, told: waits },
    {
      why: "of the rollout before the change was held back",
      given: { platform: [rolloutId({ ...SCOPE, heldUntilMs: NOW - 1 })] },
      told: waits,
    },
    {
      why: "after the live value changed",
      given: { guard: owner, own: [before.id], changes: [{ ...SHORTEN, from: "-1" }] },
      told: waits,
    },
    {
      why: "of a rollout, after the live value changed",
      given: { platform: [rollout], changes: [{ ...SHORTEN, from: "-1" }] },
      told: waits,
    },
    {
      why: "when something else is wanted as well",
      given: { guard: owner, own: [before.id], changes: [SHORTEN, COMPACT] },
      told: ["approval: cleanup.policy retention.ms"],
    },
    {
      why: "while the log cannot be read",
      given: { guard: owner, own: [before.id], measurement: undefined },
      told: ["unmeasured: retention.ms"],
    },
    {
      why: "where the guard forbids it by now",
      given: { guard: { onShorten: "Deny" }, platform: [rollout] },
      told: ["denied: retention.ms"],
    },
  ];
  for (const { why, given, told: expected } of cases) {
    it(`${expected === released ? "counts" : "does not count"} ${why}`, () => {
      expect(told({ recorded, nowMs, ...given })).to.deep.equal(expected);
    });
  }

  const later = rolloutId({ ...SCOPE, heldUntilMs: nowMs + 5_000 });
  const unseen: readonly { readonly why: string; readonly given: GuardGiven }[] = [
    {
      why: "that is held back only now, though the approver's clock is ahead",
      given: { recorded: [], platform: [later] },
    },
    {
      why: "that another guard held back when the approval was given",
      given: {
        recorded: recorded.map((change) => ({ ...change, guardedBy: "EventBus/bus" })),
        platform: [rollout, later],
      },
    },
    {
      why: "that was taken back meanwhile, although it is the same again",
      given: { recorded: [], platform: [rollout, later] },
    },
  ];
  for (const { why, given } of unseen) {
    it(`never covers what nobody could have seen: a change ${why}`, () => {
      const first = held({ nowMs, ...given });
      expect(first.hold).to.equal("approval");
      expect(Date.parse(first.pendingSince)).to.be.greaterThan(nowMs + 5_000);
      expect(told({ nowMs: nowMs + 1_000, ...given, recorded: record(first) }), "nor later").to.deep.equal(waits);
    });
  }

  it("does not cover what is held back after its id was shown, whoever's clock is behind", () => {
    const shown = judge({ nowMs, shownId: later }).held[0];
    expect(told({ recorded: record(shown), nowMs: nowMs + 1_000, platform: [later] })).to.deep.equal(waits);
  });

  it("by an id of a time that no operator has seen counts for nothing", () => {
    const made = rolloutId({ ...SCOPE, heldUntilMs: nowMs + 30 * DAY_MS });
    expect(told({ recorded, nowMs, platform: [made] })).to.deep.equal(waits);
  });

  it("given in vain is noticed", () => {
    expect(held({ recorded, own: [before.id] }).isApprovedInVain).to.equal(true);
    expect(held({ recorded, own: ["x"] }).isApprovedInVain).to.equal(false);
  });

  it("is told by the id that was approved", () => {
    const [byPlatform] = judge({ recorded, nowMs, platform: [rollout] }).released;
    expect(byPlatform).to.deep.include({ by: "approval", approvalId: rollout });
    const [byOwner] = judge({ recorded, nowMs, guard: owner, own: [before.id] }).released;
    expect(byOwner).to.deep.include({ by: "approval", approvalId: before.id });
  });
});

describe("blockIfUnread", () => {
  const recorded = record(held());
  const platform = [rolloutId({ ...SCOPE, heldUntilMs: NOW })];
  const read = tenDays([{ groupId: "audit", commits: new Map([[0, 80n]]) }]);
  const unread = tenDays([{ groupId: "audit", commits: new Map([[0, 79n]]) }]);
  const unknown = { ...tenDays(), groups: undefined };
  const steps = { by: "1d", every: "1h" };
  const step: DeclaredGuard = { onShorten: "StepDown", stepDown: steps };
  const due = record(held({ guard: step }));

  const cases: { readonly why: string; readonly given: GuardGiven; readonly told: readonly string[] }[] = [
    {
      why: "an approved change of records that were read",
      given: { platform, measurement: read },
      told: [`approval: retention.ms=${2 * DAY_MS}`],
    },
    {
      why: "an approved change of records that were not read",
      given: { platform, measurement: unread },
      told: ["unread: retention.ms"],
    },
    {
      why: "an approved change where groups are not known",
      given: { platform, measurement: unknown },
      told: ["unread: retention.ms"],
    },
    { why: "a change that nobody approved", given: { measurement: unread }, told: ["approval: retention.ms"] },
    {
      why: "a change that needs no approval",
      given: { guard: { onShorten: "Allow" }, measurement: unread },
      told: ["unread: retention.ms"],
    },
    {
      why: "a step that concerns no unread record, although the last one would",
      given: {
        guard: step,
        recorded: due,
        nowMs: NOW + DAY_MS,
        measurement: tenDays([{ groupId: "audit", commits: new Map([[0, 10n]]) }]),
      },
      told: [`step: retention.ms=${9 * DAY_MS}`],
    },
    {
      why: "a step that concerns unread records",
      given: {
        guard: step,
        recorded: due,
        nowMs: NOW + DAY_MS,
        measurement: tenDays([{ groupId: "audit", commits: new Map([[0, 9n]]) }]),
      },
      told: ["unread: retention.ms"],
    },
  ];
  for (const { why, given, told: expected } of cases) {
    it(`makes of ${why}: ${expected.join()}`, () => {
      expect(
        told({ recorded, nowMs: NOW + 1, ...given, guard: { ...given.guard, blockIfUnread: true } }),
      ).to.deep.equal(expected);
    });
  }

  it("concerns nobody where it was not asked for", () => {
    expect(told({ recorded, platform, measurement: unknown })).to.deep.equal([`approval: retention.ms=${2 * DAY_MS}`]);
  });
});
