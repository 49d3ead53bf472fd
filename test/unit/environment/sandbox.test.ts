import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { expect } from "chai";
import { describe, it } from "mocha";

import type { ControlledProcess } from "../../environment/controlled-process.ts";
import { Sandbox } from "../../environment/sandbox.ts";
import { until } from "../../environment/until.ts";

const OWNER = fileURLToPath(new URL("sandbox-owner.ts", import.meta.url));

/** A program that says so when it is ready, then counts on. */
function counter(sandbox: Sandbox): ControlledProcess {
  return sandbox.process({
    name: "counter",
    command: "sh",
    args: ["-c", "echo ready; while :; do echo tick; sleep 0.02; done"],
    isReady: (log) => log.includes("ready"),
    readyTimeoutMs: 5_000,
  });
}

/** A single process: a shell that is frozen while it starts another waits for that one uninterruptibly. */
function sleeping(sandbox: Sandbox): ControlledProcess {
  return sandbox.process({
    name: "sleeper",
    command: "sh",
    args: ["-c", "echo ready; exec sleep 600"],
    isReady: (log) => log.includes("ready"),
    readyTimeoutMs: 5_000,
  });
}

describe("Sandbox", () => {
  it("ends its processes and removes its folder when it is closed", async () => {
    const sandbox = new Sandbox("test");
    const running = counter(sandbox);
    await running.start();
    const { pid } = running;
    await sandbox.close();
    expect(isAlive(pid)).to.equal(false);
    expect(existsSync(sandbox.folder)).to.equal(false);
  });

  it("keeps its folder to its user", () => {
    const sandbox = new Sandbox("test");
    expect(execFileSync("ls", ["-ld", sandbox.folder]).toString()).to.match(/^drwx------/);
    return sandbox.close();
  });

  it("leaves another sandbox alone when it is closed", async () => {
    await using first = new Sandbox("test");
    const second = new Sandbox("test");
    const running = counter(first);
    await running.start();
    await second.close();
    expect(isAlive(running.pid)).to.equal(true);
    expect(existsSync(first.folder)).to.equal(true);
  });

  for (const [signal, what] of [
    ["SIGKILL", "is killed"],
    ["SIGINT", "is interrupted"],
    ["SIGTERM", "is terminated"],
    ["throw", "throws"],
    ["exit", "exits without closing it"],
  ] as const) {
    it(`leaves nothing behind when its owner ${what}`, async () => {
      const owner = spawn(process.execPath, [OWNER], { stdio: ["pipe", "pipe", "ignore"] });
      const [line] = (await once(createInterface({ input: owner.stdout }), "line")) as [string];
      const { folder, pids } = JSON.parse(line) as { folder: string; pids: number[] };
      expect(pids.map(isAlive)).to.deep.equal([true, true]);
      if (signal.startsWith("SIG")) owner.kill(signal as NodeJS.Signals);
      else owner.stdin.end(signal);
      await once(owner, "exit");
      await until(() => !pids.some(isAlive) && !existsSync(folder));
    });
  }

  it("survives a closed sandbox being closed again", async () => {
    const sandbox = new Sandbox("test");
    await Promise.all([sandbox.close(), sandbox.close()]);
    await sandbox.close();
  });
});

describe("ControlledProcess", () => {
  it("freezes and goes on", async () => {
    await using sandbox = new Sandbox("test");
    const sleeper = sleeping(sandbox);
    await sleeper.start();
    sleeper.pause();
    await until(() => stateOf(sleeper.pid) === "T");
    sleeper.resume();
    await until(() => stateOf(sleeper.pid) === "S");
  });

  it("starts again after it was killed, frozen or not", async () => {
    await using sandbox = new Sandbox("test");
    const running = sleeping(sandbox);
    await running.start();
    const first = running.pid;
    running.pause();
    await running.kill();
    expect(running.pid).to.equal(undefined);
    await running.start();
    expect(running.pid).to.not.equal(first);
    expect((await running.logs()).match(/ready/g)).to.have.length(2);
  });

  it("gives a program that does not heed SIGTERM its time, then kills it", async () => {
    await using sandbox = new Sandbox("test");
    const deaf = sandbox.process({
      name: "deaf",
      command: "sh",
      args: ["-c", "trap '' TERM; echo ready; while :; do sleep 0.02; done"],
      isReady: (log) => log.includes("ready"),
      readyTimeoutMs: 5_000,
      stopTimeoutMs: 100,
    });
    await deaf.start();
    await deaf.stop();
    expect(deaf.pid).to.equal(undefined);
  });

  it("tells how a program ended that was never ready, with its last words", async () => {
    await using sandbox = new Sandbox("test");
    const failing = sandbox.process({
      name: "failing",
      command: "sh",
      args: ["-c", "echo Some reason >&2; exit 7"],
      isReady: () => false,
      readyTimeoutMs: 5_000,
    });
    const error = await failing.start().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error);
    expect((error as Error).message).to.match(/^failing \(sh\) ended with exit code 7 before it was ready/);
    expect((error as Error).message).to.contain("Some reason");
  });

  it("does not take the readiness of an earlier start for its own", async () => {
    await using sandbox = new Sandbox("test");
    const once = join(sandbox.folder, "once");
    const fickle = sandbox.process({
      name: "fickle",
      command: "sh",
      args: ["-c", `test -e ${once} && exit 1; echo ready; sleep 60`],
      isReady: (log) => log.includes("ready"),
      readyTimeoutMs: 5_000,
    });
    await fickle.start();
    writeFileSync(once, "");
    const error = await fickle.restart().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error);
  });
});

function isAlive(pid: number | undefined): boolean {
  // A zombie waits for its parent to read its exit code: it is gone all the same.
  return pid !== undefined && !["", "Z"].includes(stateOf(pid));
}

/** First letter of the state in `ps`; empty when there is no such process. */
function stateOf(pid: number | undefined): string {
  try {
    return execFileSync("ps", ["-o", "state=", "-p", String(pid)])
      .toString()
      .trim()
      .slice(0, 1);
  } catch {
    return "";
  }
}
