import { expect } from "chai";
import { describe, it } from "mocha";

import { fulfils } from "../../../../hack/toolchain/node-packages.mjs";

const NODE = `node_modules/node-${process.platform}-${process.arch}`;
const WANTED = {
  "": { version: "0.1.0" },
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/foreign": { version: "1.0.0", integrity: "sha512-f", optional: true },
  "node_modules/unpinned": { version: "1.0.0", optional: true },
  [NODE]: { version: "24.0.0", integrity: "sha512-n", optional: true },
};
const INSTALLED = {
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/unpinned": { version: "1.0.0", integrity: "sha512-u", optional: true },
  [NODE]: { version: "24.0.0", integrity: "sha512-n", optional: true },
};

describe("fulfils()", () => {
  it("is content with all that is for this platform", () => {
    expect(fulfils(INSTALLED, WANTED)).to.equal(true);
  });

  for (const [what, change] of [
    ["a package is missing", { "node_modules/a": undefined }],
    ["a package has another version", { "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } }],
    ["a package has another content", { "node_modules/a": { version: "1.0.0", integrity: "sha512-x" } }],
    ["an optional package has another version", { "node_modules/unpinned": { version: "2.0.0" } }],
    ["the project's Node is missing, though npm calls it optional", { [NODE]: undefined }],
  ] as const) {
    it(`asks for an installation when ${what}`, () => {
      const installed = Object.fromEntries(
        Object.entries({ ...INSTALLED, ...change }).filter(([, entry]) => entry !== undefined),
      ) as typeof INSTALLED;
      expect(fulfils(installed, WANTED)).to.equal(false);
    });
  }

  it("asks for an installation when npm was interrupted, and has left no lockfile", () => {
    expect(fulfils({}, WANTED)).to.equal(false);
  });
});
