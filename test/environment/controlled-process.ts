// One long-running program under a test's control: start until ready, freeze, kill, start again.
// It knows nothing of what the program does; readiness is asked of its owner.

import { execFileSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Reaper } from "../../hack/reaper/reaper.mjs";

const POLL_INTERVAL_MS = 20;
const LOG_TAIL_LINES = 30;
const PAUSE_TIMEOUT_MS = 5_000;

export interface ProcessSpec {
  /** Names the log file and error messages; unique in its sandbox. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of this process; undefined removes. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Asked again and again until true; `log` is what the program has written since this start. */
  readonly isReady: (log: string) => boolean | Promise<boolean>;
  readonly readyTimeoutMs: number;
  /** After SIGTERM, before SIGKILL. */
  readonly stopTimeoutMs?: number;
}

/**
 * A program that can be started, frozen, killed and started again with the same command line.
 *
 * Guarantees: `start` rejects, with the end of the log, when the program ends or is not ready in time; `kill` and `stop`
 * resolve when the program is gone; calls that find it in the wanted state do nothing.
 */
export class ControlledProcess {
  readonly name: string;
  readonly #spec: ProcessSpec;
  readonly #logFile: string;
  readonly #reaper: Reaper;
  #child: ChildProcess | undefined;

  constructor(spec: ProcessSpec, folder: string, reaper: Reaper) {
    this.name = spec.name;
    this.#spec = spec;
    this.#logFile = join(folder, `${spec.name}.log`);
    this.#reaper = reaper;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#isRunning(this.#child) ? this.#child.pid : undefined;
  }

  /** Resolves when the program is ready. */
  async start(): Promise<void> {
    if (this.pid !== undefined) return;
    const logStart = await sizeOf(this.#logFile);
    const child = this.#spawn();
    this.#child = child;
    const deadline = Date.now() + this.#spec.readyTimeoutMs;
    while (!(await this.#spec.isReady(await this.logs(logStart)))) {
      if (!this.#isRunning(child))
        throw await this.#failure(`ended with ${endOf(child)} before it was ready`, logStart);
      if (Date.now() > deadline) {
        await this.kill();
        throw await this.#failure(`was not ready after ${this.#spec.readyTimeoutMs / 1_000} s`, logStart);
      }
      await sleep(POLL_INTERVAL_MS);
    }
  }

  /** Freezes it: connections stay open, nothing is answered. When it returns, every thread has stopped. */
  pause(): void {
    this.#signal("SIGSTOP");
    const deadline = Date.now() + PAUSE_TIMEOUT_MS;
    while (this.pid !== undefined && !isStopped(this.pid)) {
      if (Date.now() > deadline) throw new Error(`${this.name} does not stop`);
    }
  }

  resume(): void {
    this.#signal("SIGCONT");
  }

  /** SIGKILL: no chance to say or write anything more. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** SIGTERM, as an administrator would; SIGKILL when it does not end in time. */
  async stop(): Promise<void> {
    this.resume();
    await this.#end("SIGTERM");
  }

  /** Kills it if it still runs, then starts it with the same ports and data. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** Resolves when it does not run (any more). */
  async ended(): Promise<void> {
    if (!this.#isRunning(this.#child)) return;
    this.#child.ref();
    await once(this.#child, "exit");
  }

  /** What it wrote to stdout and stderr, all starts together, from byte `from`. */
  async logs(from = 0): Promise<string> {
    const file = await open(this.#logFile, "a+");
    try {
      const { size } = await file.stat();
      if (size <= from) return "";
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  }

  #spawn(): ChildProcess {
    const log = openSync(this.#logFile, "a");
    try {
      const { command, args, env } = this.#spec;
      return this.#reaper.spawn(command, args, { stdout: log, stderr: log, env: { ...process.env, ...env } });
    } finally {
      closeSync(log);
    }
  }

  #isRunning(child: ChildProcess | undefined): child is ChildProcess {
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this;
    if (pid !== undefined) process.kill(-pid, signal);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.pid === undefined) return;
    const ended = this.ended();
    this.#signal(signal);
    const timer = setTimeout(() => this.#signal("SIGKILL"), this.#spec.stopTimeoutMs ?? 20_000);
    await ended;
    clearTimeout(timer);
  }

  async #failure(what: string, logStart: number): Promise<Error> {
    const lines = (await this.logs(logStart)).trimEnd().split("\n").slice(-LOG_TAIL_LINES);
    return new Error(`${this.name} (${basename(this.#spec.command)}) ${what}; its last lines:\n${lines.join("\n")}`);
  }
}

/** The threads of a process stop one by one, some moments after the signal. One that has ended counts as stopped. */
function isStopped(pid: number): boolean {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads))
    return /^[TZ]/.test(execFileSync("ps", ["-o", "state=", "-p", String(pid)], { encoding: "utf8" }));
  try {
    // The state comes after the name, which stands in parentheses and may hold anything.
    return readdirSync(threads).every((thread) =>
      / [TZX] [^)]*$/.test(readFileSync(join(threads, thread, "stat"), "utf8")),
    );
  } catch {
    // A thread has ended between the two reads: look again.
    return false;
  }
}

function endOf(child: ChildProcess): string {
  return child.signalCode ?? `exit code ${child.exitCode}`;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
