// The runner's end of one worker: orders it to run a file, and knows when it has died or taken too long.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Order, Report, TestReport } from "./messages.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));
const END_WITH_PARENT = new URL("../toolchain/end-with-parent.mjs", import.meta.url).href;
const FINISH_TIMEOUT_MS = 30_000;
const OUTPUT_GRACE_MS = 1_000;

export interface Failure {
  readonly title: string;
  readonly error: string;
}

/** What came of one test file. */
export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly Failure[];
  readonly durationMs: number;
  /** What its tests, and what they started, wrote to stdout and stderr. */
  readonly output: string;
}

/** Guarantees: `run` always resolves; a worker that died or was killed `isUsable` no more and has cost one failure. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #output = "";
  #isDeathTold = false;

  constructor() {
    this.#child = fork(WORKER, { execArgv: ["--import", END_WITH_PARENT], stdio: ["ignore", "pipe", "pipe", "ipc"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    }
  }

  get isUsable(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.connected;
  }

  /** Runs one file; one at a time. */
  async run(
    file: string,
    options: { readonly grep?: string | undefined; readonly limitMs: number },
  ): Promise<FileResult> {
    const startedAt = performance.now();
    const failures: Failure[] = [];
    let passed = 0;
    this.#output = "";
    const end = this.#nextEnd(options.limitMs, (report) => {
      if (report.kind === "passed") passed += 1;
      else failures.push(report);
    });
    this.#order({ kind: "run", file, grep: options.grep });
    const problem = await end;
    if (problem !== undefined) failures.push(problem);
    return { file, passed, failures, durationMs: performance.now() - startedAt, output: this.#output };
  }

  /** Resolves when the file is done, with what went wrong beside its tests; collects their reports until then. */
  #nextEnd(limitMs: number, collect: (report: TestReport) => void): Promise<Failure | undefined> {
    return new Promise((resolve) => {
      let isLate = false;
      let grace: NodeJS.Timeout | undefined;
      const onMessage = (report: Report): void => {
        if (report.kind === "fileDone") settle(undefined);
        else collect(report);
      };
      const onClose = (code: number | null, signal: string | null): void => {
        this.#isDeathTold = true;
        const died = { title: "(the process)", error: `It died with ${signal ?? `exit code ${code}`}` };
        settle(isLate ? { title: "(the whole file)", error: `It was not done after ${limitMs / 1_000} s` } : died);
      };
      // "close" comes when all output has: never, if a program that it started holds on to it.
      const onExit = (...end: [number | null, string | null]): void => {
        grace = setTimeout(onClose, OUTPUT_GRACE_MS, ...end);
      };
      const limit = setTimeout(() => {
        isLate = true;
        this.kill();
      }, limitMs);
      const settle = (problem: Failure | undefined): void => {
        clearTimeout(limit);
        clearTimeout(grace);
        this.#child.off("message", onMessage).off("close", onClose).off("exit", onExit);
        resolve(problem);
      };
      this.#child.on("message", onMessage).on("close", onClose).on("exit", onExit);
    });
  }

  /** Lets it stop what it has started. Returns what went wrong, its death between two files included. */
  async finish(): Promise<string | undefined> {
    if (!this.isUsable) return this.#isDeathTold ? undefined : `It died between two files\n${this.#output}`;
    const closed = once(this.#child, "close") as Promise<[number | null, string | null]>;
    const timer = setTimeout(() => this.kill(), FINISH_TIMEOUT_MS);
    this.#order({ kind: "finish" });
    const [code, signal] = await closed;
    clearTimeout(timer);
    return code === 0 ? undefined : `It ended with ${signal ?? `exit code ${code}`}\n${this.#output}`;
  }

  /** At once; what it has started ends with it. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #order(order: Order): void {
    // A worker that has died tells so by "close".
    this.#child.send(order, () => undefined);
  }
}
