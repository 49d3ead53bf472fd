import { expect } from "chai";
import { describe, it } from "mocha";

import { staleFiles } from "../hack/generated-files.ts";
import project from "../package.json" with { type: "json" };
import { VERSION } from "../src/version.ts";

describe("generated files", () => {
  it("are what the sources say now; else run hack/generate.ts", async () => {
    expect(await staleFiles(new URL("..", import.meta.url))).to.deep.equal([]);
  });
});

describe("the version", () => {
  it("is the same in package.json and in the program", () => {
    expect(VERSION).to.equal(project.version);
  });
});
