// TwinLogger: says everything to two loggers.

import type { Logger, LogLevel } from "../../src/telemetry/logger.ts";

export function twinLogger(first: Logger, second: Logger): Logger {
  const twice =
    (level: LogLevel) =>
    (...args: Parameters<Logger["info"]>): void => {
      first[level](...args);
      second[level](...args);
    };
  return {
    error: twice("error"),
    warn: twice("warn"),
    info: twice("info"),
    debug: twice("debug"),
    with: (fields) => twinLogger(first.with(fields), second.with(fields)),
  };
}
