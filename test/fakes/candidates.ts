// Candidates for one in-memory Lease, each with a way to it, a clock and a log of its own.

import { expect } from "chai";

import { LeaderElection, type ElectionTiming } from "../../src/runtime/leader-election.ts";
import { createMetrics } from "../../src/telemetry/prometheus-metrics.ts";
import { FakeClock } from "./fake-clock.ts";
import { InMemoryLease, type LeaseWay } from "./in-memory-lease.ts";
import { PausableClock } from "./pausable-clock.ts";
import { RecordingLogger } from "./recording-logger.ts";

/** As they ship. */
export const LEASE_MS = 15_000;
export const RENEW_MS = 10_000;

export interface Candidate {
  readonly name: string;
  readonly election: LeaderElection;
  readonly way: LeaseWay;
  readonly lost: string[];
  /** Its own process' clock. */
  readonly time: PausableClock;
  readonly log: RecordingLogger;
}

export class Candidates {
  readonly clock = new FakeClock();
  readonly lease = new InMemoryLease();
  readonly all: Candidate[] = [];

  add(name: string, timing: Partial<ElectionTiming> = {}): Candidate {
    const way = this.lease.way();
    const lost: string[] = [];
    const time = new PausableClock(this.clock);
    const log = new RecordingLogger();
    const election = new LeaderElection({
      leases: way,
      name: "operator",
      identity: name,
      clock: time,
      formatTime: (epochMs) => new Date(epochMs).toISOString(),
      log,
      metrics: createMetrics({ withProcessMetrics: false }).election("operator"),
      onLost: (why) => lost.push(why.message),
      timing,
      random: () => 0.5,
    });
    const made = { name, election, way, lost, time, log };
    this.all.push(made);
    return made;
  }

  /** Names of those that may write now. */
  leaders(): string[] {
    return this.all.filter(({ election }) => election.isLeaderNow()).map(({ name }) => name);
  }

  /** Stops all; none may leave anything behind. */
  async end(): Promise<void> {
    const stopping = this.all.splice(0).map(({ election }) => election.stop());
    await this.clock.advance(LEASE_MS);
    await Promise.all(stopping);
    expect(this.clock.pendingTimers, "timers left behind").to.equal(0);
    expect(this.lease.openWatches, "watches left behind").to.equal(0);
  }
}
