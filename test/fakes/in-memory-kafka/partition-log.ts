// One partition of the in-memory Kafka: who holds it, and a log of which only times and sizes are kept.

import type { PartitionState } from "../../../src/kafka/model/topic.ts";

const recordBytes = 100n;

export class PartitionLog {
  readonly index: number;
  replicas: readonly number[];
  /** Target replicas while the partition is being moved. */
  movingTo: readonly number[] | undefined;
  hasTransactions = false;
  #start = 0n;
  readonly #times: number[] = [];

  constructor(index: number, replicas: readonly number[]) {
    this.index = index;
    this.replicas = replicas;
  }

  get start(): bigint {
    return this.#start;
  }

  get end(): bigint {
    return BigInt(this.#times.length);
  }

  get bytes(): bigint {
    return (this.end - this.#start) * recordBytes;
  }

  /** Leader and in-sync replicas as far as brokers are alive. */
  state(isAlive: (broker: number) => boolean): PartitionState {
    const inSyncReplicas = this.replicas.filter(isAlive);
    return { index: this.index, leader: inSyncReplicas[0], replicas: this.replicas, inSyncReplicas };
  }

  append(timestamp: number): void {
    this.#times.push(timestamp);
  }

  /** The first record at or after a time; undefined where none is that young. */
  offsetAt(timestamp: number): bigint | undefined {
    const index = this.#times.findIndex((time, offset) => BigInt(offset) >= this.#start && time >= timestamp);
    return index === -1 ? undefined : BigInt(index);
  }

  /** False where the offset is not one of this log. */
  deleteBefore(offset: bigint): boolean {
    if (offset > this.end) return false;
    if (offset > this.#start) this.#start = offset;
    return true;
  }
}
