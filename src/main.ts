// The process edge: arguments, environment, streams, exit codes. The only reader of process.env.

import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { text } from "node:stream/consumers";
import { isatty } from "node:tty";

import { runProgram } from "./cli/program.ts";
import type { Output, Terminal } from "./cli/terminal.ts";
import { VERSION } from "./version.ts";

enableCompileCache();

const terminal: Terminal = {
  environment: process.env,
  workingDirectory: process.cwd(),
  homeDirectory: homedir(),
  out: outputTo(process.stdout),
  err: outputTo(process.stderr),
  readStdin: () => text(process.stdin),
};

process.exitCode = await runProgram(process.argv.slice(2), {
  terminal,
  version: VERSION,
  operate: async () => {
    const { runOperator } = await import("./cli/operator.ts");
    await runOperator({ environment: process.env, version: VERSION, exit: (code) => process.exit(code) });
  },
});

function outputTo(stream: NodeJS.WriteStream & { readonly fd: number }): Output {
  // Whoever reads may have seen enough, as `head` does.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
  return { write: (written) => void stream.write(written), isTerminal: isatty(stream.fd) };
}
