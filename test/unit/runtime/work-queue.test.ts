import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { WorkQueue, type Work, type WorkQueueOptions } from "../../../src/runtime/work-queue.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";

const laneOf = (key: string): string => key.split("/")[0] ?? "";

const keysOf = (queue: WorkQueue): string[] => {
  const keys: string[] = [];
  for (let work = queue.next(); work !== undefined; work = queue.next()) keys.push(work.key);
  return keys;
};

describe("WorkQueue", () => {
  let clock: FakeClock;
  let notices: number;

  beforeEach(() => {
    clock = new FakeClock();
    notices = 0;
  });

  const queueWith = (options: Partial<WorkQueueOptions> = {}): WorkQueue =>
    new WorkQueue({ clock, maxInFlight: 100, onReady: () => (notices += 1), ...options });
  const notified = (act: () => void): boolean => {
    const before = notices;
    act();
    return notices > before;
  };

  it("hands out keys in the order in which they became ready", () => {
    const queue = queueWith();
    queue.add("late", { afterMs: 20 });
    queue.add("now");
    queue.add("soon", { afterMs: 10 });
    clock.advanceSync(30);
    expect(keysOf(queue)).to.deep.equal(["now", "soon", "late"]);
  });

  it("hands out a key once, however often it was added", () => {
    const queue = queueWith();
    for (let time = 0; time < 3; time += 1) queue.add("key");
    expect(keysOf(queue)).to.deep.equal(["key"]);
  });

  it("never hands out a key that has not been given back", () => {
    const queue = queueWith();
    queue.add("key");
    expect(keysOf(queue)).to.deep.equal(["key"]);
    queue.add("key");
    expect(keysOf(queue)).to.deep.equal([]);
    queue.done("key");
    expect(keysOf(queue)).to.deep.equal(["key"]);
  });

  it("hands out a key once more when it was added any number of times meanwhile", () => {
    const queue = queueWith();
    queue.add("key");
    queue.next();
    for (let time = 0; time < 3; time += 1) queue.add("key");
    queue.done("key");
    expect(keysOf(queue)).to.deep.equal(["key"]);
    queue.done("key");
    expect(keysOf(queue)).to.deep.equal([]);
  });

  it("keeps the earliest time of several", () => {
    const queue = queueWith();
    queue.add("key", { afterMs: 50 });
    queue.add("key", { afterMs: 10 });
    queue.add("key", { afterMs: 90 });
    clock.advanceSync(9);
    expect(keysOf(queue)).to.deep.equal([]);
    clock.advanceSync(1);
    expect(keysOf(queue)).to.deep.equal(["key"]);
  });

  it("keeps the earliest time of what was asked for during the run, from the moment it was asked", () => {
    const queue = queueWith();
    queue.add("key");
    queue.next();
    queue.add("key", { afterMs: 100 });
    clock.advanceSync(60);
    queue.add("key", { afterMs: 100 });
    queue.done("key");
    clock.advanceSync(39);
    expect(keysOf(queue)).to.deep.equal([]);
    clock.advanceSync(1);
    expect(keysOf(queue)).to.deep.equal(["key"]);
  });

  it("keeps a ready key ready whatever delay is added", () => {
    const queue = queueWith();
    queue.add("key");
    queue.add("key", { afterMs: 1_000 });
    expect(keysOf(queue)).to.deep.equal(["key"]);
  });

  it("tells how long a key stood ready, not how long it was delayed", () => {
    const queue = queueWith();
    queue.add("key", { afterMs: 50 });
    clock.advanceSync(80);
    expect(queue.next()?.waitedMs).to.equal(30);
  });

  it("prefers live keys, but gives one turn in eight to bulk", () => {
    const queue = queueWith();
    for (let index = 0; index < 20; index += 1) {
      queue.add(`bulk-${index}`, { priority: "bulk" });
      queue.add(`live-${index}`);
    }
    const kinds = keysOf(queue).map((key) => key.slice(0, 4));
    for (let start = 0; start < 16; start += 8) {
      expect(kinds.slice(start, start + 8).filter((kind) => kind === "bulk")).to.have.length(1);
    }
    expect(kinds).to.have.length(40);
  });

  it("gives bulk every turn while nothing live waits", () => {
    const queue = queueWith();
    for (let index = 0; index < 10; index += 1) queue.add(`${index}`, { priority: "bulk" });
    expect(keysOf(queue)).to.have.length(10);
  });

  it("keeps the highest priority, and lets a key that rises stand behind those already there", () => {
    const queue = queueWith();
    queue.add("rising", { priority: "bulk" });
    queue.add("live");
    queue.add("rising");
    queue.add("rising", { priority: "bulk" });
    expect([queue.next(), queue.next()].map((work) => [work?.key, work?.priority])).to.deep.equal([
      ["live", "live"],
      ["rising", "live"],
    ]);
  });

  it("serves lanes in turn within a priority", () => {
    const queue = queueWith({ laneOf });
    for (const key of ["a/1", "a/2", "a/3", "b/1", "c/1", "c/2"]) queue.add(key);
    expect(keysOf(queue)).to.deep.equal(["a/1", "b/1", "c/1", "a/2", "c/2", "a/3"]);
  });

  it("keeps a lane within its limit, and others unharmed", () => {
    const queue = queueWith({ laneOf, laneLimit: (lane) => (lane === "a" ? 1 : 10) });
    for (const key of ["a/1", "a/2", "b/1", "b/2"]) queue.add(key);
    expect(keysOf(queue)).to.deep.equal(["a/1", "b/1", "b/2"]);
    queue.done("a/1");
    expect(keysOf(queue)).to.deep.equal(["a/2"]);
  });

  it("hands out bulk in bursts, and keeps room for live", () => {
    const queue = queueWith({ laneLimit: () => 6, bulkLimit: { most: 4, againAt: 1 } });
    for (let index = 0; index < 7; index += 1) queue.add(`bulk-${index}`, { priority: "bulk" });
    expect(keysOf(queue)).to.deep.equal(["bulk-0", "bulk-1", "bulk-2", "bulk-3"]);
    queue.add("live");
    expect(keysOf(queue)).to.deep.equal(["live"]);
    for (const key of ["bulk-0", "bulk-1"]) queue.done(key);
    expect(keysOf(queue)).to.deep.equal([]);
    expect(notified(() => queue.done("bulk-2"))).to.equal(true);
    expect(keysOf(queue)).to.deep.equal(["bulk-4", "bulk-5", "bulk-6"]);
    expect(queue.load).to.equal(5);
  });

  it("keeps the whole within its limit", () => {
    const queue = queueWith({ maxInFlight: 2 });
    for (const key of ["1", "2", "3"]) queue.add(key);
    expect(keysOf(queue)).to.deep.equal(["1", "2"]);
    queue.done("1");
    expect(keysOf(queue)).to.deep.equal(["3"]);
  });

  it("hands out nothing of a paused lane until it is resumed, then in order", () => {
    const queue = queueWith({ laneOf });
    queue.add("a/1");
    queue.pause("a");
    queue.add("a/2");
    queue.add("b/1");
    expect(keysOf(queue)).to.deep.equal(["b/1"]);
    expect(queue.depth("live")).to.equal(2);
    queue.resume("a");
    expect(keysOf(queue)).to.deep.equal(["a/1", "a/2"]);
  });

  it("may pause a lane before it has any key", () => {
    const queue = queueWith({ laneOf });
    queue.pause("a");
    queue.add("a/1");
    expect(keysOf(queue)).to.deep.equal([]);
  });

  it("moves a waiting key to the lane where it now belongs when it is added again", () => {
    let lane = "old";
    const queue = queueWith({ laneOf: () => lane });
    queue.pause("old");
    queue.add("key");
    lane = "new";
    queue.add("key");
    expect(keysOf(queue)).to.deep.equal(["key"]);
  });

  it("frees the slot of an overdue key without unlocking it", () => {
    const queue = queueWith({ maxInFlight: 1 });
    queue.add("overdue");
    queue.add("other");
    expect(keysOf(queue)).to.deep.equal(["overdue"]);
    queue.release("overdue");
    queue.release("overdue");
    queue.add("overdue");
    expect(keysOf(queue)).to.deep.equal(["other"]);
    queue.done("overdue");
    expect(keysOf(queue), "the other still holds the only slot").to.deep.equal([]);
    queue.done("other");
    expect(keysOf(queue)).to.deep.equal(["overdue"]);
  });

  it("says so when something may be taken that could not be before", () => {
    const queue = queueWith({ laneOf, maxInFlight: 1 });
    expect(notified(() => queue.add("a/1"))).to.equal(true);
    expect(notified(() => queue.add("a/2", { afterMs: 5 }))).to.equal(false);
    queue.next();
    expect(notified(() => clock.advanceSync(5))).to.equal(true);
    expect(notified(() => queue.done("a/1"))).to.equal(true);
    queue.pause("a");
    expect(notified(() => queue.resume("a"))).to.equal(true);
  });

  it("accepts and hands out nothing after close, and tells when all is given back", async () => {
    const queue = queueWith();
    queue.add("running");
    queue.next();
    queue.add("waiting");
    queue.add("delayed", { afterMs: 10 });
    queue.close();
    queue.add("new");
    clock.advanceSync(20);
    expect(keysOf(queue)).to.deep.equal([]);
    let isDrained = false;
    const drained = queue.drained.then(() => (isDrained = true));
    await Promise.resolve();
    expect(isDrained).to.equal(false);
    queue.add("running");
    queue.done("running");
    await drained;
    expect(keysOf(queue)).to.deep.equal([]);
  });

  it("leaves no timer behind after close", () => {
    const queue = queueWith();
    queue.add("delayed", { afterMs: 10 });
    queue.close();
    expect(clock.pendingTimers).to.equal(0);
  });

  it("uses one timer for any number of delayed keys", () => {
    const queue = queueWith();
    for (let index = 100; index > 0; index -= 1) queue.add(`${index}`, { afterMs: index });
    expect(clock.pendingTimers).to.equal(1);
    expect(queue.delayed).to.equal(100);
    clock.advanceSync(100);
    expect(keysOf(queue)).to.have.length(100);
    expect(clock.pendingTimers).to.equal(0);
  });

  it("reports depth by priority and the age of what runs", () => {
    const queue = queueWith();
    queue.add("a");
    queue.add("b", { priority: "bulk" });
    queue.add("c", { priority: "bulk" });
    const work: Work | undefined = queue.next();
    clock.advanceSync(7);
    expect([work?.key, queue.depth("live"), queue.depth("bulk")]).to.deep.equal(["a", 0, 2]);
    expect(queue.runningForMs()).to.deep.equal([7]);
  });
});
