import { setImmediate } from "node:timers/promises";

import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { ObjectKey } from "../../../src/api/custom-resource.ts";
import { isSameGeneration, isSameVersion, LiveObjects } from "../../../src/controllers/live-objects.ts";
import type { ApiCall } from "../../../src/kubernetes/resources.ts";
import { systemClock, type Clock } from "../../../src/runtime/clock.ts";
import { ObjectStore } from "../../../src/runtime/store.ts";
import { eventually } from "../../fakes/eventually.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { InMemoryKubernetes } from "../../fakes/in-memory-kubernetes.ts";
import { WIDGET, type Widget } from "../../fakes/widget.ts";

const KEY = { namespace: "default", name: "a" };

describe("LiveObjects", () => {
  let kubernetes: InMemoryKubernetes<Widget>;
  let store: ObjectStore<Widget>;
  let held: Widget;

  beforeEach(() => {
    kubernetes = new InMemoryKubernetes<Widget>(WIDGET, systemClock);
    store = new ObjectStore<Widget>({ onListenerError: () => {} });
    held = kubernetes.create("a", { size: 1 });
    store.feed().put(held);
  });

  function isCurrent(isSame: typeof isSameVersion, object: Widget | undefined = held): Promise<boolean> {
    return new LiveObjects(kubernetes, store, isSame, systemClock).isCurrent("default/a", object, "live");
  }

  function liveObjects(clock: Clock = systemClock): LiveObjects<Widget> {
    return new LiveObjects(kubernetes, store, isSameVersion, clock);
  }

  it("finds what the store holds still there", async () => {
    expect(await isCurrent(isSameVersion)).to.equal(true);
    expect(await isCurrent(isSameGeneration)).to.equal(true);
  });

  it("finds an edit that no watch has told, and hands it to the store", async () => {
    kubernetes.edit(KEY, { size: 2 });
    expect(await isCurrent(isSameGeneration)).to.equal(false);
    expect(store.get("default/a")?.spec.size).to.equal(2);
  });

  it("tells a newer status apart only where that is asked for", async () => {
    kubernetes.editStatus(KEY, { size: 7 });
    expect(await isCurrent(isSameVersion)).to.equal(false);
    expect(await isCurrent(isSameGeneration)).to.equal(true);
  });

  it("finds an object gone, re-created under its name, or there although the store holds none", async () => {
    kubernetes.remove(KEY);
    expect(await isCurrent(isSameGeneration)).to.equal(false);
    kubernetes.create("a", { size: 1 });
    expect(await isCurrent(isSameGeneration)).to.equal(false);
    expect(await liveObjects().isCurrent("default/a", undefined, "live")).to.equal(false);
  });

  it("finds an object that the store does not hold really gone", async () => {
    const live = liveObjects();
    expect(await live.isCurrent("default/b", undefined, "live")).to.equal(true);
  });

  it("asks once for all who ask within one turn of the event loop, and again for the next", async () => {
    const live = liveObjects();
    const ask = (): Promise<boolean> => live.isCurrent("default/a", held, "live");
    await Promise.all(Array.from({ length: 100 }, ask));
    expect(kubernetes.requests).to.have.length(1);
    await ask();
    expect(kubernetes.requests).to.have.length(2);
  });

  it("asks once more for all who ask while a read is under way, and none of them gets what was read before", async () => {
    const live = liveObjects();
    const answered = Promise.withResolvers<void>();
    kubernetes.before = () => answered.promise;
    const first = live.isCurrent("default/a", held, "live");
    await eventually(() => expect(kubernetes.requests).to.have.length(1));
    const later = Array.from({ length: 100 }, async () => {
      await setImmediate();
      return await live.isCurrent("default/a", held, "live");
    });
    await setImmediate();
    await setImmediate();
    expect(kubernetes.requests).to.have.length(1);
    kubernetes.before = () => {};
    answered.resolve();
    expect(await first).to.equal(true);
    kubernetes.edit(KEY, { size: 2 });
    expect(await Promise.all(later)).to.deep.equal(Array.from({ length: 100 }, () => false));
    expect(kubernetes.requests).to.have.length(2);
  });

  it("does not wait for long for a read that gets no answer", async () => {
    const clock = new FakeClock();
    const live = liveObjects(clock);
    kubernetes.before = () => new Promise(() => {});
    void live.isCurrent("default/a", held, "live");
    await eventually(() => expect(kubernetes.requests).to.have.length(1));
    kubernetes.before = () => {};
    const second = live.isCurrent("default/a", held, "live");
    await eventually(() => expect(clock.pendingTimers).to.equal(1));
    await clock.advance(1_000);
    expect(await second).to.equal(true);
  });

  it("reads at the priority of the most urgent of those who share", async () => {
    const asked: unknown[] = [];
    const resources = {
      get: (key: ObjectKey, { signal, priority }: ApiCall) => {
        asked.push(priority);
        return kubernetes.get(key, { signal });
      },
    };
    const live = new LiveObjects(resources, store, isSameVersion, systemClock);
    const ask = (...priorities: ("live" | "bulk")[]): Promise<boolean[]> =>
      Promise.all(priorities.map((priority) => live.isCurrent("default/a", held, priority)));
    await ask("bulk", "live");
    await ask("bulk", "bulk");
    await ask("live", "bulk");
    expect(asked).to.deep.equal(["live", "bulk", "live"]);
  });
});
