// The loop of a double of one of Strimzi's operators on the real API server: it looks again and again until it is stopped.

import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 50;

export abstract class PollingDouble implements AsyncDisposable {
  #running: Promise<void> | undefined;
  #isStopped = true;
  #failure: unknown;

  /** Everything is looked at again, as once in two minutes. */
  abstract pass(): void;

  protected abstract look(): Promise<void>;

  start(): void {
    this.#isStopped = false;
    this.#running = this.#run();
  }

  /** Rejects with what went wrong inside of the double meanwhile. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.look();
      } catch (error) {
        this.#failure ??= error;
      }
      await sleep(POLL_MS);
    }
  }
}
