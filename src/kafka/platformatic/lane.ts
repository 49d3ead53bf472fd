// One connection to one broker for one channel: connects when needed, sends what waits, and lets go when idle.
// It neither chooses brokers nor retries: what fails goes back to whoever sent it.

import type { Clock, Timer } from "../../runtime/clock.ts";
import type { KafkaFailure } from "../model/failure.ts";
import type { Channel } from "./operation.ts";
import { type Batch, type Outcome, RequestQueue, type Ticket } from "./request-queue.ts";
import { WireError } from "./wire-error.ts";
import type { Wire } from "./wire.ts";

export interface LaneOptions {
  readonly brokerId: number;
  readonly channel: Channel;
  readonly clock: Clock;
  /** A connection without traffic is closed after so many milliseconds. */
  readonly idleMs: number;
  /** Requests in flight at most. */
  readonly maxInFlight: number;
  connect(): Promise<Wire>;
  /** Asked right before a write request is written. */
  mayWrite(clusterId: string): boolean;
}

/**
 * Guarantees
 * - Coalescing without a fixed window: an idle lane sends after the current turn of the event loop, a busy one collects
 *   until a place is free.
 * - Every ticket is settled exactly once, also when the connection fails or the lane is closed.
 * - Nothing is written to a cluster other than the ticket's, nor while `mayWrite` says no: such tickets are dropped.
 * - A broker that throttles is left alone for as long as it asked.
 */
export class Lane {
  readonly brokerId: number;
  readonly #options: LaneOptions;
  readonly #queue = new RequestQueue();
  readonly #inFlightOn = new Map<Wire, number>();
  #inFlight = 0;
  #wire: Wire | undefined;
  #isConnecting = false;
  #isScheduled = false;
  #isRetired = false;
  #closed: string | undefined;
  #pausedUntil = 0;
  #pauseTimer: Timer | undefined;
  #idleTimer: Timer | undefined;

  constructor(options: LaneOptions) {
    this.brokerId = options.brokerId;
    this.#options = options;
  }

  /** Whether there is a connection now. */
  get isConnected(): boolean {
    return this.#wire?.isOpen ?? false;
  }

  /** Retired, and done with everything. */
  get hasLeft(): boolean {
    return this.#isRetired && this.#wire === undefined && this.#inFlight === 0 && this.#queue.isEmpty;
  }

