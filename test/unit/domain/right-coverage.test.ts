import { expect } from "chai";
import { describe, it } from "mocha";

import { coversRight } from "../../../src/domain/right-coverage.ts";
import { userRights, type UserAcl } from "../../../src/domain/user-acls.ts";
import type { AclBinding, AclOperation } from "../../../src/kafka/model/acl.ts";

function right(operation: AclOperation): AclBinding {
  return {
    resourceType: "topic",
    resourceName: "orders",
    patternType: "literal",
    principal: "User:u",
    host: "*",
    operation,
    permission: "allow",
  };
}

function acl(operation: string, name: string, more: Partial<UserAcl> = {}, patternType = "literal"): UserAcl {
  return { resource: { type: "topic", name, patternType }, operations: [operation], ...more };
}

describe("coversRight()", () => {
  for (const [why, acls, wanted, expected] of [
    ["the same is the same", [acl("Write", "orders")], right("Write"), true],
    ["another topic is another", [acl("Write", "order")], right("Write"), false],
    ["a beginning covers", [acl("Write", "ord", {}, "prefix")], right("Write"), true],
    ["* covers", [acl("Write", "*")], right("Write"), true],
    ["All covers", [acl("All", "orders")], right("Write"), true],
    ["who may write may describe", [acl("Write", "orders")], right("Describe"), true],
    ["who may describe may not write", [acl("Describe", "orders")], right("Write"), false],
    ["from one host is not from any", [acl("Write", "orders", { host: "10.0.0.1" })], right("Write"), false],
    ["a refusal goes first", [acl("Write", "orders"), acl("All", "*", { type: "deny" })], right("Write"), false],
    [
      "a refusal of something else does not matter",
      [acl("Write", "orders"), acl("Read", "*", { type: "deny" })],
      right("Write"),
      true,
    ],
    [
      "another type of resource is another",
      [{ resource: { type: "group", name: "*" }, operations: ["All"] }],
      right("Read"),
      false,
    ],
  ] as const) {
    it(why, () => expect(coversRight(userRights(acls, "User:u"), wanted)).to.equal(expected));
  }
});
