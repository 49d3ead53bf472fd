// One connection to one broker, known to work: it was greeted, so the versions it speaks and the cluster it belongs to
// are facts. It neither batches nor retries, and never reconnects: a wire that ended stays ended.

import { type API, apiVersionsV3, metadataV12 } from "@platformatic/kafka";

import { addressText, type Address, type BrokerAddress } from "./address.ts";
import { Line, type LineOptions } from "./line.ts";
import { offers, pickVersion, type VersionRanges } from "./versions.ts";
import { WireError } from "./wire-error.ts";

/** What ApiVersions wants to hear: a name and a version of the software. */
export const software: readonly [name: string, version: string] = ["event-bus-operator", "1"];

export interface WireOptions extends LineOptions {
  /** Known unless this is a bootstrap address. */
  readonly brokerId?: number | undefined;
}

interface Greeting {
  readonly ranges: VersionRanges;
  readonly clusterId: string;
  readonly brokers: readonly BrokerAddress[];
}

// ApiVersions alone would prove little: a broker answers it before SASL.
async function greet(line: Line): Promise<Greeting> {
  await line.connect();
  const versions = await line.send(apiVersionsV3.api, [...software], 0);
  line.stage = "greeting";
  const ranges: VersionRanges = new Map(versions.apiKeys.map((api) => [api.apiKey, api]));
  const { clusterId, brokers } = await line.send(pickVersion(ranges, [metadataV12.api]), [[], false, false], 0);
  line.stage = "open";
  return {
    ranges,
    clusterId: clusterId ?? "",
    brokers: brokers.map(({ nodeId, host, port, rack }) => ({ id: nodeId, host, port, rack: rack ?? undefined })),
  };
}

/**
 * An open connection.
 *
 * Guarantees
 * - A wire exists only after the broker has answered ApiVersions and Metadata on it, so that TCP alone, a listener that
 *   wants TLS or SASL, or a broker that hangs never looks like success.
 * - `request` writes in the same turn of the event loop in which it is called, and settles: with the answer, whatever
 *   errors it holds per item, or with a `WireError` that says whether the request was written.
 * - No error of the socket is ever unhandled, and each names the deepest cause.
 *
 * Assumptions
 * - The caller bounds how many requests are in flight; the broker works on one at a time.
 *
 * Caveats
 * - A request that times out ends the connection and with it everything else in flight.
 */
export interface Wire {
  readonly address: Address;
  /** Undefined on a bootstrap connection, until it turns out whose it is. */
  brokerId: number | undefined;
  /** Identity of the cluster that answered on this very connection. */
  readonly clusterId: string;
  /** Brokers that the cluster advertised when the wire was opened. */
  readonly brokers: readonly BrokerAddress[];
  readonly isOpen: boolean;
  /** Monotonic time from which a successor should take over; Infinity where the session has no end. */
  readonly retireAt: number;

  /**
   * Sends one request in the newest of `apis` (newest first) that the broker offers.
   * @param items how many objects it is about, for the observer.
   * @throws WireError
   */
  request<Args extends unknown[], Response>(
    apis: readonly API<Args, Response>[],
    args: Args,
    items: number,
  ): Promise<Response>;

  /** Whether the broker offers `api`. */
  offers(api: { readonly key: number; readonly version: number }): boolean;

  /** Ends the connection at once; what is in flight is `lost`. Idempotent. */
  close(): void;
}

/**
 * Connects and greets.
 * @param signal gives the attempt up.
 * @throws WireError (`notWritten`) naming why there is no connection.
 */
export async function openWire(options: WireOptions, signal?: AbortSignal): Promise<Wire> {
  const { address, clock, handshakeTimeoutMs, observer } = options;
  const line = new Line(options);
  const startedAt = clock.monotonic();
  const timedOut = Object.assign(new Error(`no answer within ${handshakeTimeoutMs} ms`), { code: "ETIMEDOUT" });
  const timer = clock.after(handshakeTimeoutMs, () => line.end(timedOut));
  const giveUp = (): void => line.end();
  signal?.addEventListener("abort", giveUp, { once: true });
  const tell = (outcome: "opened" | "failed"): void => {
    observer.onConnection?.({ broker: addressText(address), outcome, durationMs: clock.monotonic() - startedAt });
  };
  try {
    const greeting = greet(line);
    if (signal?.aborted) giveUp();
    const wire = new GreetedWire(options, line, await greeting);
    tell("opened");
    return wire;
  } catch (error) {
    line.end();
    tell("failed");
    // A greeting that was written is nobody's request.
    throw error instanceof WireError ? new WireError(error.failure, "notWritten", error) : error;
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", giveUp);
  }
}

class GreetedWire implements Wire {
  readonly address: Address;
  brokerId: number | undefined;
  readonly clusterId: string;
  readonly brokers: readonly BrokerAddress[];
  readonly #line: Line;
  readonly #ranges: VersionRanges;

  constructor(options: WireOptions, line: Line, greeting: Greeting) {
    this.address = options.address;
    this.brokerId = options.brokerId;
    this.clusterId = greeting.clusterId;
    this.brokers = greeting.brokers;
    this.#line = line;
    this.#ranges = greeting.ranges;
  }

  get isOpen(): boolean {
    return this.#line.isOpen;
  }

  get retireAt(): number {
    return this.#line.retireAt;
  }

  async request<Args extends unknown[], Response>(
    apis: readonly API<Args, Response>[],
    args: Args,
    items: number,
  ): Promise<Response> {
    return this.#line.send(pickVersion(this.#ranges, apis), args, items);
  }

  offers(api: { readonly key: number; readonly version: number }): boolean {
    return offers(this.#ranges, api);
  }

  close(): void {
    this.#line.end();
  }
}
