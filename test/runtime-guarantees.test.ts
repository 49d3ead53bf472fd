// docs/runtime.md names the tests that prove what the runtime guarantees: each of them is there.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect } from "chai";
import { before, describe, it } from "mocha";

const ROOT = join(import.meta.dirname, "..");
/** `[`file`](../file) title`, up to the next one, or to the end of the cell. */
const PROOF = /\[`(test\/[^`]+)`\]\(\.\.\/([^)]+)\) (.+?)(?=<br>| *\| *$)/gm;

interface Proof {
  readonly file: string;
  readonly link: string;
  readonly title: string;
}

describe("The guarantees of docs/runtime.md", () => {
  let proofs: readonly Proof[];
  let rows: readonly string[];
  const titles = new Map<string, string[]>();

  before(async function () {
    this.timeout(60_000);
    const page = await readFile(join(ROOT, "docs/runtime.md"), "utf8");
    const section = page.split("## Guarantees and their tests")[1]?.split(/^## /m)[0] ?? "";
    rows = section.split("\n").filter((line) => line.startsWith("| ") && !/^\| (guarantee |-+)/.test(line));
    proofs = rows.flatMap((row) =>
      [...row.matchAll(PROOF)].map(([, file = "", link = "", title = ""]) => ({ file, link, title: title.trim() })),
    );
    // In a process of its own: a file that is loaded here would not be loaded again when its turn comes.
    const files = [...new Set(proofs.map(({ file }) => file))];
    const args = ["node_modules/mocha/bin/mocha.js", "--dry-run", "--reporter", "json", ...files];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, maxBuffer: 64 * 1024 ** 2 });
    const { tests } = JSON.parse(stdout) as {
      readonly tests: readonly { readonly file: string; readonly fullTitle: string }[];
    };
    for (const { file, fullTitle } of tests) {
      const path = file.slice(ROOT.length + 1);
      titles.set(path, [...(titles.get(path) ?? []), fullTitle]);
    }
  });

  it("each name at least one test", () => {
    expect(rows.length).to.be.greaterThan(40);
    expect(rows.filter((row) => [...row.matchAll(PROOF)].length === 0)).to.deep.equal([]);
  });

  it("name tests that exist, by their whole titles or, before …, by how they begin", () => {
    const missing = proofs.filter(({ file, link, title }) => {
      const known = titles.get(file) ?? [];
      const found = title.endsWith("…")
        ? known.some((whole) => whole.startsWith(title.slice(0, -1).trimEnd()))
        : known.includes(title);
      return !found || link !== file;
    });
    expect(missing).to.deep.equal([]);
  });
});
