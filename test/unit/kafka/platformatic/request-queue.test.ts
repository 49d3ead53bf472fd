// Which items share a request, and which request goes next.

import { expect } from "chai";
import * as fc from "fast-check";
import { describe, it } from "mocha";

import type { Priority } from "../../../../src/kafka/admin.ts";
import { type Batch, RequestQueue } from "../../../../src/kafka/platformatic/request-queue.ts";
import { type FakeItem, fakeOperation, FakeTicket } from "./fake-operation.ts";

function keysOf(batch: Batch | undefined): readonly string[] | undefined {
  return batch?.items.map((item) => (item as FakeItem).key);
}

function takeAll(queue: RequestQueue): readonly Batch[] {
  const batches: Batch[] = [];
  for (let batch = queue.take(); batch !== undefined; batch = queue.take()) batches.push(batch);
  return batches;
}

describe("A request queue", () => {
  it("puts items of one operation into one request, in order of arrival", () => {
    const queue = new RequestQueue();
    const operation = fakeOperation();
    for (const key of ["a", "b", "c"]) queue.add(new FakeTicket(operation, { key }));
    expect(keysOf(queue.take())).to.deep.equal(["a", "b", "c"]);
    expect(queue.take()).to.equal(undefined);
    expect(queue.isEmpty).to.equal(true);
  });

  it("respects every limit, but lets one item alone go whatever it weighs", () => {
    const queue = new RequestQueue();
    const operation = fakeOperation({ itemsMost: 3, weightMost: 10 });
    for (const [key, weight] of Object.entries({ a: 4, b: 4, c: 4, d: 50, e: 1, f: 1, g: 1, h: 1 })) {
      queue.add(new FakeTicket(operation, { key, weight }));
    }
    expect(takeAll(queue).map(keysOf)).to.deep.equal([["a", "b"], ["c"], ["d"], ["e", "f", "g"], ["h"]]);
  });

  it("never puts two writes with one key into one request", () => {
    const queue = new RequestQueue();
    const operation = fakeOperation({ access: "write" });
    for (const key of ["a", "b", "a", "a"]) queue.add(new FakeTicket(operation, { key }));
    expect(takeAll(queue).map(keysOf)).to.deep.equal([["a", "b"], ["a"], ["a"]]);
  });

  it("lets reads that ask the same share a place, but not those that ask something else of the same thing", () => {
    const queue = new RequestQueue();
    const operation = fakeOperation();
    queue.add(new FakeTicket(operation, { key: "a" }));
    queue.add(new FakeTicket(operation, { key: "a" }));
    queue.add(new FakeTicket(operation, { key: "a", question: "other" }));
    const [first, second] = takeAll(queue);
    expect(first?.tickets.get("a")).to.have.length(2);
    expect(second?.tickets.get("a")).to.have.length(1);
  });

  it("keeps operations, variants and priorities apart", () => {
    const queue = new RequestQueue();
    const [one, other] = [fakeOperation({ name: "One" }), fakeOperation({ name: "Other" })];
    queue.add(new FakeTicket(one, { key: "a" }));
    queue.add(new FakeTicket(other, { key: "b" }));
    queue.add(new FakeTicket(one, { key: "c", variant: "v" }));
    queue.add(new FakeTicket(one, { key: "d" }, { priority: "bulk" }));
    queue.add(new FakeTicket(one, { key: "e" }));
    expect(takeAll(queue).map(keysOf)).to.deep.equal([["a", "e"], ["b"], ["c"], ["d"]]);
  });

  it("lets live go before bulk, and bulk have one request in eight", () => {
    const queue = new RequestQueue();
    const operation = fakeOperation({ itemsMost: 1 });
    const add = (priority: Priority, count: number): void => {
      for (let index = 0; index < count; index += 1) {
        queue.add(new FakeTicket(operation, { key: `${priority}-${index}` }, { priority }));
      }
    };
    add("bulk", 3);
    add("live", 20);
    const priorities = takeAll(queue).map(({ priority }) => priority);
    const bulkAt = priorities.flatMap((priority, index) => (priority === "bulk" ? [index] : []));
    expect(bulkAt).to.deep.equal([7, 15, 22]);
  });

  it("passes over what nobody waits for any more", () => {
    const queue = new RequestQueue();
    const operation = fakeOperation();
    const [dropped, wanted] = [new FakeTicket(operation, { key: "a" }), new FakeTicket(operation, { key: "b" })];
    queue.add(dropped);
    queue.add(wanted);
    dropped.isWanted = false;
    expect(keysOf(queue.take())).to.deep.equal(["b"]);
    wanted.isWanted = false;
    queue.add(wanted);
    expect(queue.isEmpty).to.equal(true);
    expect(queue.take()).to.equal(undefined);
  });

  it("sends every ticket exactly once within the limits, whatever the mixture", () => {
    const ticket = fc.record({
      key: fc.constantFrom("a", "b", "c", "d"),
      question: fc.constantFrom("x", "y"),
      variant: fc.constantFrom("", "v"),
      weight: fc.integer({ min: 1, max: 6 }),
      priority: fc.constantFrom<Priority>("live", "bulk"),
      operation: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(ticket, { maxLength: 60 }), (specs) => {
        const operations = [
          fakeOperation({ name: "R", itemsMost: 5, weightMost: 8 }),
          fakeOperation({ name: "W", access: "write", itemsMost: 5, weightMost: 8 }),
          fakeOperation({ name: "S", itemsMost: 2 }),
        ];
        const queue = new RequestQueue();
        const tickets = specs.flatMap(({ operation, priority, ...item }) => {
          const chosen = operations[operation];
          return chosen ? [new FakeTicket(chosen, item, { priority })] : [];
        });
        for (const each of tickets) queue.add(each);
        const batches = takeAll(queue);
        const sent = batches.flatMap((batch) => [...batch.tickets.values()].flat());
        expect(sent).to.have.members(tickets);
        expect(new Set(sent).size).to.equal(tickets.length);
        for (const { items, operation, tickets: byKey } of batches) {
          expect(new Set(items.map((item) => operation.keyOf(item))).size).to.equal(items.length);
          for (const limit of operation.limits) {
            const sum = items.reduce<number>((total, item) => total + limit.of(item), 0);
            expect(items.length === 1 || sum <= limit.most).to.equal(true);
          }
          if (operation.access === "write")
            expect([...byKey.values()].every(({ length }) => length === 1)).to.equal(true);
        }
      }),
    );
  });
});
