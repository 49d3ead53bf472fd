// What a command knows of where it runs: its streams, its surroundings, colours and progress. Decides nothing about content.

/** What the process edge gives to a command: main.ts reads it from the process. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Paths are relative to it. */
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly out: Output;
  readonly err: Output;
  readStdin(): Promise<string>;
}

export interface Output {
  write(text: string): void;
  readonly isTerminal: boolean;
}

/** How a command ends; the command line says which of them a command knows. */
export const EXIT = {
  ok: 0,
  /** Manifests are invalid, or something could not be done or found out. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** `plan` only: something would change. */
  changes: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with one clear line. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = EXIT.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

export type Colour = "red" | "green" | "yellow" | "bold" | "dim";

const CODES: Readonly<Record<Colour, string>> = { red: "31", green: "32", yellow: "33", bold: "1", dim: "2" };

export type Paint = (colour: Colour, text: string) => string;

/** Colours only where a person looks, and not where NO_COLOR (no-color.org) asks for none. */
export function paintFor(output: Output, environment: Terminal["environment"]): Paint {
  const isColoured = output.isTerminal && (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb";
  return isColoured ? (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[0m` : (_colour, text) => text;
}

/** One line that is written over, for people who wait; nothing where nobody looks. */
export interface Progress {
  say(text: string): void;
  end(): void;
}

const CLEAR_LINE = "\r\u001b[K";

export function progressOn({ err }: Pick<Terminal, "err">): Progress {
  if (!err.isTerminal) return { say: () => {}, end: () => {} };
  return {
    say: (text) => err.write(`${CLEAR_LINE}${text}`),
    end: () => err.write(CLEAR_LINE),
  };
}

/** `1 topic`, `2 topics`. */
export function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count.toLocaleString("en")} ${noun}s`;
}
