// Opens connections, calmly: an address that has just failed is not tried again before a pause is over, and never twice
// at once. Knows no cluster.

import { addressText, type Address } from "./address.ts";
import { openWire, type Wire, type WireOptions } from "./wire.ts";

export interface ConnectorOptions extends Omit<WireOptions, "address" | "brokerId" | "requestTimeoutMs"> {
  /** Milliseconds after the start of a failed attempt during which its address is not tried again. */
  readonly pauseMs: number;
  /** Default `openWire`. */
  readonly open?: (options: WireOptions, signal?: AbortSignal) => Promise<Wire>;
}

export interface Destination {
  readonly address: Address;
  readonly brokerId?: number | undefined;
  readonly requestTimeoutMs: number;
}

interface Failed {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly error: unknown;
}

/**
 * Guarantees
 * - At most one attempt in `pauseMs` on an address that fails, however many ask; the others get the same error.
 * - An attempt that its signal gave up says nothing about the address.
 */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #failures = new Map<string, Failed>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** @throws WireError */
  async open(destination: Destination, signal?: AbortSignal): Promise<Wire> {
    const { clock, pauseMs } = this.#options;
    const name = addressText(destination.address);
    const askedAt = clock.monotonic();
    let hasWaited = false;
    for (let other = this.#underWay.get(name); other !== undefined; other = this.#underWay.get(name)) {
      hasWaited = true;
      await other;
    }
    const failure = this.#failures.get(name);
    const now = clock.monotonic();
    // Who waited for an attempt shares its end; who comes later waits for the pause to be over.
    const isShared = hasWaited && failure !== undefined && failure.endedAt >= askedAt;
    if (failure !== undefined && (isShared || now - failure.startedAt < pauseMs)) throw failure.error;
    const attempt = this.#attempt(name, destination, now, signal);
    this.#underWay.set(name, attempt.then(ignore, ignore));
    try {
      return await attempt;
    } finally {
      this.#underWay.delete(name);
    }
  }

  async #attempt(name: string, destination: Destination, startedAt: number, signal?: AbortSignal): Promise<Wire> {
    try {
      const wire = await (this.#options.open ?? openWire)({ ...this.#options, ...destination }, signal);
      this.#failures.delete(name);
      return wire;
    } catch (error) {
      const endedAt = this.#options.clock.monotonic();
      if (!signal?.aborted) this.#failures.set(name, { startedAt, endedAt, error });
      throw error;
    }
  }
}

function ignore(): void {}
