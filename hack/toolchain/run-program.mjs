// Runs a program of the toolchain to its end, line by line; it ends with this process.

import { createInterface } from "node:readline";

const TAIL_LINES = 60;

/**
 * Resolves when it exits with 0; else rejects with its last lines.
 *
 * @param {import("../reaper/reaper.mjs").Reaper} reaper
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} options `onLine` gets stdout and stderr.
 * @returns {Promise<void>}
 */
export function runProgram(reaper, command, args, { onLine, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = reaper.spawn(command, args, { ...options, stdout: "pipe", stderr: "pipe" });
    child.ref();
    /** @type {string[]} */
    const tail = [];
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => {
        if (tail.push(line) > TAIL_LINES) tail.shift();
        onLine?.(line);
      });
    }
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`"${command} ${args[0] ?? ""}" ended with ${signal ?? `exit code ${code}`}:\n${tail.join("\n")}`),
        );
    });
  });
}
