// SilentLogger: says nothing, for tests that do not ask what people are told.

import type { Logger } from "../../src/telemetry/logger.ts";

export const silentLogger: Logger = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  with: () => silentLogger,
};
