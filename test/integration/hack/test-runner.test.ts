import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { WorkerProcess } from "../../../hack/test-runner/worker-process.ts";
import { until } from "../../environment/until.ts";

const MAIN = fileURLToPath(new URL("../../../hack/test-runner/main.ts", import.meta.url));
const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));

let folder: string;
let worker: WorkerProcess | undefined;

async function testFile(name: string, source: string): Promise<string> {
  const path = join(folder, `${name}.test.mjs`);
  await writeFile(path, source);
  return path;
}

/** In one worker after the other; the next only when one has died. */
async function runInWorker(name: string, source: string, limitMs = 10_000) {
  if (worker?.isUsable !== true) worker = new WorkerProcess();
  const result = await worker.run(await testFile(name, source), { limitMs });
  return { ...result, isUsable: worker.isUsable, titles: result.failures.map(({ title }) => title) };
}

function runAll(...paths: string[]): Promise<{ code: number; lines: string[] }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...paths], { cwd: PROJECT }, (error, stdout) => {
      const code = typeof error?.code === "number" ? error.code : 0;
      resolve({ code, lines: stdout.trimEnd().split("\n") });
    });
  });
}

describe("The test runner", function () {
  this.timeout(60_000);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "test-runner-"));
  });
  after(async () => {
    worker?.kill();
    await rm(folder, { recursive: true });
  });

  it("counts what passed and what failed, hooks included", async () => {
    const source = `
      it("passes", () => {});
      it("fails", () => { throw new Error("The reason"); });
      describe("suite", () => { before(() => { throw new Error("Before"); }); it("never runs", () => {}); });`;
    const { passed, failures, titles, isUsable } = await runInWorker("mixed", source);
    expect(passed).to.equal(1);
    expect(titles).to.deep.equal(["fails", 'suite "before all" hook for "never runs"']);
    expect(failures[0]?.error).to.contain("The reason");
    expect(isUsable).to.equal(true);
  });

  for (const [what, source] of [
    ["an exclusive test", `it.only("alone", () => {}); it("other", () => {});`],
    ["a test without a body", `it("some day"); it("other", () => {});`],
    ["a skipped test", `it.skip("not now", () => {}); it("other", () => {});`],
    ["a test that skips itself", `it("not here", function () { this.skip(); });`],
    ["a file that cannot be loaded", `it("is lost", () => {}); throw new Error("While loading");`],
    ["a file that is not JavaScript", `it("is lost",`],
    ["a process that ends itself", `it("is lost", () => { process.exit(0); });`],
    ["a process that is killed", `it("is lost", () => { process.kill(process.pid, "SIGKILL"); });`],
    ["a rejection that nobody handles", `it("is lost", (done) => { Promise.reject(new Error("Unhandled")); });`],
    ["a test that does not end", `it("hangs", () => new Promise(() => {})).timeout(50);`],
  ] as const) {
    it(`counts ${what} as a failure`, async () => {
      const { failures } = await runInWorker(what.replaceAll(" ", "-"), source);
      expect(failures, JSON.stringify(failures)).to.have.length(1);
    });
  }

  it("ends a file that blocks its process for ever", async () => {
    const source = `it("passes", () => {}); it("blocks", () => { for (;;); });`;
    const { passed, titles, isUsable } = await runInWorker("blocked", source, 1_000);
    expect(passed).to.equal(1);
    expect(titles).to.deep.equal(["(the whole file)"]);
    expect(isUsable).to.equal(false);
  });

  it("shows what was compared", async () => {
    const source = `it("differs", () => { throw Object.assign(new Error("No"), { actual: { a: 1 }, expected: { a: 2 } }); });`;
    const { failures } = await runInWorker("diff", source);
    expect(failures[0]?.error).to.match(/- +"a": 1\n *\+ +"a": 2/);
  });

  it("goes on after a process died, repeats the failures, and closes with the count", async () => {
    const dies = await testFile("a-dies", `it("dies", () => { process.exit(3); });`);
    const nothing = await testFile("b-nothing", `describe("empty", () => {});`);
    const passes = await testFile("c-passes", `it("one", () => {}); it("two", () => {});`);
    const { code, lines } = await runAll(dies, nothing, passes);
    expect(code).to.equal(1);
    expect(lines.at(-1)).to.equal("2 passed, 2 failed");
    const repeated = lines.slice(lines.indexOf("Failures:")).join("\n");
    expect(repeated).to.contain("It died with exit code 3").and.to.contain("It ran no test");
  });

  it("tells of a process that died between two files", async () => {
    const own = new WorkerProcess();
    const source = `it("passes", () => { setTimeout(() => { throw new Error("Late"); }, 20); });`;
    expect(await own.run(await testFile("late", source), { limitMs: 10_000 })).to.deep.include({
      passed: 1,
      failures: [],
    });
    await until(() => !own.isUsable);
    expect(await own.finish())
      .to.contain("It died between two files")
      .and.to.contain("Late");
  });

  it("ends with 0 only when something ran and nothing failed", async () => {
    const passes = await testFile("passes", `it("one", () => {});`);
    const passing = await runAll(passes);
    expect(passing).to.include({ code: 0 });
    expect(passing.lines.at(-1)).to.equal("1 passed, 0 failed");
    expect(await runAll(passes, "--grep", "no such title")).to.include({ code: 1 });
    expect(await runAll(join(folder, "missing.test.mjs"))).to.include({ code: 1 });
  });
});
