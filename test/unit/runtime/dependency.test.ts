import { expect } from "chai";
import { describe, it } from "mocha";

import type { Change } from "../../../src/runtime/change.ts";
import { mapDependency } from "../../../src/runtime/dependency.ts";
import { ObjectStore } from "../../../src/runtime/store.ts";

interface Bus {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
  };
  readonly users: readonly string[];
}

function bus(version: number, users: readonly string[]): Bus {
  const metadata = { name: "main", uid: "u", resourceVersion: String(version), creationTimestamp: "" };
  return { apiVersion: "v1", kind: "Bus", metadata, users };
}

const wakeUps = (priority?: "live" | "bulk"): { store: ObjectStore<Bus>; woken: unknown[]; end: () => void } => {
  const store = new ObjectStore<Bus>({ onListenerError: (error) => expect.fail(String(error)) });
  const woken: unknown[] = [];
  const users = ({ before, after }: Change<Bus>): string[] => [...(before?.users ?? []), ...(after?.users ?? [])];
  const depend = mapDependency(store, users, { reason: "bus", priority });
  const end = depend((keys, options) => woken.push([...keys], options));
  return { store, woken, end };
};

describe("mapDependency()", () => {
  it("wakes those who used the old state and those who use the new one", () => {
    const { store, woken } = wakeUps();
    const feed = store.feed();
    feed.replace([bus(1, ["a"])], "1");
    feed.put(bus(2, ["b"]));
    feed.remove(bus(3, ["b"]));
    expect(woken.filter(Array.isArray)).to.deep.equal([["a"], ["a", "b"], ["b"]]);
  });

  it("wakes with the priority asked for, but never before live work for what a list brings", () => {
    for (const priority of [undefined, "live", "bulk"] as const) {
      const { store, woken } = wakeUps(priority);
      const feed = store.feed();
      feed.replace([bus(1, ["a"])], "1");
      feed.put(bus(2, ["a"]));
      expect([woken[1], woken[3]]).to.deep.equal([
        { reason: "bus", priority: "bulk" },
        { reason: "bus", priority: priority ?? "live" },
      ]);
    }
  });

  it("wakes nobody after its end", () => {
    const { store, woken, end } = wakeUps();
    end();
    store.feed().replace([bus(1, ["a"])], "1");
    expect(woken).to.deep.equal([]);
  });
});
