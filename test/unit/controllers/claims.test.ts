import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { Claims, type Claimant, type ClaimName } from "../../../src/controllers/claims.ts";
import { collisionKey } from "../../../src/domain/topic-name.ts";

const orders: ClaimName = { clusterId: "c1", name: "shop.orders" };

function claimant(key: string, given: Partial<Claimant> = {}): Claimant {
  return { key, uid: `uid-${key}`, creationTimestamp: "2026-01-01T00:00:00Z", ...given };
}

function ledger(): { readonly claims: Claims; readonly woken: string[][] } {
  const woken: string[][] = [];
  return { claims: new Claims(collisionKey, (keys) => woken.push([...keys])), woken };
}

describe("Claims", () => {
  it("gives the name to the older object", () => {
    const { claims } = ledger();
    claims.put(orders, claimant("young", { creationTimestamp: "2026-02-01T00:00:00Z" }));
    claims.put(orders, claimant("old"));
    expect(claims.holder(orders)?.key).to.equal("old");
  });

  it("gives the name to the smaller UID among objects of one second", () => {
    const { claims } = ledger();
    claims.put(orders, claimant("b"));
    claims.put(orders, claimant("a"));
    expect(claims.holder(orders)?.key).to.equal("a");
  });

  it("prefers the object bound to the live topic to any older one", () => {
    const { claims } = ledger();
    claims.put(orders, claimant("old"));
    claims.put(orders, claimant("bound", { creationTimestamp: "2026-02-01T00:00:00Z", boundId: "t1" }));
    expect(claims.holder(orders)?.key).to.equal("bound");
  });

  it("does not prefer an object that is bound to a topic of the past", () => {
    const { claims } = ledger();
    claims.put(orders, claimant("old"));
    claims.put(orders, claimant("bound", { creationTimestamp: "2026-02-01T00:00:00Z", boundId: "t1" }));
    claims.sawId(orders, "t2");
    expect(claims.holder(orders)?.key).to.equal("old");
  });

  it("keeps a holder whose run is under way, and lets go afterwards", () => {
    const { claims } = ledger();
    claims.put(orders, claimant("young", { creationTimestamp: "2026-02-01T00:00:00Z" }));
    expect(claims.hold("young")).to.equal(true);
    claims.put(orders, claimant("old"));
    expect(claims.hold("old")).to.equal(false);
    expect(claims.holder(orders)?.key).to.equal("young");
    claims.release("young");
    expect(claims.holder(orders)?.key).to.equal("old");
  });

  it("counts a topic that a run has just made from that moment, against whoever would go before", () => {
    const { claims } = ledger();
    claims.put(orders, claimant("b"));
    claims.hold("b");
    claims.bind("b", "t1");
    claims.release("b");
    claims.put(orders, claimant("a"));
    expect(claims.holder(orders)?.key).to.equal("b");
  });

  it("wakes all claimants when the holder changes, and nobody when it does not", () => {
    const { claims, woken } = ledger();
    claims.put(orders, claimant("old"));
    woken.length = 0;
    claims.put(orders, claimant("young", { creationTimestamp: "2026-02-01T00:00:00Z" }));
    expect(woken).to.deep.equal([]);
    claims.remove("old");
    expect(woken).to.deep.equal([["young"]]);
  });

  it("does not wake an object by its own claim, but those whom it displaces", () => {
    const { claims, woken } = ledger();
    claims.put(orders, claimant("young", { creationTimestamp: "2026-02-01T00:00:00Z" }));
    expect(woken).to.deep.equal([]);
    claims.put(orders, claimant("old"));
    expect(woken).to.deep.equal([["young"]]);
  });

  it("keeps one ledger for a cluster, whatever bus leads to it", () => {
    const { claims } = ledger();
    claims.put(orders, claimant("a"));
    claims.put({ clusterId: "c2", name: orders.name }, claimant("b"));
    expect(claims.holder(orders)?.key).to.equal("a");
    expect(claims.holder({ clusterId: "c2", name: orders.name })?.key).to.equal("b");
  });

  it("finds a name that Kafka does not tell apart", () => {
    const { claims } = ledger();
    claims.put(orders, claimant("a"));
    expect(claims.collision({ clusterId: "c1", name: "shop_orders" })?.name).to.equal("shop.orders");
    expect(claims.collision({ clusterId: "c2", name: "shop_orders" })).to.equal(undefined);
    expect(claims.collision(orders)).to.equal(undefined);
    claims.remove("a");
    expect(claims.collision({ clusterId: "c1", name: "shop_orders" })).to.equal(undefined);
  });

  it("has exactly one holder for every claimed name, the same in whatever order objects arrive", () => {
    const claimants = fc.uniqueArray(
      fc.record({ uid: fc.nat(9), day: fc.integer({ min: 1, max: 3 }), isBound: fc.boolean() }),
      { selector: ({ uid }) => uid, minLength: 1 },
    );
    fc.assert(
      fc.property(claimants, fc.infiniteStream(fc.nat()), (given, random) => {
        const all = given.map(({ uid, day, isBound }) =>
          claimant(String(uid), {
            uid: String(uid),
            creationTimestamp: `2026-01-0${day}T00:00:00Z`,
            ...(isBound ? { boundId: "t1" } : {}),
          }),
        );
        const shuffled = all.map((item) => ({ item, at: random.next().value ?? 0 })).toSorted((a, b) => a.at - b.at);
        const first = ledger().claims;
        const second = ledger().claims;
        for (const item of all) first.put(orders, item);
        for (const { item } of shuffled) second.put(orders, item);
        expect(first.holder(orders)).not.to.equal(undefined);
        expect(first.holder(orders)?.key).to.equal(second.holder(orders)?.key);
      }),
    );
  });
});
