// What happens to errors that nobody caught: they are told, with their cause, and the process ends. Nothing continues
// in a state that nobody has thought of.

import type { EventEmitter } from "node:events";

import type { Logger } from "../telemetry/logger.ts";

/** Reports the first uncaught error to `onCrash`, which must end the process. Returns the end of the arrangement. */
export function guardAgainstCrashes(process: EventEmitter, log: Logger, onCrash: () => void): () => void {
  let hasCrashed = false;
  const report = (kind: string) => (error: unknown) => {
    log.error("Uncaught error; the process ends", { kind, error });
    if (!hasCrashed) onCrash();
    hasCrashed = true;
  };
  const handlers = { unhandledRejection: report("unhandledRejection"), uncaughtException: report("uncaughtException") };
  for (const [event, handler] of Object.entries(handlers)) process.on(event, handler);
  return () => {
    for (const [event, handler] of Object.entries(handlers)) process.off(event, handler);
  };
}
