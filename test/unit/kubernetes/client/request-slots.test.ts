import { getEventListeners } from "node:events";

import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { RequestSlots } from "../../../../src/kubernetes/client/request-slots.ts";
import type { Priority } from "../../../../src/runtime/priority.ts";

const { signal } = new AbortController();

describe("RequestSlots", () => {
  it("gives slots live before bulk, with one turn in eight for bulk", async () => {
    const slots = new RequestSlots(1);
    const release = await slots.acquire("live", signal);
    const order: Priority[] = [];
    const work = async (priority: Priority): Promise<void> => {
      const giveBack = await slots.acquire(priority, signal);
      order.push(priority);
      giveBack();
    };
    const all = Array.from({ length: 16 }, (_, index) => work(index % 2 === 0 ? "bulk" : "live"));
    release();
    await Promise.all(all);
    expect(
      order
        .slice(0, 9)
        .map((priority) => priority[0])
        .join(""),
    ).to.equal("lllllllbl");
  });

  it("lets who aborts leave the line, and leaves no listener behind", async () => {
    const slots = new RequestSlots(1);
    const release = await slots.acquire("live", signal);
    const stop = new AbortController();
    const waiting = slots.acquire("live", stop.signal).catch((error: unknown) => error);
    const patient = slots.acquire("live", signal);
    const reason = new Error("Enough");
    stop.abort(reason);
    expect(await waiting).to.equal(reason);
    release();
    (await patient)();
    expect(slots.waiting).to.equal(0);
    expect(getEventListeners(signal, "abort")).to.have.length(0);
  });

  it("takes a slot back once, however often it is given", async () => {
    const slots = new RequestSlots(1);
    const release = await slots.acquire("live", signal);
    release();
    release();
    await slots.acquire("live", signal);
    let isHeld = false;
    void slots.acquire("live", signal).then(() => (isHeld = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isHeld).to.equal(false);
  });

  it("never has more holders than slots, and serves everyone who stays", async () => {
    const arrivals = fc.array(fc.record({ isBulk: fc.boolean(), turns: fc.nat(5), leaves: fc.boolean() }), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), arrivals, async (size, wanted) => {
        const slots = new RequestSlots(size);
        let holders = 0;
        let served = 0;
        const visits = wanted.map(async ({ isBulk, turns, leaves }) => {
          const stop = new AbortController();
          const slot = slots.acquire(isBulk ? "bulk" : "live", stop.signal).catch(() => undefined);
          if (leaves) stop.abort(new Error("Leaves"));
          const release = await slot;
          if (release === undefined) return;
          holders += 1;
          expect(holders).to.be.at.most(size);
          for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
          holders -= 1;
          served += 1;
          release();
        });
        await Promise.all(visits);
        expect(served).to.be.at.least(wanted.filter(({ leaves }) => !leaves).length);
        expect(slots.waiting).to.equal(0);
      }),
    );
  });
});
