import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import type { KubernetesObject } from "../../../src/api/custom-resource.ts";
import type { Change } from "../../../src/runtime/change.ts";
import { OwnWrites } from "../../../src/runtime/own-writes.ts";

function object(version: number): KubernetesObject {
  const metadata = { name: "x", uid: "u", resourceVersion: String(version), creationTimestamp: "" };
  return { apiVersion: "v1", kind: "X", metadata };
}

function change(before: number, after: number, key = "x"): Change<KubernetesObject> {
  return { key, before: object(before), after: object(after), source: "watch" };
}

describe("OwnWrites", () => {
  let told: string[];
  let writes: OwnWrites<KubernetesObject>;

  beforeEach(() => {
    told = [];
    writes = new OwnWrites(({ key, after, source }) =>
      told.push(`${key}@${after?.metadata.resourceVersion} ${source}`),
    );
  });

  it("passes on what happens while nothing is written", () => {
    writes.onChange(change(1, 2));
    expect(told).to.deep.equal(["x@2 watch"]);
  });

  it("marks the echo that came before the response, and leaves others as they are, in order", async () => {
    await writes.during(
      "x",
      () => {
        for (const version of [2, 3, 4]) writes.onChange(change(version - 1, version));
        expect(told).to.deep.equal([]);
        return Promise.resolve(object(3));
      },
      () => {},
    );
    expect(told).to.deep.equal(["x@2 watch", "x@3 own", "x@4 watch"]);
  });

  it("tells what the acceptance of the response brings, as our own", async () => {
    await writes.during(
      "x",
      () => Promise.resolve(object(3)),
      () => writes.onChange({ ...change(1, 3), source: "own" }),
    );
    expect(told).to.deep.equal(["x@3 own"]);
  });

  it("tells all as it came when the write fails", async () => {
    const failing = writes.during(
      "x",
      () => {
        writes.onChange(change(1, 2));
        return Promise.reject(new Error("No answer"));
      },
      () => {},
    );
    const error: unknown = await failing.catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error);
    expect(told).to.deep.equal(["x@2 watch"]);
  });

  it("holds back nothing of other keys", async () => {
    await writes.during(
      "x",
      () => {
        writes.onChange(change(1, 2, "y"));
        expect(told).to.deep.equal(["y@2 watch"]);
        return Promise.resolve(object(3));
      },
      () => {},
    );
  });
});
