import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { Manager, type ManagerOptions, type Runnable } from "../../../src/runtime/manager.ts";
import { FakeClock, settle } from "../../fakes/fake-clock.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";

describe("Manager", () => {
  let clock: FakeClock;
  let log: RecordingLogger;
  let steps: string[];
  let hasSynced: boolean;
  let lead: PromiseWithResolvers<void>;

  beforeEach(() => {
    clock = new FakeClock();
    log = new RecordingLogger();
    steps = [];
    hasSynced = true;
    lead = Promise.withResolvers<void>();
  });

  const part = (name: string, change: Partial<Runnable> = {}): Runnable => ({
    name,
    start: () => void steps.push(`+${name}`),
    stop: () => void steps.push(`-${name}`),
    ...change,
  });
  const managerWith = (options: Partial<ManagerOptions> = {}): Manager =>
    new Manager({
      servers: [part("server")],
      caches: [
        {
          name: "cache",
          get hasSynced() {
            return hasSynced;
          },
          run: (signal) => {
            steps.push("+cache");
            return new Promise((resolve) => {
              signal.addEventListener("abort", () => {
                steps.push("-cache");
                resolve();
              });
            });
          },
        },
      ],
      leadership: {
        start: () => steps.push("+lease"),
        acquired: lead.promise,
        isLeaderNow: () => true,
        lost: new AbortController().signal,
        stop: () => {
          steps.push("-lease");
          return Promise.resolve();
        },
      },
      leaderRunnables: [part("first"), part("second")],
      lastWords: [part("events")],
      clock,
      log,
      ...options,
    });

  it("starts and stops its parts in the one safe order", async () => {
    const manager = managerWith();
    lead.resolve();
    await manager.start();
    await manager.stop();
    expect(steps).to.deep.equal([
      "+events",
      "+server",
      "+cache",
      "+lease",
      "+first",
      "+second",
      "-second",
      "-first",
      "-lease",
      "-cache",
      "-server",
      "-events",
    ]);
    expect(clock.pendingTimers, "timers left behind").to.equal(0);
    expect(log.messages("error")).to.deep.equal([]);
  });

  it("decides nothing before every cache is filled, nor before it leads", async () => {
    hasSynced = false;
    const starting = managerWith().start();
    await clock.advance(60_000);
    expect(steps).to.deep.equal(["+events", "+server", "+cache"]);
    hasSynced = true;
    await clock.advance(100);
    expect(steps).to.deep.equal(["+events", "+server", "+cache", "+lease"]);
    lead.resolve();
    await starting;
    expect(steps.slice(-2)).to.deep.equal(["+first", "+second"]);
  });

  it("gives up when a cache is not filled in time, and names it", async () => {
    hasSynced = false;
    const manager = managerWith();
    const failing = manager.start().catch((error: unknown) => error);
    await clock.advance(120_000);
    expect(await failing)
      .to.be.instanceOf(Error)
      .with.property("message", "Cannot start: no list of cache within 120 s");
    await manager.stop();
    expect(clock.pendingTimers).to.equal(0);
  });

  it("rejects when a part cannot start", async () => {
    const broken = part("server", { start: () => Promise.reject(new Error("The port is taken")) });
    const error: unknown = await managerWith({ servers: [broken] })
      .start()
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error).with.property("message", "The port is taken");
  });

  for (const moment of ["caches are filled", "it leads"] as const) {
    it(`stops in order while it waits until ${moment}`, async () => {
      hasSynced = moment !== "caches are filled";
      const manager = managerWith();
      const starting = manager.start();
      await clock.advance(100);
      await manager.stop();
      await starting;
      lead.resolve();
      await settle();
      expect(steps).to.include.members(["-lease", "-cache", "-server", "-events"]);
      expect(steps).not.to.include("+first");
    });
  }

  it("makes every step of the stop, whatever the ones before it did, and keeps the lease until what leads has had its time", async () => {
    const manager = managerWith({
      leaderRunnables: [
        part("hangs", { stop: () => new Promise(() => {}) }),
        part("throws", {
          stop: () => {
            throw new Error("A bug");
          },
        }),
      ],
      stopTimeoutMs: 5_000,
    });
    lead.resolve();
    await manager.start();
    steps.length = 0;
    const stopping = manager.stop();
    await clock.advance(4_999);
    expect(steps).to.deep.equal([]);
    await clock.advance(1);
    await stopping;
    expect(steps).to.deep.equal(["-lease", "-cache", "-server", "-events"]);
    expect(log.messages("error")).to.have.length.at.least(2);
  });

  it("gives the lease up before it waits for what is only its own", async () => {
    const hangs = { name: "cache", hasSynced: true, run: () => new Promise<void>(() => {}) };
    const manager = managerWith({ caches: [hangs] });
    lead.resolve();
    await manager.start();
    const stopping = manager.stop();
    await settle();
    expect(steps.at(-1)).to.equal("-lease");
    await clock.advance(30_000);
    await stopping;
    expect(steps.slice(-2)).to.deep.equal(["-server", "-events"]);
  });

  it("stops once, however often it is asked", async () => {
    const manager = managerWith();
    lead.resolve();
    await manager.start();
    await Promise.all([manager.stop(), manager.stop()]);
    await manager.stop();
    expect(steps.filter((step) => step === "-lease")).to.have.length(1);
  });
});
