// The API server itself dies, freezes, or forgets old versions: everything is current again when it is back.

import { expect } from "chai";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";

import { startControlPlane, type ControlPlane } from "../environment/control-plane.ts";
import { eventually } from "../fakes/eventually.ts";
import type { WidgetOperator } from "../fakes/widget-operator.ts";
import { WidgetWorld } from "./widget-world.ts";

describe("When the API server", () => {
  // Its own: others would notice.
  let controlPlane: ControlPlane;
  let world: WidgetWorld;
  let operator: WidgetOperator;

  before(async () => {
    controlPlane = await startControlPlane();
  });
  after(async () => {
    await controlPlane.stop();
  });
  beforeEach(async () => {
    world = await WidgetWorld.start(controlPlane, "server-faults");
    operator = world.operator({ requestDeadlineMs: 5_000, controller: { retry: { baseMs: 50, maxMs: 1_000 } } });
    for (let index = 0; index < 20; index += 1) await world.create(`widget-${index}`);
    await operator.start();
    await world.expectCurrent(operator);
  });
  afterEach(async () => {
    await operator.stop();
    await world.stop();
  });

  const expectRecovery = async (): Promise<void> => {
    await world.edit("widget-1", { size: 7 });
    await world.remove("widget-2");
    await world.create("late");
    await world.expectCurrent(operator);
    expect(operator.failures).to.deep.equal([]);
  };
  const watchesTried = (): number => world.proxy.requests.filter(({ isWatch }) => isWatch).length;

  it("is killed and starts again, the operator continues", async () => {
    await controlPlane.apiServer.restart();
    await expectRecovery();
  });

  it("is killed while edits are reconciled, every edit arrives", async () => {
    for (let index = 3; index < 20; index += 1) await world.edit(`widget-${index}`, { size: 5 });
    await controlPlane.apiServer.restart();
    await expectRecovery();
  });

  it("is frozen for longer than requests wait, the operator continues", async () => {
    const tried = watchesTried();
    controlPlane.apiServer.pause();
    await eventually(() => expect(watchesTried()).to.be.at.least(tried + 2), 30_000);
    controlPlane.apiServer.resume();
    await expectRecovery();
  });

  it("forgets the version that the watch stands at, one more list leads on", async () => {
    world.proxy.faultFor = ({ isWatch }) => (isWatch ? { kind: "reset" } : undefined);
    world.proxy.strike({ kind: "reset" });
    for (let size = 2; size < 12; size += 1) await world.edit("widget-0", { size });
    await world.remove("widget-3");
    await world.create("made-in-the-dark");
    // The watch cache remembers what etcd has forgotten, until it starts again.
    await controlPlane.compactEtcd();
    await controlPlane.apiServer.restart();
    world.proxy.faultFor = () => undefined;
    await world.expectCurrent(operator);
    expect(await operator.metric("reflector_lists_total", { reason: "expired" })).to.equal(1);
    const ends = operator.changes.filter(({ key, after }) => key.endsWith("/widget-3") && after === undefined);
    expect(ends, "its end is told").to.have.length(1);
    expect(await operator.metric("reflector_missed_events_total"), "what only the list told").to.be.greaterThan(0);
    await expectRecovery();
  });
}).timeout(120_000);