  submit<Item, Value>(ticket: Ticket<Item, Value>): void {
    if (this.#closed !== undefined) {
      ticket.settle({ kind: "dropped", reason: this.#closed });
      return;
    }
    this.#idleTimer?.cancel();
    this.#queue.add(ticket);
    this.#schedule();
  }

  /** Takes over a connection that was opened elsewhere, in place of its own. */
  adopt(wire: Wire): void {
    if (this.#closed !== undefined) {
      wire.close();
      return;
    }
    this.#replaceWire(wire);
    this.#schedule();
  }

  /** Finishes what waits, then closes its connection. */
  retire(): void {
    this.#isRetired = true;
    this.#schedule();
  }

  /** Drops what waits and cuts off what is in flight. */
  close(reason: string): void {
    this.#closed = reason;
    this.#idleTimer?.cancel();
    this.#pauseTimer?.cancel();
    for (const ticket of this.#queue.drain()) ticket.settle({ kind: "dropped", reason });
    for (const wire of this.#inFlightOn.keys()) wire.close();
    this.#wire?.close();
    this.#wire = undefined;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#closed !== undefined) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#closed !== undefined) return;
    if (this.#queue.isEmpty) {
      this.#queue.drain();
      this.#rest();
      return;
    }
    const { clock, maxInFlight } = this.#options;
    const pauseMs = this.#pausedUntil - clock.monotonic();
    if (pauseMs > 0) {
      this.#pauseTimer?.cancel();
      this.#pauseTimer = clock.after(pauseMs, () => this.#schedule());
      return;
    }
    while (this.#inFlight < maxInFlight) {
      const wire = this.#usableWire();
      if (wire === undefined) return;
      const batch = this.#queue.take();
      if (batch === undefined) return;
      const admitted = this.#admit(batch, wire);
      if (admitted !== undefined) void this.#send(admitted, wire);
    }
  }

  #usableWire(): Wire | undefined {
    const wire = this.#wire;
    if (wire?.isOpen && this.#options.clock.monotonic() < wire.retireAt) return wire;
    if (!this.#isConnecting) void this.#connect();
    return undefined;
  }

  async #connect(): Promise<void> {
    this.#isConnecting = true;
    try {
      const wire = await this.#options.connect();
      if (this.#closed === undefined) this.#replaceWire(wire);
      else wire.close();
    } catch (error) {
      const lost: Outcome<never> = { kind: "lost", error: asWireError(error, "notWritten") };
      for (const ticket of this.#queue.drain()) ticket.settle(lost);
    } finally {
      this.#isConnecting = false;
      this.#schedule();
    }
  }

  #replaceWire(wire: Wire): void {
    const old = this.#wire;
    this.#wire = wire;
    if (old !== undefined) this.#closeUnlessUsed(old);
  }

  /** A connection that was replaced ends with the last answer on it. */
  #closeUnlessUsed(wire: Wire): void {
    if (wire !== this.#wire && !this.#inFlightOn.has(wire)) wire.close();
  }

  #count(wire: Wire, change: 1 | -1): void {
    this.#inFlight += change;
    const inFlight = (this.#inFlightOn.get(wire) ?? 0) + change;
    if (inFlight === 0) this.#inFlightOn.delete(wire);
    else this.#inFlightOn.set(wire, inFlight);
  }

  /** Leaves out what may not be written; nothing may come between this and the write. */
  #admit(batch: Batch, wire: Wire): Batch | undefined {
    if (this.#options.channel !== "write") return batch;
    const judged = [...batch.tickets].filter(([, [ticket]]) => {
      if (ticket?.clusterId === wire.clusterId) return true;
      ticket?.settle({ kind: "dropped", reason: `The connection leads to another cluster, "${wire.clusterId}"` });
      return false;
    });
    if (judged.length === 0) return undefined;
    if (!this.#options.mayWrite(wire.clusterId)) {
      const reason = "The permission to write is withheld";
      for (const [, tickets] of judged) for (const ticket of tickets) ticket.settle({ kind: "dropped", reason });
      return undefined;
    }
    const items = judged.flatMap(([, [ticket]]) => (ticket === undefined ? [] : [ticket.item]));
    return { ...batch, items, tickets: new Map(judged) };
  }

  async #send(batch: Batch, wire: Wire): Promise<void> {
    const { operation, items, tickets } = batch;
    this.#count(wire, 1);
    for (const sharing of tickets.values()) for (const ticket of sharing) ticket.written();
    let outcomeOf: (key: string) => Outcome<unknown>;
    try {
      const { results, throttleMs } = await operation.exchange(wire, items);
      this.#pausedUntil = Math.max(this.#pausedUntil, this.#options.clock.monotonic() + throttleMs);
      outcomeOf = (key) => {
        const result = results.get(key);
        return result ? { kind: "answered", result, throttleMs } : { kind: "lost", error: unanswered(operation.name) };
      };
    } catch (error) {
      const lost: Outcome<never> = { kind: "lost", error: asWireError(error, "lost") };
      outcomeOf = () => lost;
    }
    this.#count(wire, -1);
    this.#closeUnlessUsed(wire);
    for (const [key, sharing] of tickets) for (const ticket of sharing) ticket.settle(outcomeOf(key));
    this.#schedule();
  }

  /** Nothing waits: closes the connection now or, if it stays idle, later. */
  #rest(): void {
    if (this.#inFlight > 0 || this.#wire === undefined) return;
    const letGo = (): void => {
      this.#wire?.close();
      this.#wire = undefined;
    };
    this.#idleTimer?.cancel();
    if (this.#isRetired) letGo();
    else this.#idleTimer = this.#options.clock.after(this.#options.idleMs, letGo);
  }
}

function unanswered(api: string): WireError {
  const failure: KafkaFailure = {
    kind: "other",
    name: "PROTOCOL_MISMATCH",
    message: `The broker's answer to ${api} does not name the item`,
  };
  return new WireError(failure, "lost");
}

function asWireError(error: unknown, fate: "notWritten" | "lost"): WireError {
  if (error instanceof WireError) return error;
  const message = `The request failed: ${error instanceof Error ? error.message : String(error)}`;
  return new WireError({ kind: "other", name: "PROTOCOL_MISMATCH", message }, fate, error);
}
