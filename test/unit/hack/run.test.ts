import { execFile, execFileSync, spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { until } from "../../environment/until.ts";

const RUN = fileURLToPath(new URL("../../../hack/run.mjs", import.meta.url));
const RUN_TASK = new URL("../../../hack/toolchain/run-task.mjs", import.meta.url).href;

let folder: string;

/** For every test of the suite that calls it. */
function useTemporaryFolder(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "run-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
}

describe("run.mjs", () => {
  useTemporaryFolder();

  it("tells all that a machine lacks at once, with a remedy for each", async () => {
    const { code, stderr } = await runOnBareMachine("test");
    expect(code).to.equal(1);
    expect(stderr).to.match(/This machine lacks:\n- Go 1\.25 or newer.*\n {2}Install.*KUBEBUILDER_ASSETS/);
    expect(stderr).to.match(/\n- A JDK 17 or newer.*\n {2}Install.*JAVA_HOME/);
  });

  it("needs neither Go nor Java for the unit tests", async () => {
    const { stderr } = await runOnBareMachine("test", "test/unit/no-such-file.test.ts");
    expect(stderr).to.contain('There is no test file "test/unit/no-such-file.test.ts"');
  });

  it("names its tasks when it does not know one", async () => {
    const { code, stderr } = await runOnBareMachine("nonsense");
    expect(code).to.equal(1);
    expect(stderr).to.contain('There is no task "nonsense"').and.to.contain("test:unit");
  });
});

describe("A task", () => {
  useTemporaryFolder();

  it("ends with the exit code of its program", async () => {
    const child = await startTask(`process.on("SIGTERM", () => process.exit(7))`);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).to.deep.equal([7, null]);
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`ends by ${signal} when its program does`, async () => {
      const child = await startTask("");
      child.kill(signal);
      expect(await once(child, "exit")).to.deep.equal([null, signal]);
    });
  }

  it("passes on one Ctrl-C, though the terminal and npm both send one", async () => {
    const child = await startTask(`let seen = 0;
      process.on("SIGINT", () => { seen += 1; console.log("seen"); setTimeout(() => process.exit(seen), 200); })`);
    child.kill("SIGINT");
    await once(child.stdout, "data");
    child.kill("SIGINT");
    expect(await once(child, "exit")).to.deep.equal([1, null]);
  });

  it("ends its program when it is itself killed", async () => {
    const ended = join(folder, "ended");
    const child = await startTask(`import { writeFileSync } from "node:fs";
      process.on("SIGTERM", () => { writeFileSync("${ended}", ""); process.exit(); })`);
    child.kill("SIGKILL");
    await until(() => existsSync(ended));
  });

  it("finds the project's Node first", async () => {
    const isFirst = `process.env.PATH.startsWith("${dirname(process.execPath)}")`;
    const child = await startTask(`process.on("SIGTERM", () => process.exit(${isFirst} ? 4 : 5))`);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).to.deep.equal([4, null]);
  });
});

/** With nothing but a shell on PATH. */
async function runOnBareMachine(...args: string[]): Promise<{ code: unknown; stderr: string }> {
  const bin = join(folder, "bin");
  await mkdir(bin);
  const shell = execFileSync("sh", ["-c", "command -v sh"]).toString().trim();
  await symlink(shell, join(bin, "sh"));
  const env = { PATH: bin, HOME: folder, XDG_CACHE_HOME: folder };
  return await new Promise((resolve) => {
    execFile(process.execPath, [RUN, ...args], { env, cwd: folder }, (error, _stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stderr }),
    );
  });
}

/** A program under run-task.mjs, as npm starts it; resolves when the program is up. */
async function startTask(program: string): Promise<ChildProcessByStdio<null, Readable, null>> {
  const script = join(folder, "program.mjs");
  await writeFile(script, `${program}; console.log("up"); setInterval(() => {}, 1000);`);
  const door = join(folder, "door.mjs");
  await writeFile(door, `import { runTask } from "${RUN_TASK}"; await runTask(process.execPath, ["${script}"]);`);
  const child = spawn(process.execPath, [door], { stdio: ["ignore", "pipe", "inherit"] });
  await once(createInterface({ input: child.stdout }), "line");
  return child;
}
