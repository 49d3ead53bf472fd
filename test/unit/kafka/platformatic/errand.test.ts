// What becomes of one call: answers, retries, deadlines, aborts and the end of the admin.

import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { WriteCall } from "../../../../src/kafka/admin.ts";
import type { Answer, FailureKind } from "../../../../src/kafka/model/failure.ts";
import { Errand, type Route, type Way } from "../../../../src/kafka/platformatic/errand.ts";
import { Lane } from "../../../../src/kafka/platformatic/lane.ts";
import type { Access, Exchange, ItemResult } from "../../../../src/kafka/platformatic/operation.ts";
import { type Fate, WireError } from "../../../../src/kafka/platformatic/wire-error.ts";
import { FakeClock, settle } from "../../../fakes/fake-clock.ts";
import { type FakeItem, fakeOperation, fakeWire } from "./fake-operation.ts";

type Reply = ItemResult<string> | WireError | "silence";

function error(kind: FailureKind, fate: Fate): WireError {
  return new WireError({ kind, name: "X", message: `${kind} ${fate}` }, fate);
}

function code(errorCode: number): ItemResult<string> {
  return { isOk: false, code: errorCode, message: `code ${errorCode}` };
}

const yes: ItemResult<string> = { isOk: true, value: "yes" };

describe("An errand", () => {
  let clock: FakeClock;
  let controller: AbortController;
  let replies: Reply[];
  let throttleMs: number;
  let requests: number;
  let forgotten: number;
  let failedBrokers: number[];

  beforeEach(() => {
    clock = new FakeClock();
    controller = new AbortController();
    replies = [];
    throttleMs = 0;
    requests = 0;
    forgotten = 0;
    failedBrokers = [];
  });

  function newLane(access: Access, connect?: () => Promise<never>): Lane {
    return new Lane({
      brokerId: 7,
      channel: access,
      clock,
      idleMs: 1e9,
      maxInFlight: 1,
      connect: connect ?? (async () => fakeWire()),
      mayWrite: () => true,
    });
  }

  async function exchange(items: readonly FakeItem[]): Promise<Exchange<string>> {
    requests += 1;
    const reply = replies.shift() ?? yes;
    if (reply === "silence") return new Promise(() => {});
    if (reply instanceof WireError) throw reply;
    return { results: new Map(items.map(({ key }) => [key, reply])), throttleMs };
  }

  function start(
    access: Access,
    options: {
      readonly ways?: readonly Way[];
      readonly hasOthers?: boolean;
      readonly deadlineMs?: number;
      readonly lane?: Lane;
    } = {},
  ): Errand<FakeItem, string> {
    const ways = [...(options.ways ?? [])];
    const lane = options.lane ?? newLane(access);
    const route: Route = {
      hasOthers: options.hasOthers ?? true,
      forget: () => (forgotten += 1),
      find: async () => ways.shift() ?? { kind: "lane", lane },
    };
    const call: WriteCall = {
      signal: controller.signal,
      deadlineMs: options.deadlineMs ?? 10_000,
      priority: "live",
      clusterId: "C",
    };
    const operation = fakeOperation({ access, exchange });
    return new Errand({
      clock,
      operation,
      item: { key: "k" },
      call,
      route,
      brokerFailed: (id) => failedBrokers.push(id),
    });
  }

  async function answerOf(errand: Errand<FakeItem, string>, withinMs = 10_000): Promise<Answer<string>> {
    for (let step = 0; step < 40; step += 1) await clock.advance(withinMs / 40);
    const answer = await Promise.race([errand.answer, settle().then(() => undefined)]);
    if (answer === undefined) throw new Error("The errand has no answer yet");
    return answer;
  }

  it("answers what the broker says, and leaves nothing behind", async () => {
    expect(await answerOf(start("read"))).to.deep.equal({ status: "ok", value: "yes" });
    expect(requests).to.equal(1);
  });

  it("answers a refusal that stands at once", async () => {
    replies = [code(40)];
    const answer = await answerOf(start("write"));
    expect(answer).to.deep.include({ status: "failed" });
    expect(answer.status === "failed" && answer.failure).to.include({ kind: "invalid", code: 40, message: "code 40" });
    expect([requests, forgotten]).to.deep.equal([1, 0]);
  });

  for (const access of ["read", "write"] as const) {
    for (const retried of [5, 6, 14, 15, 16, 89]) {
      it(`repeats a ${access} that certainly did nothing (code ${retried}), by a way found anew`, async () => {
        replies = [code(retried), code(retried)];
        expect(await answerOf(start(access))).to.deep.equal({ status: "ok", value: "yes" });
        expect([requests, forgotten]).to.deep.equal([3, 2]);
      });
    }
  }

  for (const doubtful of [7, 13, 41]) {
    it(`repeats a read but not a write that the broker may have done (code ${doubtful})`, async () => {
      replies = [code(doubtful)];
      expect((await answerOf(start("read"))).status).to.equal("ok");
      replies = [code(doubtful)];
      requests = 0;
      expect((await answerOf(start("write"))).status).to.equal("unknown");
      expect(requests).to.equal(1);
    });
  }

  it("repeats a read whose connection was lost, and tells whose it was", async () => {
    replies = [error("unreachable", "lost")];
    expect((await answerOf(start("read"))).status).to.equal("ok");
    expect([requests, forgotten, failedBrokers]).to.deep.equal([2, 1, [7]]);
  });

  it("never repeats a write that was written and not answered", async () => {
    replies = [error("unreachable", "lost")];
    expect((await answerOf(start("write"))).status).to.equal("unknown");
    expect(requests).to.equal(1);
  });

  it("repeats a write that was not written", async () => {
    let attempts = 0;
    const lane = newLane("write", () => {
      attempts += 1;
      return Promise.reject(error("unreachable", "notWritten"));
    });
    const ways: Way[] = [
      { kind: "lane", lane },
      { kind: "lane", lane },
    ];
    expect((await answerOf(start("write", { ways }))).status).to.equal("ok");
    expect([attempts, requests]).to.deep.equal([2, 1]);
  });

  it("does not insist where only this broker has the answer and cannot be reached", async () => {
    const lane = newLane("read", () => Promise.reject(error("unreachable", "notWritten")));
    const answer = await answerOf(start("read", { lane, hasOthers: false }), 1000);
    expect(answer.status === "failed" && answer.failure.kind).to.equal("unreachable");
  });

  it("does not repeat what the connection cannot carry", async () => {
    for (const kind of ["unsupported", "other"] as const) {
      replies = [error(kind, "notWritten")];
      const answer = await answerOf(start("write"));
      expect(answer.status === "failed" && answer.failure.kind).to.equal(kind);
    }
    replies = [error("other", "lost")];
    expect((await answerOf(start("write"))).status).to.equal("unknown");
  });

  it("waits as long as a throttling broker asked, and says so where the deadline is nearer", async () => {
    replies = [code(89)];
    throttleMs = 3000;
    const patient = start("write");
    await clock.advance(2999);
    expect(requests).to.equal(1);
    expect((await answerOf(patient)).status).to.equal("ok");
    replies = [code(89)];
    const answer = await answerOf(start("write", { deadlineMs: 2000 }));
    expect(answer.status === "failed" && answer.failure).to.include({ kind: "busy", code: 89, throttleMs: 3000 });
  });

  it("tries again while there is no way, and answers with what was in it when time is up", async () => {
    const busy: Way = {
      kind: "busy",
      failure: { kind: "busy", code: 5, name: "LEADER_NOT_AVAILABLE", message: "none" },
    };
    expect((await answerOf(start("read", { ways: [busy, busy, busy] }))).status).to.equal("ok");
    const answer = await answerOf(start("read", { ways: Array.from({ length: 1000 }, () => busy) }));
    expect(answer.status === "failed" && answer.failure).to.include({ kind: "busy", code: 5 });
    expect(clock.pendingTimers).to.equal(1); // The lane's idle connection.
  });

  it("takes an answer that was found on the way", async () => {
    const answer: Answer<never> = { status: "notSent", reason: "elsewhere" };
    expect(await answerOf(start("read", { ways: [{ kind: "answer", answer }] }))).to.equal(answer);
    expect(requests).to.equal(0);
  });

  it("answers at its deadline: a write on the wire is unknown, a read is failed", async () => {
    replies = ["silence", "silence"];
    const [write, read] = [start("write", { deadlineMs: 500 }), start("read", { deadlineMs: 500 })];
    await clock.advance(499);
    await clock.advance(1);
    expect((await write.answer).status).to.equal("unknown");
    const answer = await read.answer;
    expect(answer.status === "failed" && answer.failure).to.include({ kind: "unreachable", name: "ETIMEDOUT" });
  });

  it("was not sent when its deadline passes behind others, and failed when nothing could be connected to", async () => {
    const lane = newLane("write");
    replies = ["silence"];
    start("write", { lane });
    await settle();
    const queued = start("write", { lane, deadlineMs: 500 });
    const connecting = start("write", { lane: newLane("write", () => new Promise(() => {})), deadlineMs: 500 });
    await clock.advance(500);
    expect((await queued.answer).status).to.equal("notSent");
    const answer = await connecting.answer;
    expect(answer.status === "failed" && answer.failure.kind).to.equal("unreachable");
    expect(requests).to.equal(1);
  });

  it("is dropped by an abort before it is written, and awaited after", async () => {
    const early = start("write");
    controller.abort();
    expect((await early.answer).status).to.equal("notSent");
    await settle();
    expect(requests).to.equal(0);
    controller = new AbortController();
    replies = ["silence"];
    const late = start("write", { deadlineMs: 500 });
    await settle();
    controller.abort();
    await clock.advance(499);
    expect(await Promise.race([late.answer, settle().then(() => "waiting")])).to.equal("waiting");
    await clock.advance(1);
    expect((await late.answer).status).to.equal("unknown");
    expect((await start("write").answer).status).to.equal("notSent");
  });

  it("ends with the admin: unknown where a write is on the wire, else not sent", async () => {
    replies = ["silence", "silence"];
    const errands = [
      start("write"),
      start("read"),
      start("write", { lane: newLane("write", () => new Promise(() => {})) }),
    ];
    await settle();
    for (const errand of errands) errand.cancel("closed");
    const statuses = (await Promise.all(errands.map(({ answer }) => answer))).map(({ status }) => status);
    expect(statuses).to.deep.equal(["unknown", "notSent", "notSent"]);
    expect(clock.pendingTimers).to.equal(0);
  });
});
