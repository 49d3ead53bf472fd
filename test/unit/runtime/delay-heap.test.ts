import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import { DelayHeap } from "../../../src/runtime/delay-heap.ts";

interface Item {
  readonly dueAt: number;
  readonly order: number;
}

function drain(heap: DelayHeap<Item>): Item[] {
  const items: Item[] = [];
  for (let { first } = heap; first !== undefined; { first } = heap) {
    items.push(first);
    heap.remove(first);
  }
  return items;
}

describe("DelayHeap", () => {
  it("gives items by time, and those of one time in the order they came, whatever is taken out between", () => {
    const times = fc.array(fc.record({ dueAt: fc.integer({ min: 0, max: 20 }), isRemoved: fc.boolean() }));
    fc.assert(
      fc.property(times, (wanted) => {
        const heap = new DelayHeap<Item>();
        const items = wanted.map(({ dueAt, isRemoved }, order) => ({ dueAt, order, isRemoved }));
        for (const item of items) heap.add(item);
        for (const item of items.filter(({ isRemoved }) => isRemoved)) heap.remove(item);
        const kept = items.filter(({ isRemoved }) => !isRemoved);
        expect(heap.size).to.equal(kept.length);
        expect(drain(heap)).to.deep.equal(kept.toSorted((a, b) => a.dueAt - b.dueAt || a.order - b.order));
      }),
    );
  });

  it("takes no notice of an item that is not there", () => {
    const heap = new DelayHeap<Item>();
    const item = { dueAt: 1, order: 1 };
    heap.remove(item);
    heap.add(item);
    heap.remove(item);
    heap.remove(item);
    expect(heap.size).to.equal(0);
  });
});
