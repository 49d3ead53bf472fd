// A process that runs widget-operator-main.ts: started, told to stumble, signalled, and asked what it said.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { expect } from "chai";

import { eventually } from "./eventually.ts";

const PROGRAM = fileURLToPath(new URL("widget-operator-main.ts", import.meta.url));

export interface WidgetProcessOptions {
  readonly name: string;
  readonly kubeconfig: string;
  readonly namespace: string;
  /** A lease of the lengths that ship, instead of a fifth of them. Default false. */
  readonly hasDefaultLease?: boolean;
}

export class WidgetProcess {
  readonly name: string;
  /** Everything that it wrote so far. */
  output = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;

  constructor({ name, kubeconfig, namespace, hasDefaultLease = false }: WidgetProcessOptions) {
    this.name = name;
    const args = [PROGRAM, kubeconfig, namespace, name, ...(hasDefaultLease ? ["default-lease"] : [])];
    this.#child = spawn(process.execPath, args, { stdio: "pipe" });
    this.#ended = once(this.#child, "exit");
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  hasSaid(line: string): boolean {
    return this.output.split("\n").includes(line);
  }

  async says(line: string, withinMs = 45_000): Promise<void> {
    await eventually(() => expect(this.output.split("\n"), `${this.name}: ${this.output}`).to.include(line), withinMs);
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Exit code, or the signal that ended it. */
  async end(): Promise<unknown> {
    const [code, signal] = await this.#ended;
    return code ?? signal;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }
}
