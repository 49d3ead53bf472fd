import { expect } from "chai";
import { describe, it } from "mocha";

import { keyOf, parseKey } from "../../../src/runtime/object-key.ts";

describe("keyOf()", () => {
  for (const { key, object } of [
    { key: "shop/orders", object: { namespace: "shop", name: "orders" } },
    { key: "main", object: { name: "main" } },
  ]) {
    it(`writes "${key}", and parseKey() reads it back`, () => {
      expect(keyOf(object)).to.equal(key);
      expect(parseKey(key)).to.deep.equal(object);
    });
  }
});
