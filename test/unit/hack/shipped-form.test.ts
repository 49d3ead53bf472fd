import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { bundleProgram, UNBUNDLED } from "../../../hack/shipped-form.ts";

describe("The bundle of the operator", () => {
  let folder: string;
  let text: string;
  before(async function () {
    this.timeout(30_000);
    folder = await mkdtemp(join(tmpdir(), "bundle-"));
    await bundleProgram("src/main.ts", join(folder, "main.mjs"));
    text = await readFile(join(folder, "main.mjs"), "utf8");
  });
  after(() => rm(folder, { recursive: true }));

  it("loads what is heavy and seldom wanted only where it is wanted", () => {
    expect(UNBUNDLED.filter((name) => text.includes(`from"${name}"`))).to.deep.equal(["@platformatic/kafka"]);
    expect(text).to.match(/import\("@opentelemetry\/sdk-node"\)/);
  });

  it("has no character beyond Latin-1, which would double what its source takes in memory", () => {
    expect([...new Set(text)].filter((character) => character > "\u00ff")).to.deep.equal([]);
  });
});
