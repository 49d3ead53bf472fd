// Every way in which a write can fail, against a real API server: the object ends up right, written as often as needed
// and not once more, and only real failures are told as such.

import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { settled } from "../../src/runtime/outcome.ts";
import { environment } from "../environment/environment.ts";
import { eventually } from "../fakes/eventually.ts";
import { widgetVerdict, type WidgetOperator } from "../fakes/widget-operator.ts";
import { WIDGET_FINALIZER } from "../fakes/widget.ts";
import type { RequestFault } from "./api-proxy.ts";
import { WidgetWorld } from "./widget-world.ts";

interface Case {
  readonly title: string;
  readonly fault: RequestFault;
  /** The transport gets over it: no run fails. */
  readonly isHidden: boolean;
  /** Requests to write that one object needs, the faulty one included. */
  readonly patches: number;
  readonly gets: number;
}

const answers = (status: number, reason: string, headers?: Record<string, string>): RequestFault => ({
  kind: "answer",
  status,
  reason,
  ...(headers === undefined ? {} : { headers }),
});

const CASES: readonly Case[] = [
  { title: "is reset", fault: { kind: "reset" }, isHidden: true, patches: 2, gets: 0 },
  { title: "is closed without an answer", fault: { kind: "close" }, isHidden: true, patches: 2, gets: 0 },
  // The second attempt meets the version that the first one made.
  { title: "is served, but its answer is lost", fault: { kind: "lose-answer" }, isHidden: true, patches: 2, gets: 1 },
  { title: "gets no answer", fault: { kind: "silence" }, isHidden: false, patches: 2, gets: 1 },
  { title: "is slow", fault: { kind: "delay", ms: 200 }, isHidden: true, patches: 1, gets: 0 },
  { title: "is refused with 401", fault: answers(401, "Unauthorized"), isHidden: true, patches: 2, gets: 0 },
  { title: "is refused with 403", fault: answers(403, "Forbidden"), isHidden: false, patches: 2, gets: 0 },
  { title: "is refused with 409", fault: answers(409, "Conflict"), isHidden: true, patches: 2, gets: 1 },
  {
    title: "is refused with 429",
    fault: answers(429, "TooManyRequests", { "retry-after": "1" }),
    isHidden: true,
    patches: 2,
    gets: 0,
  },
  { title: "is refused with 500", fault: answers(500, "InternalError"), isHidden: false, patches: 2, gets: 0 },
  {
    title: "is refused with 503 and told to wait",
    fault: answers(503, "ServiceUnavailable", { "retry-after": "1" }),
    isHidden: true,
    patches: 2,
    gets: 0,
  },
];

describe("A status write recovers when it", () => {
  let world: WidgetWorld;
  let operator: WidgetOperator;

  beforeEach(async () => {
    world = await WidgetWorld.start(await environment().controlPlane(), "write-faults");
    operator = world.operator({ requestDeadlineMs: 3_000, controller: { retry: { baseMs: 50, maxMs: 200 } } });
    await operator.start();
  });
  afterEach(async () => {
    await operator.stop();
    await world.stop();
  });

  const sent = (wanted: string): number =>
    world.proxy.requests.filter(({ method, path }) => method === wanted && path.includes("/widgets/widget")).length;

  for (const { title, fault, isHidden, patches, gets } of CASES) {
    it(title, async () => {
      let struck = false;
      world.proxy.faultFor = ({ method }) => {
        if (method !== "PATCH" || struck) return undefined;
        struck = true;
        return fault;
      };
      await world.create("widget");
      await world.expectCurrent(operator);
      expect(struck).to.equal(true);
      await eventually(() => expect([sent("PATCH"), sent("GET")], "writes, reads").to.deep.equal([patches, gets]));
      const errors = await operator.metric("controller_runtime_reconcile_errors_total");
      expect(errors, "failed runs").to.equal(isHidden ? 0 : 1);
      expect(await operator.metric("controller_runtime_reconcile_panics_total"), "bugs").to.equal(0);
      const states = operator.changes.filter(({ key }) => key.endsWith("/widget"));
      expect(states, "states of the object: created, and one status").to.have.length(2);
    }).timeout(30_000);
  }
});

describe("Under a user who edits every few milliseconds", () => {
  it("finalizer and status are written without an error, a hot loop, or harm to what others wrote", async () => {
    await using world = await WidgetWorld.start(await environment().controlPlane(), "editor");
    await using operator = world.operator({
      async reconcile(widget, run) {
        if (widget.metadata.deletionTimestamp !== undefined) return { outcome: settled(), release: true };
        // Long enough that the editor is always faster.
        await sleep(30);
        await run.mark({ finalizer: true, annotations: { "test.eventbus.dev/mark": widget.metadata.uid } });
        return widgetVerdict(widget);
      },
    });
    await operator.start();
    await world.create("edited");
    const edits = 100;
    for (let size = 1; size <= edits; size += 1) {
      await world.edit("edited", { size });
      await sleep(20);
    }
    await world.expectCurrent(operator);
    const [widget] = await world.list();
    expect(widget?.metadata.finalizers).to.deep.equal([WIDGET_FINALIZER]);
    expect(widget?.spec.size).to.equal(edits);
    expect(await operator.metric("controller_runtime_reconcile_errors_total")).to.equal(0);
    expect(operator.runs.length, "at most one run an edit, and a few for conflicts").to.be.at.most(edits + 20);
    await world.remove("edited");
    await eventually(async () => expect(await world.list()).to.deep.equal([]));
  }).timeout(60_000);
});
