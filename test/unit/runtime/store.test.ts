import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { KubernetesObject } from "../../../src/api/custom-resource.ts";
import type { Change } from "../../../src/runtime/change.ts";
import { ObjectStore } from "../../../src/runtime/store.ts";
import { deepFreeze } from "../../fakes/deep-freeze.ts";

interface Thing extends KubernetesObject {
  readonly color: string;
}

function thing(name: string, version: number, color = "red", uid = `${name}-1`): Thing {
  const metadata = { name, uid, resourceVersion: String(version), creationTimestamp: "" };
  return { apiVersion: "v1", kind: "Thing", metadata, color };
}

const version = (object: Thing | undefined): string => object?.metadata.resourceVersion ?? "-";

describe("ObjectStore", () => {
  let store: ObjectStore<Thing>;
  let failures: unknown[];
  let told: Change<Thing>[];

  beforeEach(() => {
    failures = [];
    told = [];
    store = new ObjectStore<Thing>({
      indexes: { color: ({ color }) => [color] },
      onKeep: deepFreeze,
      onListenerError: (error) => failures.push(error),
    });
    store.subscribe((change) => told.push(change));
  });

  const summary = (): string[] =>
    told.map(({ key, before, after, source }) => {
      return `${key} ${version(before)}>${version(after)} ${source}`;
    });
  const colored = (color: string): string[] => store.byIndex("color", color).map(({ metadata }) => metadata.name);

  it("has synced when every feed has listed", () => {
    expect(store.hasSynced).to.equal(false);
    const [first, second] = [store.feed(), store.feed()];
    first.replace([], "1");
    expect(store.hasSynced).to.equal(false);
    second.replace([], "1");
    expect(store.hasSynced).to.equal(true);
    const third = store.feed();
    expect(store.hasSynced).to.equal(false);
    third.declareAbsent();
    expect(store.hasSynced).to.equal(true);
  });

  it("tells a list's changes when all of them are visible", () => {
    const feed = store.feed();
    const seen: number[] = [];
    store.subscribe(() => seen.push(store.size));
    feed.replace([thing("a", 1), thing("b", 2)], "3");
    expect(seen).to.deep.equal([2, 2]);
  });

  it("tells what a later list misses as gone, what it changes as changed, and counts both", () => {
    const feed = store.feed();
    expect(feed.replace([thing("a", 1), thing("b", 2), thing("c", 3)], "3")).to.equal(0);
    told.length = 0;
    expect(feed.replace([thing("b", 2), thing("c", 7), thing("d", 8)], "9")).to.equal(3);
    expect(summary()).to.have.members(["c 3>7 list", "d ->8 list", "a 1>- list"]);
  });

  it("tells another UID under a known name as two changes", () => {
    const feed = store.feed();
    feed.replace([thing("a", 1)], "1");
    told.length = 0;
    feed.put(thing("a", 5, "blue", "a-2"));
    expect(summary()).to.deep.equal(["a 1>- watch", "a ->5 watch"]);
    expect([colored("red"), colored("blue")]).to.deep.equal([[], ["a"]]);
  });

  it("never goes back to an older version of an object", () => {
    const feed = store.feed();
    feed.replace([thing("a", 5)], "5");
    told.length = 0;
    feed.put(thing("a", 4, "blue"));
    feed.put(thing("a", 5, "blue"));
    feed.put(thing("a", 3, "blue", "a-0"));
    expect([summary(), colored("red")]).to.deep.equal([[], ["a"]]);
  });

  it("leaves a re-created object when the end of the old one is told late", () => {
    const feed = store.feed();
    feed.replace([thing("a", 1)], "1");
    feed.put(thing("a", 5, "blue", "a-2"));
    told.length = 0;
    feed.remove(thing("a", 4));
    expect([summary(), store.size]).to.deep.equal([[], 1]);
  });

  it("takes in the answer to our own write at once, and the echo as known", () => {
    const feed = store.feed();
    feed.replace([thing("a", 1)], "1");
    told.length = 0;
    store.accept(thing("a", 4, "blue"));
    feed.put(thing("a", 3, "green"));
    feed.put(thing("a", 4, "blue"));
    expect(summary()).to.deep.equal(["a 1>4 own"]);
    expect(colored("blue")).to.deep.equal(["a"]);
  });

  it("does not bring back by an answer what is gone, nor take in another object", () => {
    const feed = store.feed();
    feed.replace([thing("a", 1), thing("b", 2)], "2");
    feed.remove(thing("a", 6));
    told.length = 0;
    store.accept(thing("a", 4));
    store.accept(thing("b", 9, "blue", "b-2"));
    expect([summary(), store.size]).to.deep.equal([[], 1]);
  });

  it("keeps what our own write made after a list was taken", () => {
    const feed = store.feed();
    feed.replace([thing("a", 1), thing("b", 2)], "3");
    store.accept(thing("a", 7, "blue"));
    told.length = 0;
    feed.replace([thing("a", 1), thing("b", 2)], "5");
    feed.replace([thing("b", 2)], "6");
    expect([summary(), colored("blue")]).to.deep.equal([[], ["a"]]);
    feed.replace([thing("b", 2)], "8");
    expect(summary()).to.deep.equal(["a 7>- list"]);
  });

  it("takes a list for the truth, also when it knows only an older version of an object", () => {
    const feed = store.feed();
    feed.replace([thing("a", 7, "blue")], "7");
    feed.replace([thing("a", 4)], "9");
    expect(colored("red")).to.deep.equal(["a"]);
  });

  it("knows the version up to which everything was told, which our own writes do not move", () => {
    const feed = store.feed();
    feed.replace([thing("a", 1)], "10");
    store.accept(thing("a", 99));
    expect(feed.seenVersion).to.equal("10");
    feed.put(thing("b", 11));
    feed.bookmark("15");
    feed.bookmark("12");
    expect(feed.seenVersion).to.equal("15");
    expect([feed.isBehind("14"), feed.isBehind("15")]).to.deep.equal([true, false]);
  });

  it("keeps the objects of different feeds apart", () => {
    const [first, second] = [store.feed(), store.feed()];
    first.replace([thing("a", 1)], "1");
    second.replace([thing("b", 2)], "2");
    first.replace([], "3");
    expect(store.list().map(({ metadata }) => metadata.name)).to.deep.equal(["b"]);
    told.length = 0;
    second.close();
    expect(summary()).to.deep.equal(["b 2>- list"]);
    expect(store.hasSynced).to.equal(true);
  });

  it("takes nothing from a feed that was closed: a stream may still bring what it has read", () => {
    const feed = store.feed();
    feed.replace([thing("a", 1)], "1");
    feed.close();
    feed.put(thing("a", 2));
    feed.replace([thing("b", 3)], "3");
    expect(store.list()).to.deep.equal([]);
  });

  it("lets a feed take away nothing that another has brought since", () => {
    const [first, second] = [store.feed(), store.feed()];
    second.replace([], "1");
    first.replace([thing("a", 1)], "1");
    first.replace([], "3");
    second.put(thing("a", 5, "blue", "a-2"));
    first.replace([], "7");
    expect(colored("blue")).to.deep.equal(["a"]);
  });

  it("finds objects by what they carry now", () => {
    const feed = store.feed();
    feed.replace([thing("a", 1), thing("b", 2), thing("c", 3, "blue")], "3");
    feed.put(thing("a", 4, "blue"));
    feed.remove(thing("c", 5, "blue"));
    expect([colored("red"), colored("blue"), colored("green")]).to.deep.equal([["b"], ["a"], []]);
    expect(() => store.byIndex("size", "1")).to.throw(RangeError, 'no index "size"');
  });

  it("survives listeners that throw, and goes on to the next", () => {
    const later: string[] = [];
    store.subscribe(() => {
      throw new Error("A bug");
    });
    store.subscribe(({ key }) => later.push(key));
    store.feed().replace([thing("a", 1), thing("b", 1)], "1");
    expect([failures.length, later]).to.deep.equal([2, ["a", "b"]]);
  });

  it("hands what it holds to nobody who could change it", () => {
    store.feed().replace([thing("a", 1)], "1");
    expect(() => {
      (store.get("a") as { color: string }).color = "blue";
    }).to.throw(TypeError);
  });

  it("tells nothing after the end of a subscription", () => {
    const later: string[] = [];
    store.subscribe(({ key }) => later.push(key))();
    store.feed().replace([thing("a", 1)], "1");
    expect(later).to.deep.equal([]);
  });
});
