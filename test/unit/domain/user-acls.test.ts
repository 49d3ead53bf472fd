import { expect } from "chai";
import { assert, property, subarray } from "fast-check";
import { describe, it } from "mocha";

import { publisherRights, readerRights } from "../../../src/domain/access-rights.ts";
import { changedUserAcls, hasUserRight, type UserAcl } from "../../../src/domain/user-acls.ts";

const ALL = [...publisherRights("t", ["u"]), ...readerRights("u", { groupId: "g", topics: ["a", "b"] })];
const some = subarray(ALL);
const THEIRS: readonly UserAcl[] = [
  { resource: { type: "topic", name: "t", patternType: "prefix" }, operations: ["Write"] },
  { type: "deny", resource: { type: "topic", name: "t" }, host: "10.0.0.1", operations: ["Read"] },
  { resource: { type: "cluster" }, operations: ["Describe"] },
];

describe("The acls of a KafkaUser", () => {
  it("become those that are wanted, in one form whatever the order of changes, and what others wrote stays", () => {
    assert(
      property(some, some, (before, after) => {
        const first = changedUserAcls(THEIRS, { grant: before, revoke: [] }) ?? THEIRS;
        const revoke = before.filter((right) => !after.includes(right));
        const changed = changedUserAcls(first, { grant: after, revoke }) ?? first;
        expect(ALL.filter((right) => hasUserRight(changed, right))).to.deep.equal(
          ALL.filter((right) => after.includes(right)),
        );
        expect(changed).to.deep.equal(changedUserAcls(THEIRS, { grant: after.toReversed(), revoke: [] }) ?? THEIRS);
        expect(changed.slice(-THEIRS.length)).to.deep.equal(THEIRS);
        expect(changedUserAcls(changed, { grant: after, revoke })).to.equal(undefined);
      }),
    );
  });
});
