// The operator as a process of its own, in the form in which it ships: one bundle, a ServiceAccount, settings from the
// environment. Starts and stops it and reads what it costs; it does not know what is measured.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { bundleProgram, NODE_FLAGS } from "../hack/shipped-form.ts";
import { findFreePorts } from "../test/environment/free-ports.ts";
import { parseMetrics, type MetricsReading } from "./metrics-reading.ts";

const ROOT = join(import.meta.dirname, "..");
const REPORTER = join(import.meta.dirname, "cost-reporter.mjs");
const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

/** What a process has cost since its start. */
export interface Costs {
  readonly cpuSeconds: number;
  readonly rssMb: number;
  readonly peakRssMb: number;
}

/** Programs as they ship, in a temporary folder that is gone after disposal. */
export class Bundles implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<Bundles> {
    const folder = await mkdtemp(join(tmpdir(), "event-bus-operator-bench-"));
    // What stays outside of the bundle is found where it is installed.
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    return new Bundles(folder);
  }

  /** Path of the program; `entry` below the root of the repository. */
  async bundle(entry: string): Promise<string> {
    const outfile = join(this.#folder, `${entry.replaceAll(/[^a-z0-9]+/g, "-")}.mjs`);
    await bundleProgram(entry, outfile);
    return outfile;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}

export interface OperatorOptions {
  readonly program: string;
  /** `KUBECONFIG`, `EVENTBUS_*`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where V8 leaves a CPU profile when the process ends; default: none is taken. */
  readonly profileFolder?: string | undefined;
}

export class OperatorProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #metricsUrl: string;

  private constructor(child: ChildProcess, metricsPort: number) {
    this.#child = child;
    this.#metricsUrl = `http://127.0.0.1:${metricsPort}`;
  }

  /** Resolves when its process has been started, which is long before it serves. */
  static async start({ program, environment, profileFolder }: OperatorOptions): Promise<OperatorProcess> {
    const [port = 0] = await findFreePorts(1);
    const profiling = profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];
    const child = fork(program, {
      execArgv: ["--import", REPORTER, ...NODE_FLAGS, ...profiling],
      env: {
        PATH: process.env["PATH"],
        EVENTBUS_LOG_LEVEL: "warn",
        EVENTBUS_METRICS_ADDRESS: `127.0.0.1:${port}`,
        ...environment,
      },
      // Standard output is for the results.
      stdio: ["ignore", 2, 2, "ipc"],
    });
    return new OperatorProcess(child, port);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when every cache has synced. */
  async ready(): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (!(await this.#isReady())) {
      if (this.#child.exitCode !== null) throw new Error(`The operator ended with ${this.#child.exitCode}`);
      if (performance.now() > deadline) throw new Error("The operator was not ready in time");
      await sleep(POLL_MS);
    }
  }

  async costs(): Promise<Costs> {
    const answer = once(this.#child, "message");
    this.#child.send("costs");
    const [costs] = (await answer) as [Costs];
    return costs;
  }

  async metrics(): Promise<MetricsReading> {
    const response = await fetch(`${this.#metricsUrl}/metrics`);
    return parseMetrics(await response.text());
  }

  async kill(): Promise<void> {
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  /** In order, as a rollout would. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #isReady(): Promise<boolean> {
    try {
      const response = await fetch(`${this.#metricsUrl}/readyz`);
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}
