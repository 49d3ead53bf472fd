import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { RolloutCause } from "../../../../src/controllers/rollout/rollout-cause.ts";
import { RolloutPacer, type TurnEnd } from "../../../../src/controllers/rollout/rollout-pacer.ts";
import { FakeClock } from "../../../fakes/fake-clock.ts";

const pace = { maxTopicsPerMinute: 60, pauseOnFailures: 3 };
const policy: RolloutCause = { object: "RetentionPolicy/a", generation: 2, attempt: "" };
const bus: RolloutCause = { object: "EventBus/b", generation: 5, attempt: "" };
const SECOND = 1_000;

describe("RolloutPacer", () => {
  let clock: FakeClock;
  let pacer: RolloutPacer;
  /** What topics do with a turn; applied at once where nothing else is said. */
  let ends: Map<string, TurnEnd | "later">;
  let wants: Map<string, readonly RolloutCause[]>;
  let done: string[];

  /** As the controller runs a topic: it asks for a turn, and what comes of it is concluded. */
  function run(key: string, busName = "b"): void {
    const causes = wants.get(key) ?? [];
    if (causes.length === 0) return pacer.conclude(key, "unused");
    const turn = pacer.turn(busName, key, causes, pace);
    if (turn !== "now") return pacer.conclude(key, "waiting");
    const end = ends.get(key) ?? "applied";
    if (end === "later") return;
    if (end === "applied") {
      wants.delete(key);
      done.push(key);
    }
    pacer.conclude(key, end);
  }

  /** `count` topics want what `cause` says, and run once. */
  function begin(count: number, cause = policy, prefix = "t", busName = "b"): string[] {
    const keys = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    for (const key of keys) wants.set(key, [cause]);
    for (const key of keys) run(key, busName);
    return keys;
  }

  beforeEach(() => {
    clock = new FakeClock();
    pacer = new RolloutPacer(clock, (key) => run(key));
    ends = new Map();
    wants = new Map();
    done = [];
  });

  it("lets a few go at once, and then as many a minute as it may, in the order in which they came", async () => {
    const keys = begin(70);
    expect(done).to.deep.equal(keys.slice(0, 3));
    expect(pacer.progress(policy.object)).to.deep.include({ applied: 3, rejected: [] });
    await clock.advance(SECOND);
    expect(done).to.deep.equal(keys.slice(0, 4));
    await clock.advance(59 * SECOND);
    expect(done).to.deep.equal(keys.slice(0, 63));
    await clock.advance(60 * SECOND);
    expect(done).to.deep.equal(keys);
    expect(pacer.progress(policy.object), "nothing is left").to.equal(undefined);
    expect(clock.pendingTimers).to.equal(0);
  });

  it("has no more than a few under way at a time, however long they take", async () => {
    for (let index = 0; index < 3; index++) ends.set(`t${index}`, "later");
    const keys = begin(5);
    await clock.advance(600 * SECOND);
    expect(done).to.deep.equal([]);
    pacer.conclude("t1", "applied");
    expect(done).to.deep.equal([keys[3], keys[4]]);
  });

  it("tells who waits, and how many have been reached", () => {
    begin(30);
    const progress = pacer.progress(policy.object);
    expect(progress?.applied).to.equal(3);
    expect(progress?.waiting).to.have.length(27).and.include("t3").and.not.include("t2");
  });

  it("pauses when brokers reject it on several topics in a row, until there is another attempt", async () => {
    for (let index = 0; index < 3; index++) ends.set(`t${index}`, "rejected");
    begin(10);
    await clock.advance(600 * SECOND);
    expect(done).to.deep.equal([]);
    expect(pacer.progress(policy.object)).to.deep.include({ applied: 0, rejected: ["t0", "t1", "t2"] });
    expect(pacer.isPaused("b", policy)).to.equal(true);
    expect(clock.pendingTimers, "nothing ticks while it is paused").to.equal(0);
    pacer.update(policy);
    expect(done).to.deep.equal([]);
    pacer.update({ ...policy, attempt: "approved" });
    await clock.advance(600 * SECOND);
    expect(done).to.deep.equal(["t3", "t4", "t5", "t6", "t7", "t8", "t9"]);
  });

  it("has no more rejected than make it pause, also where several are under way", () => {
    for (let index = 0; index < 5; index++) ends.set(`t${index}`, "later");
    begin(5);
    pacer.conclude("t0", "rejected");
    pacer.conclude("t1", "rejected");
    pacer.conclude("t2", "rejected");
    expect(pacer.progress(policy.object)).to.deep.include({ rejected: ["t0", "t1", "t2"], waiting: ["t3", "t4"] });
  });

  it("does not pause for rejections that are not in a row, or all of one topic", async () => {
    for (const key of ["t0", "t1", "t3", "t4"]) ends.set(key, "rejected");
    begin(6);
    await clock.advance(600 * SECOND);
    expect(done).to.deep.equal(["t2", "t5"]);
    for (let again = 0; again < 5; again++) {
      run("t0");
      await clock.advance(60 * SECOND);
    }
    expect(pacer.isPaused("b", policy)).to.equal(false);
  });

  it("gives a turn that was not used to the next", () => {
    ends.set("t0", "unused");
    begin(4);
    expect(done).to.deep.equal(["t1", "t2", "t3"]);
  });

  it("lets nobody wait who no longer wants anything", async () => {
    begin(6);
    wants.delete("t3");
    run("t3");
    await clock.advance(SECOND);
    expect(done).to.deep.equal(["t0", "t1", "t2", "t4"]);
    pacer.conclude("t5", "unused");
    expect(pacer.progress(policy.object)).to.equal(undefined);
    await clock.advance(SECOND);
    expect(clock.pendingTimers).to.equal(0);
  });

  it("keeps buses apart", () => {
    begin(5);
    begin(3, policy, "u", "c");
    expect(done).to.include.members(["u0", "u1", "u2"]);
  });

  it("keeps the rollouts of one bus apart, but for its pace", async () => {
    for (let index = 0; index < 3; index++) ends.set(`t${index}`, "rejected");
    begin(5);
    begin(5, bus, "u");
    await clock.advance(10 * SECOND);
    expect(done).to.deep.equal(["u0", "u1", "u2", "u3", "u4"]);
    expect(pacer.progress(bus.object)).to.equal(undefined);
    expect(pacer.progress(policy.object)?.waiting).to.deep.equal(["t3", "t4"]);
  });

  it("lets a topic go for one cause while the other is paused", async () => {
    for (let index = 0; index < 3; index++) ends.set(`t${index}`, "rejected");
    begin(3);
    wants.set("both", [policy, bus]);
    await clock.advance(10 * SECOND);
    run("both");
    expect(done).to.deep.equal(["both"]);
  });

  it("forgets a bus that is gone, and stops without a trace", async () => {
    begin(6);
    pacer.forget("b");
    await clock.advance(600 * SECOND);
    expect(done).to.have.length(3);
    begin(6, policy, "u");
    pacer.stop();
    expect(clock.pendingTimers).to.equal(0);
  });
});
