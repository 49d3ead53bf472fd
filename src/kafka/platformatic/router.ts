// Which connection to use: finds a broker that answers, keeps to it, and knows the others by id. It sends nothing itself.

import type { Clock } from "../../runtime/clock.ts";
import type { KafkaFailure } from "../model/failure.ts";
import { addressText, type Address, type BrokerAddress } from "./address.ts";
import { brokerIdentity, ClusterMap } from "./cluster-map.ts";
import type { Connector, Destination } from "./connector.ts";
import { type Attempt, firstToOpen } from "./first-to-open.ts";
import { Lane } from "./lane.ts";
import type { Channel } from "./operation.ts";
import { WireError } from "./wire-error.ts";
import type { Wire } from "./wire.ts";

export interface RouterOptions {
  /** At least one. */
  readonly bootstrapServers: readonly Address[];
  readonly connector: Connector;
  readonly clock: Clock;
  readonly requestTimeoutMs: Readonly<Record<Channel, number>>;
  readonly maxInFlight: Readonly<Record<Channel, number>>;
  readonly idleMs: number;
  /** A broker that is silent for so long while connecting no longer keeps the next one waiting. */
  readonly staggerMs: number;
  mayWrite(clusterId: string): boolean;
}

/**
 * Guarantees
 * - A broker that is down, hangs or hangs up never keeps others from being asked; the bootstrap addresses are tried again
 *   whenever no advertised broker answers (KIP-899), and resolved anew each time.
 * - One broker serves all that any broker can serve, until it fails: so requests coalesce.
 * - A connection to another cluster than before replaces all that was known of the former.
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #map = new ClusterMap();
  readonly #lanes = new Map<string, Lane>();
  readonly #leaving = new Set<Lane>();
  #preferred: number | undefined;
  #search: Promise<BrokerAddress> | undefined;
  readonly #closing = new AbortController();
  #closed: string | undefined;

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** All brokers that the cluster advertised last. */
  get brokers(): readonly BrokerAddress[] {
    return this.#map.brokers;
  }

  /** How old that knowledge is, milliseconds. */
  get ageMs(): number {
    return this.#map.ageMs(this.#options.clock.monotonic());
  }

  /** A lane to some broker that answers. @throws WireError where none does. */
  async any(channel: Channel): Promise<Lane> {
    const preferred = this.#preferred === undefined ? undefined : this.#map.broker(this.#preferred);
    if (preferred !== undefined) return this.#lane(preferred, channel);
    this.#search ??= this.#find().finally(() => (this.#search = undefined));
    return this.#lane(await this.#search, channel);
  }

  /** The lane to one broker, or undefined where the cluster advertises none of this id. */
  broker(id: number, channel: Channel): Lane | undefined {
    const broker = this.#map.broker(id);
    return broker && this.#lane(broker, channel);
  }

  /** A connection to this broker failed: others are preferred from now on. */
  hasFailed(id: number): void {
    this.#map.hasFailed(id, this.#options.clock.monotonic());
    if (this.#preferred === id) this.#preferred = undefined;
  }

  /** Takes what a broker has just told about its cluster. */
  learn(clusterId: string, brokers: readonly BrokerAddress[]): void {
    const isAnother = this.#map.learn(clusterId, brokers, this.#options.clock.monotonic());
    if (isAnother) this.#preferred = undefined;
    const advertised = new Set(brokers.map(brokerIdentity));
    for (const [name, lane] of this.#lanes) {
      if (!isAnother && advertised.has(name.slice(name.indexOf(" ") + 1))) continue;
      this.#lanes.delete(name);
      this.#leaving.add(lane);
      lane.retire();
    }
    for (const lane of this.#leaving) if (lane.hasLeft) this.#leaving.delete(lane);
  }

  /** Ends every connection. */
  close(reason: string): void {
    this.#closed = reason;
    this.#closing.abort();
    for (const lane of [...this.#lanes.values(), ...this.#leaving]) lane.close(reason);
    this.#lanes.clear();
    this.#leaving.clear();
  }

  #lane(broker: BrokerAddress, channel: Channel): Lane {
    const name = `${channel} ${brokerIdentity(broker)}`;
    const { clock, idleMs, maxInFlight } = this.#options;
    const lane =
      this.#lanes.get(name) ??
      new Lane({
        brokerId: broker.id,
        channel,
        clock,
        idleMs,
        maxInFlight: maxInFlight[channel],
        connect: () => this.#connect({ ...this.#destination(broker, channel), brokerId: broker.id }),
        mayWrite: (clusterId) => this.#options.mayWrite(clusterId),
      });
    if (this.#closed === undefined) this.#lanes.set(name, lane);
    else lane.close(this.#closed);
    return lane;
  }

  #destination(address: Address, channel: Channel): Destination {
    return {
      address: { host: address.host, port: address.port },
      requestTimeoutMs: this.#options.requestTimeoutMs[channel],
    };
  }

  async #connect(destination: Destination, signal?: AbortSignal): Promise<Wire> {
    const ends = [this.#closing.signal, ...(signal === undefined ? [] : [signal])];
    const wire = await this.#options.connector.open(destination, AbortSignal.any(ends));
    this.learn(wire.clusterId, wire.brokers);
    if (destination.brokerId !== undefined) this.#map.works(destination.brokerId);
    return wire;
  }

  /** Known brokers first; where none answers, the bootstrap addresses and then the brokers that they advertise. */
  async #find(): Promise<BrokerAddress> {
    const known = this.#map.candidates();
    const first = await this.#firstOf(known).catch((error: unknown) => this.#firstBootstrap(known, error));
    const found = this.#prefer(first);
    if (found !== undefined) return found;
    // A load balancer, another name of a broker, or one that has left: it told where the cluster is now.
    first.close();
    const second = await this.#firstOf(this.#map.candidates());
    const behind = this.#prefer(second);
    if (behind !== undefined) return behind;
    second.close();
    throw noBroker();
  }

  #firstOf(brokers: readonly BrokerAddress[]): Promise<Wire> {
    const attempts = brokers.map(
      (broker): Attempt<Wire> =>
        (signal) =>
          this.#connect({ ...this.#destination(broker, "read"), brokerId: broker.id }, signal),
    );
    return this.#race(attempts, noBroker());
  }

  /** `tried` have just failed: their addresses would again. */
  #firstBootstrap(tried: readonly BrokerAddress[], error: unknown): Promise<Wire> {
    const failed = new Set(tried.map(addressText));
    const attempts = this.#options.bootstrapServers
      .filter((address) => !failed.has(addressText(address)))
      .map(
        (address): Attempt<Wire> =>
          (signal) =>
            this.#connect(this.#destination(address, "read"), signal),
      );
    return this.#race(attempts, error);
  }

  async #race(attempts: readonly Attempt<Wire>[], otherwise: unknown): Promise<Wire> {
    const { staggerMs, clock } = this.#options;
    return firstToOpen(nonEmpty(attempts, otherwise), staggerMs, clock);
  }

  /** Keeps to the broker at the other end, where the cluster still advertises it there. */
  #prefer(wire: Wire): BrokerAddress | undefined {
    const broker = this.#map.brokers.find(
      (candidate) =>
        addressText(candidate) === addressText(wire.address) &&
        (wire.brokerId === undefined || wire.brokerId === candidate.id),
    );
    if (broker === undefined) return undefined;
    wire.brokerId = broker.id;
    this.#preferred = broker.id;
    this.#lane(broker, "read").adopt(wire);
    return broker;
  }
}

function nonEmpty<T>(list: readonly T[], otherwise: unknown): readonly [T, ...T[]] {
  const [first, ...others] = list;
  if (first === undefined) throw otherwise;
  return [first, ...others];
}

function noBroker(): WireError {
  const failure: KafkaFailure = {
    kind: "unreachable",
    name: "BROKER_NOT_AVAILABLE",
    message: "The cluster advertises no broker",
  };
  return new WireError(failure, "notWritten");
}
