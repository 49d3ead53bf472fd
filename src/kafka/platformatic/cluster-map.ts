// What is known of the cluster's shape: who it is, its brokers, and which of them failed us lately. Memory only.

import { addressText, type BrokerAddress } from "./address.ts";

/** One per admin; a connection to another cluster replaces all of it. */
export class ClusterMap {
  #clusterId: string | undefined;
  #brokers: readonly BrokerAddress[] = [];
  #learnedAt = -Infinity;
  readonly #failedAt = new Map<number, number>();

  get brokers(): readonly BrokerAddress[] {
    return this.#brokers;
  }

  broker(id: number): BrokerAddress | undefined {
    return this.#brokers.find((broker) => broker.id === id);
  }

  /** Milliseconds since it was learned; Infinity where it never was. */
  ageMs(now: number): number {
    return now - this.#learnedAt;
  }

  /** Takes what a connection has just been told. Returns whether another cluster answers than before. */
  learn(clusterId: string, brokers: readonly BrokerAddress[], now: number): boolean {
    const isAnother = this.#clusterId !== undefined && this.#clusterId !== clusterId;
    this.#clusterId = clusterId;
    this.#brokers = brokers;
    this.#learnedAt = now;
    if (isAnother) this.#failedAt.clear();
    return isAnother;
  }

  hasFailed(id: number, now: number): void {
    this.#failedAt.set(id, now);
  }

  works(id: number): void {
    this.#failedAt.delete(id);
  }

  /** All brokers in random order, those that failed last at the end. */
  candidates(): readonly BrokerAddress[] {
    return this.#brokers
      .map((broker) => ({ broker, failedAt: this.#failedAt.get(broker.id) ?? -Infinity, lot: Math.random() }))
      .toSorted((one, other) => (one.failedAt === other.failedAt ? one.lot - other.lot : one.failedAt - other.failedAt))
      .map(({ broker }) => broker);
  }
}

/** Two brokers with one identity are the same place. */
export function brokerIdentity(broker: BrokerAddress): string {
  return `${broker.id}@${addressText(broker)}`;
}
