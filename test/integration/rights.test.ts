// The operator with exactly the rights that ship: it is denied nothing, and uses all of them. test/long/rights.test.ts takes
// each one away.

import { expect } from "chai";
import { describe, it } from "mocha";

import { audited, playWithout, shippedPermissions } from "../rights/rights-world.ts";

describe("The rights that ship", () => {
  it("are enough for everything, and none is left unused", async () => {
    const { granted, denied, log } = await playWithout(undefined, "all");
    expect([...denied], log).to.deep.equal([]);
    const shipped = (await shippedPermissions()).map(({ permission }) => audited(permission));
    expect(
      shipped.filter((permission) => !granted.has(permission)),
      log,
    ).to.deep.equal([]);
  });
}).timeout(90_000);
