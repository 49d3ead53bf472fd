import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { Claims, type Claimant, type ClaimName, type WantedName } from "../../../src/controllers/claims.ts";
import { collisionKey } from "../../../src/domain/topic-name.ts";

const orders: ClaimName = { clusterId: "c1", name: "shop.orders" };

function claimant(key: string, given: Partial<Claimant> = {}): Claimant {
  return { key, uid: `uid-${key}`, creationTimestamp: "2026-01-01T00:00:00Z", ...given };
}

/** A claim of one name. */
function put(claims: Claims, id: ClaimName, { boundId, ...owner }: Claimant): void {
  claims.put(owner, [{ ...id, boundId }]);
}

function ledger(): { readonly claims: Claims; readonly woken: string[][] } {
  const woken: string[][] = [];
  return { claims: new Claims(collisionKey, (keys) => woken.push([...keys])), woken };
}

describe("Claims", () => {
  it("gives the name to the older object", () => {
    const { claims } = ledger();
    put(claims, orders, claimant("young", { creationTimestamp: "2026-02-01T00:00:00Z" }));
    put(claims, orders, claimant("old"));
    expect(claims.holder(orders)?.key).to.equal("old");
  });

  it("gives the name to the smaller UID among objects of one second", () => {
    const { claims } = ledger();
    put(claims, orders, claimant("b"));
    put(claims, orders, claimant("a"));
    expect(claims.holder(orders)?.key).to.equal("a");
  });

  it("prefers the object bound to the live topic to any older one", () => {
    const { claims } = ledger();
    put(claims, orders, claimant("old"));
    put(claims, orders, claimant("bound", { creationTimestamp: "2026-02-01T00:00:00Z", boundId: "t1" }));
    expect(claims.holder(orders)?.key).to.equal("bound");
  });

  it("does not prefer an object that is bound to a topic of the past", () => {
    const { claims } = ledger();
    put(claims, orders, claimant("old"));
    put(claims, orders, claimant("bound", { creationTimestamp: "2026-02-01T00:00:00Z", boundId: "t1" }));
    expect(claims.sawId("bound", orders, "t2")).to.equal(false);
    expect(claims.holder(orders)?.key).to.equal("old");
  });

  it("tells a holder that another is bound to what Kafka shows, and gives way when its run has ended", () => {
    const { claims, woken } = ledger();
    put(claims, orders, claimant("old", { boundId: "t1" }));
    put(claims, orders, claimant("young", { creationTimestamp: "2026-02-01T00:00:00Z", boundId: "t2" }));
    expect(claims.hold("old", orders)).to.equal(true);
    expect(claims.sawId("old", orders, "t2")).to.equal(false);
    expect(claims.holder(orders)?.key).to.equal("old");
    claims.release("old");
    expect(claims.holder(orders)?.key).to.equal("young");
    expect(woken.at(-1)).to.include("young");
  });

  it("stays with a holder that has made its topic anew", () => {
    const { claims } = ledger();
    put(claims, orders, claimant("old"));
    put(claims, orders, claimant("bound", { creationTimestamp: "2026-02-01T00:00:00Z", boundId: "t1" }));
    expect(claims.sawId("bound", orders, "t1")).to.equal(true);
    claims.bind("bound", orders, "t2");
    expect(claims.holder(orders)?.key).to.equal("bound");
  });

  it("keeps a holder whose run is under way, and lets go afterwards", () => {
    const { claims } = ledger();
    put(claims, orders, claimant("young", { creationTimestamp: "2026-02-01T00:00:00Z" }));
    expect(claims.hold("young", orders)).to.equal(true);
    put(claims, orders, claimant("old"));
    expect(claims.hold("old", orders)).to.equal(false);
    expect(claims.holder(orders)?.key).to.equal("young");
    claims.release("young");
    expect(claims.holder(orders)?.key).to.equal("old");
  });

  it("counts a topic that a run has just made from that moment, against whoever would go before", () => {
    const { claims } = ledger();
    put(claims, orders, claimant("b"));
    claims.hold("b", orders);
    claims.bind("b", orders, "t1");
    claims.release("b");
    put(claims, orders, claimant("a"));
    expect(claims.holder(orders)?.key).to.equal("b");
  });

  it("wakes all claimants when the holder changes, and nobody when it does not", () => {
    const { claims, woken } = ledger();
    put(claims, orders, claimant("old"));
    woken.length = 0;
    put(claims, orders, claimant("young", { creationTimestamp: "2026-02-01T00:00:00Z" }));
    expect(woken).to.deep.equal([]);
    claims.remove("old");
    expect(woken).to.deep.equal([["young"]]);
  });

  it("does not wake an object by its own claim, but those whom it displaces", () => {
    const { claims, woken } = ledger();
    put(claims, orders, claimant("young", { creationTimestamp: "2026-02-01T00:00:00Z" }));
    expect(woken).to.deep.equal([]);
    put(claims, orders, claimant("old"));
    expect(woken).to.deep.equal([["young"]]);
  });

  it("keeps one ledger for a cluster, whatever bus leads to it", () => {
    const { claims } = ledger();
    put(claims, orders, claimant("a"));
    put(claims, { clusterId: "c2", name: orders.name }, claimant("b"));
    expect(claims.holder(orders)?.key).to.equal("a");
    expect(claims.holder({ clusterId: "c2", name: orders.name })?.key).to.equal("b");
  });

  it("finds a name that Kafka does not tell apart", () => {
    const { claims } = ledger();
    put(claims, orders, claimant("a"));
    expect(claims.collision({ clusterId: "c1", name: "shop_orders" })?.name).to.equal("shop.orders");
    expect(claims.collision({ clusterId: "c2", name: "shop_orders" })).to.equal(undefined);
    expect(claims.collision(orders)).to.equal(undefined);
    claims.remove("a");
    expect(claims.collision({ clusterId: "c1", name: "shop_orders" })).to.equal(undefined);
  });

  it("tells a collision to one of two objects only, so that the other may go on", () => {
    const { claims } = ledger();
    const underscored = { clusterId: "c1", name: "shop_orders" };
    put(claims, orders, claimant("young", { creationTimestamp: "2026-02-01T00:00:00Z" }));
    put(claims, underscored, claimant("old"));
    expect(claims.collision(orders)?.holder.key).to.equal("old");
    expect(claims.collision(underscored)).to.equal(undefined);
  });

  it("wakes those that were kept out by a collision once it is over", () => {
    const { claims, woken } = ledger();
    put(claims, orders, claimant("a"));
    put(claims, { clusterId: "c1", name: "shop_orders" }, claimant("b"));
    woken.length = 0;
    claims.remove("a");
    expect(woken).to.deep.equal([["b"]]);
  });

  it("holds several names for one object, and lets go of those that it no longer wants", () => {
    const { claims } = ledger();
    const letters: WantedName = { clusterId: "c1", name: "shop.orders.dlq" };
    claims.put(claimant("a"), [orders, letters]);
    claims.put(claimant("b"), [letters]);
    expect([claims.hold("a", orders), claims.hold("a", letters), claims.hold("b", letters)]).to.deep.equal([
      true,
      true,
      false,
    ]);
    claims.put(claimant("a"), [orders]);
    claims.release("a");
    expect(claims.holder(orders)?.key).to.equal("a");
    expect(claims.holder(letters)?.key).to.equal("b");
    claims.remove("a");
    expect(claims.holder(orders)).to.equal(undefined);
  });

  it("lets nobody claim what depends on a name that another holds", () => {
    const { claims, woken } = ledger();
    const letters: WantedName = { clusterId: "c1", name: "shop.orders.dlq" };
    claims.put(claimant("winner", { creationTimestamp: "2026-02-01T00:00:00Z" }), [
      { ...orders, boundId: "t1" },
      letters,
    ]);
    woken.length = 0;
    claims.put(claimant("older"), [orders, letters]);
    expect(claims.holder(letters)?.key).to.equal("winner");
    expect(woken).to.deep.equal([]);
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
        for (const item of all) put(first, orders, item);
        for (const { item } of shuffled) put(second, orders, item);
        expect(first.holder(orders)).not.to.equal(undefined);
        expect(first.holder(orders)?.key).to.equal(second.holder(orders)?.key);
      }),
    );
  });
});
