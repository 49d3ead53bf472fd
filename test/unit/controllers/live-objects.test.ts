import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { isSameGeneration, isSameVersion, LiveObjects } from "../../../src/controllers/live-objects.ts";
import { systemClock } from "../../../src/runtime/clock.ts";
import { ObjectStore } from "../../../src/runtime/store.ts";
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
    return new LiveObjects(kubernetes, store, isSame).isCurrent("default/a", object, "live");
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
    expect(await new LiveObjects(kubernetes, store, isSameVersion).isCurrent("default/a", undefined, "live")).to.equal(
      false,
    );
  });

  it("finds an object that the store does not hold really gone", async () => {
    const live = new LiveObjects(kubernetes, store, isSameVersion);
    expect(await live.isCurrent("default/b", undefined, "live")).to.equal(true);
  });

  it("asks once for all who ask within one turn of the event loop, and again for the next", async () => {
    const live = new LiveObjects(kubernetes, store, isSameVersion);
    const ask = (): Promise<boolean> => live.isCurrent("default/a", held, "live");
    await Promise.all(Array.from({ length: 100 }, ask));
    expect(kubernetes.requests).to.have.length(1);
    await ask();
    expect(kubernetes.requests).to.have.length(2);
  });
});
