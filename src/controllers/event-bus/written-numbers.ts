// When the numbers of an EventBus' status were last written. In memory: after a restart they may be written once sooner.

import { isDeepStrictEqual } from "node:util";

import type { EventBusStatus } from "../../api/event-bus.ts";

type Part = "topics" | "health";

export class WrittenNumbers {
  readonly #monotonic: () => number;
  readonly #writtenAt = new Map<string, Partial<Record<Part, number>>>();

  /** `monotonic`: milliseconds of a clock that is never set. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Absent: this process has not written that part. */
  sinceWrittenMs(busName: string): Partial<Record<Part, number>> {
    const now = this.#monotonic();
    const at = Object.entries(this.#writtenAt.get(busName) ?? {});
    return Object.fromEntries(at.map(([part, writtenAt]) => [part, now - writtenAt]));
  }

  wrote(busName: string, before: EventBusStatus | undefined, after: EventBusStatus | undefined): void {
    const now = this.#monotonic();
    const at = { ...this.#writtenAt.get(busName) };
    if (!isDeepStrictEqual(countsOf(before), countsOf(after))) at.topics = now;
    if (!isDeepStrictEqual(healthOf(before), healthOf(after))) at.health = now;
    this.#writtenAt.set(busName, at);
  }

  forget(busName: string): void {
    this.#writtenAt.delete(busName);
  }
}

function countsOf(status: EventBusStatus | undefined): readonly unknown[] {
  return [status?.topics, status?.rollout];
}

function healthOf(status: EventBusStatus | undefined): readonly (number | undefined)[] {
  return [status?.offlinePartitions, status?.underReplicatedPartitions];
}
