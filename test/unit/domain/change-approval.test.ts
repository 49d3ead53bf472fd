import { expect } from "chai";
import { describe, it } from "mocha";

import {
  approvedIds,
  changeId,
  coversRollout,
  rolloutId,
  type PendingSet,
} from "../../../src/domain/change-approval.ts";

const SINCE = "2026-06-01T00:00:00.000Z";
const SET: PendingSet = {
  clusterId: "cluster-1",
  topicId: "topic-1",
  changes: [
    { key: "retention.ms", from: "2", to: "1" },
    { key: "retention.bytes", from: "-1", to: "5" },
  ],
  pendingSince: SINCE,
};

describe("changeId()", () => {
  it("is twelve hexadecimal digits, whatever the order of the changes", () => {
    expect(changeId(SET)).to.match(/^[0-9a-f]{12}$/);
    expect(changeId({ ...SET, changes: SET.changes.toReversed() })).to.equal(changeId(SET));
  });

  const others: readonly { readonly why: string; readonly set: Partial<PendingSet> }[] = [
    { why: "another cluster", set: { clusterId: "cluster-2" } },
    { why: "another topic of the same name", set: { topicId: "topic-2" } },
    { why: "held back later", set: { pendingSince: "2026-06-01T00:00:00.001Z" } },
    { why: "another live value", set: { changes: [{ key: "retention.ms", from: "3", to: "1" }] } },
    { why: "another wish", set: { changes: [{ key: "retention.ms", from: "2", to: "0" }] } },
    { why: "one change less", set: { changes: SET.changes.slice(1) } },
  ];
  for (const { why, set } of others) {
    it(`is another for ${why}`, () => {
      expect(changeId({ ...SET, ...set })).not.to.equal(changeId(SET));
    });
  }
});

describe("coversRollout()", () => {
  const scope = { uid: "uid-1", generation: 3 };
  const heldUntilMs = Date.parse(SINCE);
  const id = rolloutId({ ...scope, heldUntilMs });
  const later = rolloutId({ ...scope, heldUntilMs: heldUntilMs + 1 });

  const cases = [
    { why: "what was held back until then", ids: [id], since: SINCE, covers: id },
    { why: "what was held back before", ids: [id], since: "2026-05-31T00:00:00.000Z", covers: id },
    { why: "what was held back later", ids: [id], since: "2026-06-01T00:00:00.001Z", covers: undefined },
    { why: "one of several ids", ids: ["nonsense", later], since: SINCE, covers: later },
    { why: "no id", ids: [], since: SINCE, covers: undefined },
    {
      why: "an id whose moment was altered",
      ids: [later.replace(/^[^-]*/, id.slice(0, id.indexOf("-")))],
      since: SINCE,
      covers: undefined,
    },
    { why: "the hash alone", ids: [id.slice(id.indexOf("-") + 1)], since: SINCE, covers: undefined },
  ];
  for (const { why, ids, since, covers } of cases) {
    it(`${covers === undefined ? "refuses" : "covers"} ${why}`, () => {
      expect(coversRollout(ids, scope, since, heldUntilMs)).to.equal(covers);
    });
  }

  it("refuses an approval of an earlier edit, and of another object", () => {
    expect(coversRollout([id], { ...scope, generation: 4 }, SINCE, heldUntilMs)).to.equal(undefined);
    expect(coversRollout([id], { ...scope, uid: "uid-2" }, SINCE, heldUntilMs)).to.equal(undefined);
  });
});

describe("approvedIds()", () => {
  it("reads ids between commas, with or without spaces", () => {
    expect(approvedIds(undefined)).to.deep.equal([]);
    expect(approvedIds(" a ,b,, c")).to.deep.equal(["a", "b", "c"]);
  });
});
