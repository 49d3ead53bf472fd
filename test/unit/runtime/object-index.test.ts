import { expect } from "chai";
import { describe, it } from "mocha";

import { ObjectIndex } from "../../../src/runtime/object-index.ts";

describe("ObjectIndex", () => {
  it("finds keys by every value that their objects carry, and no longer by those they carried", () => {
    const index = new ObjectIndex<readonly string[]>((values) => values);
    index.update("a", undefined, ["x", "y"]);
    index.update("b", undefined, ["y"]);
    index.update("a", ["x", "y"], ["y", "z"]);
    const found = (value: string): string[] => [...index.keys(value)];
    expect([found("x"), found("y"), found("z")]).to.deep.equal([[], ["a", "b"], ["a"]]);
  });

  it("holds nothing for values that nobody carries", () => {
    const index = new ObjectIndex<readonly string[]>((values) => values);
    index.update("a", undefined, ["x"]);
    index.update("a", ["x"], undefined);
    expect([...index.values()]).to.deep.equal([]);
  });
});
