// RecordingLogger: keeps what was logged, for tests that ask what people are told.

import type { LogFields, Logger, LogLevel } from "../../src/telemetry/logger.ts";

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

export class RecordingLogger implements Logger {
  readonly lines: LogLine[];
  readonly #bound: LogFields;

  constructor(bound: LogFields = {}, lines: LogLine[] = []) {
    this.#bound = bound;
    this.lines = lines;
  }

  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write("warn", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#write("debug", message, fields);
  }

  /** Shares its lines. */
  with(fields: LogFields): RecordingLogger {
    return new RecordingLogger({ ...this.#bound, ...fields }, this.lines);
  }

  messages(level: LogLevel): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }

  #write(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.lines.push({ level, message, fields: { ...this.#bound, ...fields } });
  }
}
