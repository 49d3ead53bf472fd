// How calmly addresses are tried, and how a race between them ends.

import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { FailureKind } from "../../../../src/kafka/model/failure.ts";
import { Connector } from "../../../../src/kafka/platformatic/connector.ts";
import { firstToOpen } from "../../../../src/kafka/platformatic/first-to-open.ts";
import { WireError } from "../../../../src/kafka/platformatic/wire-error.ts";
import type { Wire } from "../../../../src/kafka/platformatic/wire.ts";
import { FakeClock, settle } from "../../../fakes/fake-clock.ts";
import { fakeWire } from "./fake-operation.ts";

function failure(kind: FailureKind, message: string = kind): WireError {
  return new WireError({ kind, name: "X", message }, "notWritten");
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "opened",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

function abortable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

interface Attempt {
  succeed(wire?: Wire): void;
  fail(error?: Error): void;
  readonly signal: AbortSignal | undefined;
}

describe("A connector", () => {
  let clock: FakeClock;
  let attempts: Attempt[];
  let connector: Connector;

  beforeEach(() => {
    clock = new FakeClock();
    attempts = [];
    connector = new Connector({
      security: { protocol: "PLAINTEXT" },
      clientId: "test",
      clock,
      handshakeTimeoutMs: 5000,
      observer: {},
      pauseMs: 1000,
      open: (_options, signal) =>
        new Promise((resolve, reject) => {
          const fail = (error: Error = failure("unreachable")): void => reject(error);
          attempts.push({ succeed: (wire = fakeWire()) => resolve(wire), fail, signal });
          signal?.addEventListener("abort", () => fail(failure("unreachable", "given up")));
        }),
    });
  });

  const open = (host = "a", signal?: AbortSignal): Promise<Wire> =>
    connector.open({ address: { host, port: 1 }, requestTimeoutMs: 1000 }, signal);

  it("tries an address that fails once a second, and tells everybody who asks meanwhile", async () => {
    const first = messageOf(open());
    const waiting = [messageOf(open()), messageOf(open())];
    await settle();
    expect(attempts).to.have.length(1);
    await clock.advance(5000);
    attempts[0]?.fail(failure("unreachable", "the first"));
    expect(await Promise.all([first, ...waiting])).to.deep.equal(["the first", "the first", "the first"]);
    expect(attempts).to.have.length(1);
    const later = messageOf(open());
    await settle();
    attempts[1]?.fail(failure("unreachable", "the second"));
    expect(await later).to.equal("the second");
    await clock.advance(999);
    expect(await messageOf(open())).to.equal("the second");
    await clock.advance(1);
    const third = open();
    await settle();
    attempts[2]?.succeed();
    expect((await third).isOpen).to.equal(true);
    expect(attempts).to.have.length(3);
  });

  describe("to several addresses of a bus", () => {
    const HOSTS = ["a", "b", "c"];
    const PASS_MS = 100;
    let tried: { readonly host: string; readonly at: number }[];
    let living: string | undefined;

    beforeEach(() => {
      tried = [];
      living = undefined;
      connector = new Connector({
        security: { protocol: "PLAINTEXT" },
        clientId: "test",
        clock,
        handshakeTimeoutMs: 5000,
        observer: {},
        pauseMs: 1000,
        open: async ({ address: { host } }) => {
          tried.push({ host, at: clock.monotonic() });
          if (host !== living) throw failure("unreachable", `${host} is down`);
          return fakeWire();
        },
      });
    });

    /** All addresses are asked for again and again, by several at once. */
    async function pass(ms: number): Promise<readonly string[]> {
      const answers: string[] = [];
      for (let elapsed = 0; elapsed < ms; elapsed += PASS_MS) {
        for (const host of [...HOSTS, ...HOSTS]) void messageOf(open(host)).then((answer) => answers.push(answer));
        await clock.advance(PASS_MS);
      }
      return answers;
    }

    const countOf = (host: string): number => tried.filter((attempt) => attempt.host === host).length;

    it("tries each once, and then one of them a second in turn", async () => {
      await pass(30_000);
      expect(tried.slice(0, 3).map(({ host, at }) => `${host} ${at}`)).to.deep.equal(["a 0", "b 0", "c 0"]);
      const later = tried.slice(3).map(({ at }) => at);
      for (const [index, at] of later.entries()) expect(at - (later[index - 1] ?? 0)).to.be.at.least(1000);
      for (const host of HOSTS) expect(countOf(host), host).to.be.within(10, 11);
    });

    it("finds the one that comes back within as many seconds as there are addresses", async () => {
      await pass(7_000);
      living = "c";
      const answers = await pass(HOSTS.length * 1000);
      expect(answers).to.include("opened");
    });

    it("tries one that has not failed without waiting for those that have", async () => {
      await messageOf(open("a"));
      await clock.advance(1500);
      await messageOf(open("b"));
      const waiting = messageOf(open("a"));
      living = "c";
      expect(await messageOf(open("c"))).to.equal("opened");
      expect(clock.monotonic()).to.equal(1500);
      await clock.advance(1000);
      expect(await waiting).to.equal("a is down");
      expect(countOf("a")).to.equal(2);
    });

    it("leaves the line when it is given up, or has stood there for long, and leaves no timer behind", async () => {
      for (const host of HOSTS) await messageOf(open(host));
      await clock.advance(1000);
      await messageOf(open("a"));
      const { signal, abort } = abortable();
      const given = messageOf(open("b", signal));
      const patient = HOSTS.slice(1).map((host) => messageOf(open(host)));
      abort();
      expect(await given).to.equal("b is down");
      await clock.advance(3000);
      expect(await Promise.all(patient)).to.deep.equal(["b is down", "c is down"]);
      expect(clock.pendingTimers).to.equal(0);
    });
  });

  it("tries other addresses at the same time", async () => {
    const [one, other] = [messageOf(open("a")), open("b")];
    await settle();
    attempts[0]?.fail();
    attempts[1]?.succeed();
    expect(await one).to.equal("unreachable");
    expect((await other).isOpen).to.equal(true);
  });

  it("lets connections to one address follow each other without a pause while they succeed", async () => {
    const both = [open(), open()];
    await settle();
    expect(attempts).to.have.length(1);
    attempts[0]?.succeed();
    await settle();
    attempts[1]?.succeed();
    expect((await Promise.all(both)).every(({ isOpen }) => isOpen)).to.equal(true);
  });

  it("holds an attempt that was given up against nobody", async () => {
    const controller = new AbortController();
    const given = messageOf(open("a", controller.signal));
    await settle();
    controller.abort();
    expect(await given).to.equal("given up");
    const next = open();
    await settle();
    attempts[1]?.succeed();
    expect((await next).isOpen).to.equal(true);
  });
});

describe("A race between addresses", () => {
  let clock: FakeClock;

  beforeEach(() => {
    clock = new FakeClock();
  });

  it("starts the next when one fails or is silent for too long, and gives up what is left", async () => {
    const started: string[] = [];
    const givenUp: string[] = [];
    const late = fakeWire();
    const silence = Promise.withResolvers<Wire>();
    const winner = fakeWire();
    const race = firstToOpen<Wire>(
      [
        () => {
          started.push("refuses");
          return Promise.reject(failure("unreachable"));
        },
        (signal) => {
          started.push("is silent");
          signal.addEventListener("abort", () => givenUp.push("is silent"));
          return silence.promise;
        },
        async () => {
          started.push("answers");
          return winner;
        },
        async () => {
          started.push("never asked");
          return fakeWire();
        },
      ],
      500,
      clock,
    );
    await settle();
    expect(started).to.deep.equal(["refuses", "is silent"]);
    await clock.advance(500);
    expect(await race).to.equal(winner);
    expect([started.length, givenUp]).to.deep.equal([3, ["is silent"]]);
    silence.resolve(late);
    await settle();
    expect([late.isOpen, winner.isOpen, clock.pendingTimers]).to.deep.equal([false, true, 0]);
  });

  it("ends with the error that says most once all have failed", async () => {
    const race = firstToOpen<Wire>(
      [
        () => Promise.reject(failure("unreachable", "down")),
        () => Promise.reject(failure("authentication", "wrong password")),
        () => Promise.reject(failure("tls", "unknown authority")),
      ],
      500,
      clock,
    );
    expect(await messageOf(race)).to.equal("wrong password");
    await settle();
    expect(clock.pendingTimers).to.equal(0);
  });
});
