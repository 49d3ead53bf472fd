// The first list: whatever stands in its way, it comes, complete, and in whichever form the API server can give it.

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { environment } from "../environment/environment.ts";
import type { WidgetOperator } from "../fakes/widget-operator.ts";
import { WIDGET } from "../fakes/widget.ts";
import type { ProxiedRequest, RequestFault } from "./api-proxy.ts";
import { WidgetWorld } from "./widget-world.ts";

const OBJECTS = 30;
const answers = (status: number, reason: string): RequestFault => ({ kind: "answer", status, reason });

const isWatchList = ({ path }: ProxiedRequest): boolean => path.includes("sendInitialEvents=true");

describe("The first list", () => {
  let world: WidgetWorld;
  let operator: WidgetOperator;

  beforeEach(async () => {
    world = await WidgetWorld.start(await environment().controlPlane(), "list-faults");
    operator = world.operator({ requestDeadlineMs: 2_000 });
    for (let index = 0; index < OBJECTS; index += 1) await world.create(`widget-${index}`);
  });
  afterEach(async () => {
    await operator.stop();
    await world.stop();
  });

  const count = (matches: (request: ProxiedRequest) => boolean): number => world.proxy.requests.filter(matches).length;

  it("is taken from a watch where the server offers that", async () => {
    await operator.start();
    await world.expectCurrent(operator);
    expect(count(isWatchList)).to.equal(1);
    expect(count(({ method, isWatch }) => method === "GET" && !isWatch)).to.equal(0);
  });

  for (const [status, reason] of [
    [400, "BadRequest"],
    [422, "Invalid"],
  ] as const) {
    it(`is taken from pages where initial events are refused with ${status}, and says the same`, async () => {
      world.proxy.faultFor = (request) => (isWatchList(request) ? answers(status, reason) : undefined);
      await operator.start();
      await world.expectCurrent(operator);
      expect(count(isWatchList)).to.equal(1);
      expect(operator.changes.slice(0, OBJECTS).map(({ source }) => source)).to.deep.equal(Array(OBJECTS).fill("list"));
    });
  }

  const faults: readonly (readonly [string, RequestFault])[] = [
    ["are refused with 401", answers(401, "Unauthorized")],
    ["are refused with 403", answers(403, "Forbidden")],
    ["are refused with 429", answers(429, "TooManyRequests")],
    ["are refused with 500", answers(500, "InternalError")],
    ["are refused with 503", answers(503, "ServiceUnavailable")],
    ["are reset", { kind: "reset" }],
    ["are closed without an answer", { kind: "close" }],
    ["get no answer", { kind: "silence" }],
  ];
  for (const [title, fault] of faults) {
    it(`comes although the first requests ${title}; nothing runs before`, async () => {
      let struck = 0;
      world.proxy.faultFor = () => ((struck += 1) <= 3 ? fault : undefined);
      await operator.start();
      await world.expectCurrent(operator);
      expect(struck).to.be.greaterThan(3);
      expect(await operator.metric("reflector_lists_total")).to.equal(1);
      expect(operator.runs).to.have.length(OBJECTS);
    }).timeout(30_000);
  }

  it("is made whole by one request when its pages have expired", async () => {
    const widgets = operator.client.resources(WIDGET);
    // Pages are larger than the test's world: the second one is made up.
    const { signal } = new AbortController();
    let pages = 0;
    world.proxy.faultFor = ({ path }) => {
      if (!path.includes("limit=")) return undefined;
      pages += 1;
      return answers(410, "Expired");
    };
    const { items } = await widgets.list({ namespace: world.namespace }, { signal });
    expect(items).to.have.length(OBJECTS);
    expect(pages).to.equal(1);
  });
});
