// Starts programs that cannot outlive this process, and folders that cannot either. Plain JavaScript without
// dependencies, since the toolchain needs it before anything is installed.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("reaper.sh", import.meta.url));

// The child itself reports its group, before it becomes the program: had the parent to do it, a parent killed between
// the two steps would leave a program that nobody ends. The program does not inherit the pipe.
const REPORT_AND_EXEC = 'echo "started $$" >&3; exec "$@" 3>&-';

/**
 * Folders and the programs that live with them.
 *
 * Guarantees
 * - After `close()` the folders are gone and every program was sent SIGKILL. The same happens within moments after this
 *   process ended in any way, SIGKILL included: a shell in its own session (reaper.sh) waits on a pipe that only this
 *   process and starting children hold.
 * - Programs run in their own process groups: a Ctrl-C in the terminal does not reach them.
 *
 * Assumptions: a POSIX `sh`.
 *
 * Caveats: programs get no chance to write anything more.
 */
export class Reaper {
  #shell;
  #pipe;

  /** @param {...string} folders Absolute paths of folders that do not exist yet; created for this user only. */
  constructor(...folders) {
    this.#shell = spawn("sh", [SCRIPT, ...folders], { detached: true, stdio: ["pipe", "ignore", "ignore"], cwd: "/" });
    this.#pipe = this.#shell.stdin;
    this.#pipe.on("error", () => undefined);
    this.#shell.unref();
    // After the shell knows of them, so that no moment exists in which nobody would remove one.
    for (const folder of folders) mkdirSync(folder, { mode: 0o700 });
  }

  /**
   * Starts a program; it does not keep this process alive.
   *
   * @param {string} command
   * @param {readonly string[]} args
   * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, stdin?: "ignore" | "pipe", stdout: "pipe" | number, stderr: "pipe" | number }} options
   */
  spawn(command, args, { stdin = "ignore", stdout, stderr, ...options }) {
    const child = spawn("sh", ["-c", REPORT_AND_EXEC, "sh", command, ...args], {
      ...options,
      detached: true,
      stdio: [stdin, stdout, stderr, this.#pipe],
    });
    child.unref();
    child.once("exit", () => this.#pipe.write(`ended ${child.pid}\n`));
    return child;
  }

  async close() {
    if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return;
    this.#shell.ref();
    const ended = once(this.#shell, "exit");
    this.#pipe.end();
    await ended;
  }
}
