// Pages that name tests: what they name is there, so that no claim outlives its proof.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect } from "chai";
import { describe, it } from "mocha";

const ROOT = join(import.meta.dirname, "..");
const CASES = 79;
const NAMED = /`(test\/[^`]+)`: "([^"]+)"/g;

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

describe("The comparison with Strimzi", () => {
  const page = read("docs/strimzi-comparison.md");
  const rows = page
    .split("\n")
    .filter((line) => /^\| \d+ /.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));

  it("has every case, in order, with a verdict", () => {
    expect(rows.map(([, number]) => Number(number))).to.deep.equal(
      Array.from({ length: CASES }, (_, index) => index + 1),
    );
    for (const [, number, , verdict] of rows) {
      expect(verdict, `case ${number}`).to.be.oneOf(["same", "different", "not applicable"]);
    }
  });

  it("gives a reason for every difference, and a test for every case that applies", () => {
    for (const [, number, , verdict, how, tests] of rows) {
      if (verdict === "different") expect(how, `case ${number}`).not.to.equal("");
      if (verdict !== "not applicable")
        expect([...(tests ?? "").matchAll(NAMED)], `case ${number}`).not.to.have.length(0);
    }
  });

  it("names tests that are there", () => {
    const named = [...page.matchAll(NAMED)].map(([, path = "", title = ""]) => ({ path, title }));
    expect(named).to.have.length.above(CASES - 20);
    for (const { path, title } of named) {
      expect(existsSync(join(ROOT, path)), path).to.equal(true);
      expect(read(path), path).to.include(title);
    }
  });
});

describe("The page on living with Strimzi", () => {
  it("names tests that are there", () => {
    const text = read("docs/strimzi.md");
    const titles = [...text.matchAll(/"(a topic [^"]+)"/g)].map(([, title = ""]) => title.replaceAll(/\s+/g, " "));
    expect(titles).to.have.length(2);
    for (const title of titles) expect(read("test/integration/strimzi-coexistence.test.ts")).to.include(title);
  });
});

describe("Links between pages", () => {
  const pages = [
    "README.md",
    "CONTRIBUTING.md",
    ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => join("docs", name)),
  ];
  const LINK = /\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g;

  it("lead to what is there", () => {
    const broken = pages.flatMap((page) =>
      Array.from(read(page).matchAll(LINK), ([, target = ""]) => target)
        .filter((target) => !existsSync(join(ROOT, dirname(page), target)))
        .map((target) => `${page} → ${target}`),
    );
    expect(broken).to.deep.equal([]);
  });
});

describe("The diagram in the README", () => {
  it("has the phases of the pipeline, in their order", () => {
    const line =
      read("README.md")
        .split("\n")
        .find((text) => text.startsWith("watch ─►")) ?? "";
    const drawn = line.split("─►").map((word) => word.trim());
    const [, phases = ""] = /interface Phases<[^{]*\{(.*?)\n\}/s.exec(read("src/controllers/pipeline.ts")) ?? [];
    const named = [...phases.matchAll(/^ {2}([a-z]+)\(/gm)].map(([, name = ""]) => name);
    // Only after a run that others have overtaken.
    const inOrder = named.filter((name) => name !== "withhold");
    expect(drawn.slice(3)).to.deep.equal([...inOrder, "summarize", "status, events"]);
  });
});
