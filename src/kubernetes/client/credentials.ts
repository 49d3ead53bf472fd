// Credentials: the access in use, renewed before it is stale and at once when it was refused. A renewal that fails
// never takes away what still works.

import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { Access } from "./kubeconfig.ts";

export interface CredentialsOptions {
  /** See AccessReader. */
  readonly read: (options: { readonly isDenied: boolean }) => Promise<Access>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Files are read again when this old, milliseconds. Default 45,000: rotated tokens are in use within a minute. */
  readonly maxAgeMs?: number | undefined;
}

/** Between tries to renew after a failure, and between renewals because of refusals. */
const RETRY_MS = 1_000;

/**
 * Guarantees
 * - `current` never returns access older than `maxAgeMs` unless renewing failed; then the last good one.
 * - One reading at a time, whoever asks.
 */
export class Credentials {
  readonly #options: CredentialsOptions;
  readonly #maxAgeMs: number;
  #access: Access | undefined;
  #readAt = 0;
  #triedAt = -Infinity;
  #isDenied = false;
  #reading: Promise<Access> | undefined;

  constructor(options: CredentialsOptions) {
    this.#options = options;
    this.#maxAgeMs = options.maxAgeMs ?? 45_000;
  }

  /** Rejects only when there has never been any access. */
  async current(): Promise<Access> {
    const now = this.#options.clock.monotonic();
    const isFresh = !this.#isDenied && now - this.#readAt < this.#maxAgeMs;
    if (this.#access !== undefined && (isFresh || now - this.#triedAt < RETRY_MS)) return this.#access;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    return await this.#reading;
  }

  /** The server refused `access`, or could not be reached with it: the next `current` reads it anew. */
  deny(access: Access): void {
    if (access === this.#access) this.#isDenied = true;
  }

  async #read(): Promise<Access> {
    const { clock, log, read } = this.#options;
    this.#triedAt = clock.monotonic();
    try {
      this.#access = await read({ isDenied: this.#isDenied });
      this.#readAt = clock.monotonic();
      this.#isDenied = false;
    } catch (error) {
      if (this.#access === undefined) throw error;
      log.warn("Cannot renew the credentials for the API server; the old ones stay in use", { error });
    }
    return this.#access;
  }
}
