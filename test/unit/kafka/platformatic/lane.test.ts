// When a lane sends, what it leaves out, and how it lets go of its connection.

import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { Lane, type LaneOptions } from "../../../../src/kafka/platformatic/lane.ts";
import type { Exchange, Operation } from "../../../../src/kafka/platformatic/operation.ts";
import { WireError } from "../../../../src/kafka/platformatic/wire-error.ts";
import { FakeClock, settle } from "../../../fakes/fake-clock.ts";
import { echo, type FakeItem, fakeOperation, FakeTicket, type FakeWire, fakeWire } from "./fake-operation.ts";

const refused = new WireError({ kind: "unreachable", name: "ECONNREFUSED", message: "nobody listens" }, "notWritten");

function submit(to: Lane, operation: Operation<FakeItem, string>, ...keys: string[]): FakeTicket[] {
  const clusterId = operation.access === "write" ? "C" : undefined;
  const tickets = keys.map((key) => new FakeTicket(operation, { key }, clusterId === undefined ? {} : { clusterId }));
  for (const ticket of tickets) to.submit(ticket);
  return tickets;
}

describe("A lane", () => {
  let clock: FakeClock;
  let wires: FakeWire[];
  let sent: string[][];
  let answers: ((exchange: Exchange<string>) => void)[];

  beforeEach(() => {
    clock = new FakeClock();
    wires = [];
    sent = [];
    answers = [];
  });

  function lane(options: Partial<LaneOptions> = {}): Lane {
    return new Lane({
      brokerId: 1,
      channel: "read",
      clock,
      idleMs: 1000,
      maxInFlight: 1,
      connect: async () => {
        const wire = fakeWire();
        wires.push(wire);
        return wire;
      },
      mayWrite: () => true,
      ...options,
    });
  }

  /** Answers at once. */
  function quick(access: "read" | "write" = "read"): Operation<FakeItem, string> {
    return fakeOperation({
      access,
      exchange: (items, wire) => {
        sent.push(items.map(({ key }) => key));
        return echo(items, wire);
      },
    });
  }

  /** Answers when the test says so. */
  function slow(access: "read" | "write" = "read"): Operation<FakeItem, string> {
    return fakeOperation({
      access,
      exchange: (items) => {
        sent.push(items.map(({ key }) => key));
        return new Promise((resolve) => answers.push(resolve));
      },
    });
  }

  const nothing: Exchange<string> = { results: new Map(), throttleMs: 0 };

  it("sends what comes in one turn of the event loop in one request, over one connection", async () => {
    const idle = lane();
    const tickets = submit(idle, quick(), "a", "b");
    await Promise.resolve();
    tickets.push(...submit(idle, tickets[0]?.operation ?? quick(), "c"));
    expect(sent).to.deep.equal([]);
    await settle();
    expect(sent).to.deep.equal([["a", "b", "c"]]);
    expect(wires).to.have.length(1);
    expect(tickets.map(({ outcomes }) => outcomes)).to.deep.equal(
      ["a", "b", "c"].map((value) => [{ kind: "answered", result: { isOk: true, value }, throttleMs: 0 }]),
    );
  });

  it("collects while it is busy, and sends when a place is free", async () => {
    const busy = lane({ maxInFlight: 2 });
    const operation = slow();
    for (const key of ["a", "b", "c", "d"]) {
      submit(busy, operation, key);
      await settle();
    }
    expect(sent).to.deep.equal([["a"], ["b"]]);
    answers[0]?.(nothing);
    await settle();
    expect(sent).to.deep.equal([["a"], ["b"], ["c", "d"]]);
  });

  it("says of an item that the answer does not name that it was written", async () => {
    const tickets = submit(lane(), slow(), "a");
    await settle();
    answers[0]?.(nothing);
    await settle();
    const [outcome] = tickets[0]?.outcomes ?? [];
    expect(outcome?.kind === "lost" && outcome.error.fate).to.equal("lost");
  });

  it("asks for permission once a write request, right before it is written", async () => {
    const asked: string[] = [];
    let mayWrite = false;
    const writing = lane({
      channel: "write",
      mayWrite: (clusterId) => {
        asked.push(clusterId);
        return mayWrite;
      },
    });
    const operation = quick("write");
    const withheld = submit(writing, operation, "a", "b");
    await settle();
    expect(asked).to.deep.equal(["C"]);
    expect(sent).to.deep.equal([]);
    expect(withheld.every(({ wasWritten }) => !wasWritten)).to.equal(true);
    expect(withheld.map(({ outcomes }) => outcomes[0]?.kind)).to.deep.equal(["dropped", "dropped"]);
    submit(writing, operation, "c");
    mayWrite = true;
    await settle();
    expect(sent).to.deep.equal([["c"]]);
  });

  it("leaves out writes that were judged for another cluster, without their neighbours", async () => {
    const writing = lane({ channel: "write" });
    const operation = quick("write");
    const foreign = new FakeTicket(operation, { key: "x" }, { clusterId: "other" });
    writing.submit(foreign);
    const [own] = submit(writing, operation, "a");
    await settle();
    expect(sent).to.deep.equal([["a"]]);
    expect(foreign.outcomes[0]?.kind).to.equal("dropped");
    expect(own?.outcomes[0]?.kind).to.equal("answered");
  });

  it("gives everything back that waits for a connection that fails, and connects again when asked", async () => {
    let attempts = 0;
    const failing = lane({
      connect: () => {
        attempts += 1;
        return Promise.reject(refused);
      },
    });
    const operation = quick();
    const tickets = submit(failing, operation, "a", "b");
    await settle();
    expect(tickets.map(({ outcomes }) => outcomes)).to.deep.equal([
      [{ kind: "lost", error: refused }],
      [{ kind: "lost", error: refused }],
    ]);
    expect(attempts).to.equal(1);
    submit(failing, operation, "c");
    await settle();
    expect(attempts).to.equal(2);
  });

  it("connects anew when its connection has ended", async () => {
    const lost = lane();
    const operation = quick();
    submit(lost, operation, "a");
    await settle();
    wires[0]?.close();
    submit(lost, operation, "b");
    await settle();
    expect(wires).to.have.length(2);
    expect(sent).to.deep.equal([["a"], ["b"]]);
  });

  it("replaces a connection before its session ends, and closes the old one after the last answer on it", async () => {
    const expiring = lane({ maxInFlight: 2 });
    const operation = slow();
    submit(expiring, operation, "a");
    await settle();
    const [old] = wires;
    if (old !== undefined) old.retireAt = 500;
    await clock.advance(500);
    submit(expiring, operation, "b");
    await settle();
    expect(wires).to.have.length(2);
    expect(old?.isOpen).to.equal(true);
    answers[0]?.(nothing);
    await settle();
    expect(wires.map(({ isOpen }) => isOpen)).to.deep.equal([false, true]);
  });

  it("leaves a broker alone for as long as it asked", async () => {
    const throttled = lane({ channel: "write" });
    const operation = slow("write");
    submit(throttled, operation, "a");
    await settle();
    answers[0]?.({ ...nothing, throttleMs: 300 });
    await settle();
    submit(throttled, operation, "b");
    await clock.advance(299);
    expect(sent).to.deep.equal([["a"]]);
    await clock.advance(1);
    await settle();
    expect(sent).to.deep.equal([["a"], ["b"]]);
  });

  it("closes a connection that is idle, and leaves no timer behind", async () => {
    const idle = lane();
    submit(idle, quick(), "a");
    await settle();
    await clock.advance(999);
    expect(wires[0]?.isOpen).to.equal(true);
    await clock.advance(1);
    expect(wires[0]?.isOpen).to.equal(false);
    expect(clock.pendingTimers).to.equal(0);
  });

  it("finishes what waits when it is retired, then closes", async () => {
    const retired = lane();
    const operation = slow();
    const [ticket] = submit(retired, operation, "a");
    retired.retire();
    await settle();
    expect(sent).to.deep.equal([["a"]]);
    answers[0]?.({ results: new Map([["a", { isOk: true, value: "a" }]]), throttleMs: 0 });
    await settle();
    expect(ticket?.outcomes[0]?.kind).to.equal("answered");
    expect(wires[0]?.isOpen).to.equal(false);
  });

  it("drops what waits when it is closed, and everything after", async () => {
    const closed = lane();
    const operation = slow();
    const tickets = submit(closed, operation, "a");
    await settle();
    tickets.push(...submit(closed, operation, "b"));
    closed.close("over");
    tickets.push(...submit(closed, operation, "c"));
    expect(wires[0]?.isOpen).to.equal(false);
    expect(tickets.map(({ outcomes }) => outcomes[0]?.kind)).to.deep.equal([undefined, "dropped", "dropped"]);
    await settle();
    expect(clock.pendingTimers).to.equal(0);
  });

  it("sends nothing where nobody waits any more", async () => {
    const idle = lane();
    const tickets = submit(idle, quick(), "a");
    for (const ticket of tickets) ticket.isWanted = false;
    await settle();
    expect(wires).to.deep.equal([]);
  });
});
