// Runs a task with the project's Node, and ends as it ends: same exit code, or same signal.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { environmentWith, PROJECT } from "./node-packages.mjs";

const END_WITH_PARENT = fileURLToPath(new URL("end-with-parent.mjs", import.meta.url));
/** @type {readonly NodeJS.Signals[]} */
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGWINCH"];
/** The terminal sends a Ctrl-C to us, and npm passes on its own copy: one wish. */
const SAME_SIGNAL_MS = 500;

/**
 * Does not return: this process ends with the task.
 *
 * The task runs in a session of its own, so that it gets each signal once, from us, and not from the terminal as well.
 *
 * @param {string} node
 * @param {readonly string[]} args
 * @param {string} [cwd] Default: the project, as npm does it; tasks name their files from there.
 * @returns {Promise<never>}
 */
export function runTask(node, args, cwd = PROJECT) {
  // Before the task exists, so that no signal can end us without it.
  const lastSent = new Map();
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      const now = performance.now();
      const isRepeated = now - (lastSent.get(signal) ?? -Infinity) < SAME_SIGNAL_MS;
      if (!isRepeated) child.kill(signal);
      lastSent.set(signal, now);
    });
  }
  const child = spawn(node, ["--import", END_WITH_PARENT, ...args], {
    cwd,
    detached: true,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: environmentWith(node),
  });
  return new Promise((_resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (signal === null) process.exit(code ?? 1);
      for (const forwarded of FORWARDED) process.removeAllListeners(forwarded);
      process.kill(process.pid, signal);
    });
  });
}
