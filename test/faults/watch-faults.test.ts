// Every way in which a watch can break, against a real API server: the store is current again without help, and no
// state that somebody made goes by unseen.

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { environment } from "../environment/environment.ts";
import { eventually } from "../fakes/eventually.ts";
import type { WidgetOperator } from "../fakes/widget-operator.ts";
import type { RequestFault, StreamFault } from "./api-proxy.ts";
import { WidgetWorld } from "./widget-world.ts";

interface Case {
  readonly title: string;
  /** Done to the watch that is open. */
  readonly stream: StreamFault;
  /** What the next attempts to watch meet, until the fault is lifted. */
  readonly connect?: RequestFault;
  /** A list is the only way on: states in between may go by. */
  readonly isExpired?: boolean;
}

const reset: StreamFault = { kind: "reset" };
const answers = (status: number, reason: string, headers?: Record<string, string>): RequestFault => ({
  kind: "answer",
  status,
  reason,
  ...(headers === undefined ? {} : { headers }),
});

const CASES: readonly Case[] = [
  { title: "the connection is closed (FIN)", stream: { kind: "close" } },
  { title: "the connection is reset (RST)", stream: reset },
  { title: "the connection turns into a black hole", stream: { kind: "silence" } },
  { title: "the stream ends in the middle of a line", stream: { kind: "half-line" } },
  { title: "the stream holds something that is not JSON", stream: { kind: "bad-json" } },
  {
    title: "an ERROR event tells of an internal error",
    stream: { kind: "error-event", code: 500, reason: "InternalError" },
  },
  {
    title: "an ERROR event tells of too many requests",
    stream: { kind: "error-event", code: 429, reason: "TooManyRequests" },
  },
  {
    title: "an ERROR event tells that the version expired",
    stream: { kind: "error-event", code: 410, reason: "Expired" },
    isExpired: true,
  },
  { title: "new watches are refused with 401", stream: reset, connect: answers(401, "Unauthorized") },
  { title: "new watches are refused with 403", stream: reset, connect: answers(403, "Forbidden") },
  { title: "new watches are refused with 410", stream: reset, connect: answers(410, "Expired"), isExpired: true },
  {
    title: "new watches are refused with 429",
    stream: reset,
    connect: answers(429, "TooManyRequests", { "retry-after": "1" }),
  },
  { title: "new watches are refused with 500", stream: reset, connect: answers(500, "InternalError") },
  {
    title: "new watches are refused with 503",
    stream: reset,
    connect: answers(503, "ServiceUnavailable", { "retry-after": "1" }),
  },
  { title: "new watches are reset", stream: reset, connect: { kind: "reset" } },
  { title: "new watches are closed without an answer", stream: reset, connect: { kind: "close" } },
  { title: "new watches get no answer", stream: reset, connect: { kind: "silence" } },
  { title: "new watches are slow", stream: reset, connect: { kind: "delay", ms: 1_500 } },
];

describe("A watch recovers by itself when", () => {
  let world: WidgetWorld;
  let operator: WidgetOperator;
  let observer: WidgetOperator;

  beforeEach(async () => {
    world = await WidgetWorld.start(await environment().controlPlane(), "watch-faults");
    operator = world.operator();
    observer = world.operator();
    for (const name of ["kept", "edited", "removed", "replaced"]) await world.create(name);
    await Promise.all([operator.start(), observer.observe()]);
    await world.expectCurrent(operator);
    await eventually(() => expect(world.proxy.openWatches).to.equal(2));
  });

  afterEach(async () => {
    await Promise.all([operator.stop(), observer.stop()]);
    await world.stop();
  });

  for (const { title, stream, connect, isExpired = false } of CASES) {
    it(title, async () => {
      const attempts = (): number => world.proxy.requests.filter(({ isWatch }) => isWatch).length;
      const before = attempts();
      if (connect !== undefined) world.proxy.faultFor = ({ isWatch }) => (isWatch ? connect : undefined);
      world.proxy.strike(stream);
      for (let size = 2; size < 6; size += 1) await world.edit("edited", { size });
      await world.create("created");
      await world.remove("removed");
      await world.remove("replaced");
      await world.create("replaced", { size: 9 });
      await eventually(() => expect(attempts()).to.be.at.least(before + 2), 30_000);
      world.proxy.faultFor = () => undefined;

      await world.expectCurrent(operator);
      await world.expectCurrent(observer);
      if (!isExpired) world.expectNothingLost(observer);
      for (const { changes, failures, metric } of [operator, observer]) {
        const ends = (name: string): number =>
          changes.filter(({ key, after }) => key.endsWith(`/${name}`) && after === undefined).length;
        expect([ends("removed"), ends("replaced")], "ends told").to.deep.equal([1, 1]);
        expect(failures, "failed listeners").to.deep.equal([]);
        expect(await metric("reflector_lists_total"), "lists, the first one included").to.equal(isExpired ? 2 : 1);
        if (!isExpired) expect(await metric("reflector_missed_events_total"), "missed").to.equal(0);
      }
    }).timeout(60_000);
  }
});
