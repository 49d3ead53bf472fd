// Every single right that ships is taken away once: the operator misses it, and the audit log says which it was.

import { expect } from "chai";
import { describe, it } from "mocha";

import { audited, playWithout, shippedPermissions } from "../rights/rights-world.ts";

const shipped = await shippedPermissions();

describe("The operator", function () {
  this.timeout(180_000);

  for (const missing of shipped) {
    it(`misses "${missing.permission}" of ${missing.role}`, async () => {
      const { denied } = await playWithout(missing, "less");
      expect([...denied]).to.include(audited(missing.permission));
    });
  }
});
