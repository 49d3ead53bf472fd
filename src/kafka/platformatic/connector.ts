// Opens connections, calmly: while addresses of a bus fail, it tries one of them at a time and no more than one in a pause.
// Knows no cluster.

import type { Timer } from "../../runtime/clock.ts";
import { addressText, type Address } from "./address.ts";
import { openWire, type Wire, type WireOptions } from "./wire.ts";

export interface ConnectorOptions extends Omit<WireOptions, "address" | "brokerId" | "requestTimeoutMs"> {
  /** Milliseconds between the starts of two attempts on addresses that have failed before. */
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

/** Somebody who wants a connection, and how far that has come. */
interface Asked {
  readonly at: number;
  /** For somebody else's attempt on the same address. */
  hasWaited: boolean;
  hasTurn: boolean;
}

/** Somebody whose address has failed, and who waits for a turn to try it once more. */
interface Waiting {
  readonly name: string;
  readonly leave: (how: Leaving) => void;
}

/** It is its turn, somebody else has tried the address meanwhile, or it has given up. */
type Leaving = "turn" | "tried" | "givenUp";

/** Who gets no turn within so many pauses is told the failure that is known: a search goes on elsewhere. */
const PATIENCE_PAUSES = 3;

/**
 * Guarantees
 * - An address that has not failed since it last worked is tried at once: a broker that lives is found without delay.
 * - Of all others together at most one is tried in `pauseMs`, those first that were tried longest ago, however many ask.
 * - Never two attempts on one address at once; who asks meanwhile gets the same error.
 * - An attempt that its signal gave up says nothing about the address.
 */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #failures = new Map<string, Failed>();
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #line = new Set<Waiting>();
  #triedAt = -Infinity;
  #timer: Timer | undefined;

  constructor(options: ConnectorOptions) {
    this.#options = options;
  }

  /** @throws WireError */
  async open(destination: Destination, signal?: AbortSignal): Promise<Wire> {
    const name = addressText(destination.address);
    const asked: Asked = { at: this.#options.clock.monotonic(), hasWaited: false, hasTurn: false };
    for (;;) {
      const other = this.#underWay.get(name);
      const failed = this.#failures.get(name);
      if (other !== undefined) {
        await other;
        asked.hasWaited = true;
      } else if (failed === undefined || this.#mayTry(failed, asked)) {
        return await this.#attempt(name, destination, signal);
      } else {
        const left = await this.#standInLine(name, signal);
        if (left === "givenUp") throw failed.error;
        asked.hasTurn = left === "turn";
        asked.hasWaited = true;
      }
    }
  }

  /** False where it must wait for its turn. @throws the failure that is known, where it is news. */
  #mayTry({ startedAt, endedAt, error }: Failed, { at, hasTurn, hasWaited }: Asked): boolean {
    const { clock, pauseMs } = this.#options;
    const now = clock.monotonic();
    // Who waited for an attempt shares its end.
    if (hasWaited && endedAt >= at) throw error;
    if (hasTurn) return true;
    if (now - startedAt < pauseMs) throw error;
    return this.#line.size === 0 && now - this.#triedAt >= pauseMs;
  }

  #standInLine(name: string, signal: AbortSignal | undefined): Promise<Leaving> {
    const { clock, pauseMs } = this.#options;
    return new Promise((resolve) => {
      const leave = (how: Leaving): void => {
        this.#line.delete(waiting);
        patience.cancel();
        if (this.#line.size === 0) this.#rest();
        signal?.removeEventListener("abort", giveUp);
        resolve(how);
      };
      const giveUp = (): void => leave("givenUp");
      const waiting: Waiting = { name, leave };
      const patience = clock.after(PATIENCE_PAUSES * pauseMs, giveUp);
      this.#line.add(waiting);
      this.#schedule();
      signal?.addEventListener("abort", giveUp, { once: true });
      if (signal?.aborted) giveUp();
    });
  }

  #schedule(): void {
    const { clock, pauseMs } = this.#options;
    this.#timer ??= clock.after(this.#triedAt + pauseMs - clock.monotonic(), () => {
      this.#timer = undefined;
      this.#passOn();
    });
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** To whose address was tried longest ago. */
  #passOn(): void {
    const { clock, pauseMs } = this.#options;
    const now = clock.monotonic();
    if (now - this.#triedAt >= pauseMs) {
      const triedAt = ({ name }: Waiting): number => this.#failures.get(name)?.startedAt ?? -Infinity;
      const [next] = [...this.#line].toSorted((one, other) => triedAt(one) - triedAt(other));
      if (next === undefined) return;
      this.#triedAt = now;
      next.leave("turn");
    }
    if (this.#line.size > 0) this.#schedule();
  }

  async #attempt(name: string, destination: Destination, signal?: AbortSignal): Promise<Wire> {
    const startedAt = (this.#triedAt = this.#options.clock.monotonic());
    const attempt = (this.#options.open ?? openWire)({ ...this.#options, ...destination }, signal);
    this.#underWay.set(name, attempt.then(ignore, ignore));
    try {
      const wire = await attempt;
      this.#failures.delete(name);
      return wire;
    } catch (error) {
      const endedAt = this.#options.clock.monotonic();
      if (!signal?.aborted) this.#failures.set(name, { startedAt, endedAt, error });
      throw error;
    } finally {
      this.#underWay.delete(name);
      for (const waiting of this.#line) if (waiting.name === name) waiting.leave("tried");
    }
  }
}

function ignore(): void {}
