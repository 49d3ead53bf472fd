// The one error that leaves a connection: a failure in the words of the model, and what became of the request.

import type { KafkaFailure } from "../model/failure.ts";

/**
 * What became of the request.
 * - `notWritten`: certainly not written to the wire.
 * - `lost`: written, perhaps in part, and no answer came.
 */
export type Fate = "notWritten" | "lost";

export class WireError extends Error {
  readonly failure: KafkaFailure;
  readonly fate: Fate;

  constructor(failure: KafkaFailure, fate: Fate, cause?: unknown) {
    super(failure.message, { cause });
    this.name = "WireError";
    this.failure = failure;
    this.fate = fate;
  }
}
