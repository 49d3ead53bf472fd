// Calls to a program that answers JSON lines: one request a line on its stdin, one answer a line on its stdout.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";

/** A call that the program answered with an error; `type` is the program's word for it. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly type: string;

  constructor(verb: string, type: string, message: string | null) {
    super(`${verb}: ${type}: ${message ?? "(no message)"}`);
    this.type = type;
  }
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly type: string; readonly message: string | null };
}

interface Pending {
  readonly verb: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Guarantees: every call settles, at the latest when the program ends. Answers may come in any order. */
export class JsonLineClient {
  /** Resolves with the first line, by which the program says that it listens. */
  readonly ready: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  /** `child` has pipes for stdin and stdout. */
  constructor(child: ChildProcess) {
    if (child.stdin === null || child.stdout === null) throw new Error("The program has no pipes");
    this.#child = child;
    this.#stdin = child.stdin;
    this.ready = new Promise((resolve, reject) => this.#pending.set(0, { verb: "start", resolve, reject }));
    createInterface({ input: child.stdout }).on("line", (line) => this.#receive(JSON.parse(line) as Answer));
    this.#stdin.on("error", () => undefined);
    child.once("error", (error) => this.#rejectAll(error.message));
    child.once("exit", (code, signal) => this.#rejectAll(`it ended with ${signal ?? `exit code ${code}`}`));
  }

  call(verb: string, parameters: object): Promise<unknown> {
    if (this.#hasEnded()) {
      return Promise.reject(new Error(`${verb}: The program has ended`));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { verb, resolve, reject });
      this.#stdin.write(`${JSON.stringify({ id, verb, arguments: parameters })}\n`);
    });
  }

  /** Closes the program's stdin, which it takes as the wish to end, and waits until it has. */
  async end(): Promise<void> {
    this.#stdin.end();
    if (this.#hasEnded()) return;
    this.#child.ref();
    await once(this.#child, "exit");
  }

  /** Ends the program at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    if (this.#hasEnded()) return;
    const exit = once(this.#child, "exit");
    this.#child.ref();
    this.#child.kill("SIGKILL");
    await exit;
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #receive(answer: Answer): void {
    const id = answer.id ?? 0;
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (answer.error === undefined) pending?.resolve(answer.result);
    else pending?.reject(new CallError(pending.verb, answer.error.type, answer.error.message));
  }

  #rejectAll(why: string): void {
    for (const { verb, reject } of this.#pending.values()) reject(new Error(`${verb}: No answer, ${why}`));
    this.#pending.clear();
  }
}
