// Logger: structured log lines on winston. No module-level logger: whoever logs is given one.

import winston from "winston";

import { redact, redactText } from "./redact.ts";

export type LogLevel = "error" | "warn" | "info" | "debug";

/** `error` is told with its causes; the rest must be plain data. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Messages are constant sentences; what varies goes into fields. */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each line. */
  with(fields: LogFields): Logger;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** `json` for machines, `text` for terminals. */
  readonly format: "json" | "text";
  /** Default: standard error. */
  readonly destination?: NodeJS.WritableStream | undefined;
}

/** Secrets are taken out of every line, whoever wrote it (redact.ts). */
export function createLogger(options: LoggerOptions): Logger {
  const { format } = winston;
  const stream = options.destination ?? process.stderr;
  const logger = winston.createLogger({
    level: options.level,
    format: format.combine(format.timestamp(), options.format === "json" ? format.json() : textFormat()),
    transports: [new winston.transports.Stream({ stream })],
  });
  return new WinstonLogger(logger, {});
}

class WinstonLogger implements Logger {
  readonly #logger: winston.Logger;
  readonly #bound: LogFields;

  constructor(logger: winston.Logger, bound: LogFields) {
    this.#logger = logger;
    this.#bound = bound;
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

  with(fields: LogFields): Logger {
    return new WinstonLogger(this.#logger, { ...this.#bound, ...fields });
  }

  #write(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (!this.#logger.isLevelEnabled(level)) return;
    const shown = redact({ ...this.#bound, ...fields }) as Record<string, unknown>;
    this.#logger.log({ ...shown, level, message: redactText(message) });
  }
}

function textFormat(): winston.Logform.Format {
  return winston.format.printf(({ timestamp, level, message, ...fields }) => {
    const rest = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    return [String(timestamp), level.toUpperCase().padEnd(5), String(message), ...rest].join(" ");
  });
}
