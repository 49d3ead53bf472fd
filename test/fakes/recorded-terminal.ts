// A terminal that remembers what a command wrote to it. Nobody looks: no colours, no progress, unless asked for.

import type { Terminal } from "../../src/cli/terminal.ts";

export interface RecordedTerminal extends Terminal {
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export interface TerminalOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly stdin?: string;
  readonly isTerminal?: boolean;
}

export function recordedTerminal({
  environment = {},
  workingDirectory = process.cwd(),
  stdin = "",
  isTerminal = false,
}: TerminalOptions = {}): RecordedTerminal {
  const written = { out: "", err: "" };
  return {
    environment,
    workingDirectory,
    homeDirectory: "/nonexistent",
    out: { write: (text) => void (written.out += text), isTerminal },
    err: { write: (text) => void (written.err += text), isTerminal },
    readStdin: () => Promise.resolve(stdin),
    stdout: () => written.out,
    stderr: () => written.err,
  };
}
