import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { sleep } from "../../../src/runtime/clock.ts";
import { noElection, NotLeading, type ElectionTiming } from "../../../src/runtime/leader-election.ts";
import { Candidates, LEASE_MS, RENEW_MS, type Candidate } from "../../fakes/candidates.ts";
import { settle, type FakeClock } from "../../fakes/fake-clock.ts";
import type { InMemoryLease } from "../../fakes/in-memory-lease.ts";
import { seededRandom, type SeededRandom } from "../../fakes/seeded-random.ts";

describe("LeaderElection", () => {
  let clock: FakeClock;
  let lease: InMemoryLease;
  let candidates: Candidates;

  beforeEach(() => {
    candidates = new Candidates();
    ({ clock, lease } = candidates);
  });
  afterEach(() => candidates.end());

  const candidate = (name: string, timing: Partial<ElectionTiming> = {}): Candidate => candidates.add(name, timing);
  const leaders = (): string[] => candidates.leaders();

  it("leads at once when there is no lease, and keeps it", async () => {
    const only = candidate("a");
    expect(only.election.isLeaderNow()).to.equal(false);
    only.election.start();
    await settle();
    await only.election.acquired;
    expect(lease.current?.record).to.include({ holderIdentity: "a", leaseDurationSeconds: 15, leaseTransitions: 0 });
    for (let minute = 0; minute < 10; minute += 1) {
      await clock.advance(60_000);
      expect(leaders()).to.deep.equal(["a"]);
    }
    expect(lease.current?.record.leaseTransitions).to.equal(0);
  });

  it("waits while another holder renews", async () => {
    for (const name of ["a", "b"]) candidate(name).election.start();
    await clock.advance(600_000);
    expect(leaders()).to.have.length(1);
    expect(new Set(lease.writers)).to.have.property("size", 1);
  });

  it("takes over when the record has not changed for its whole duration, as seen here, whatever its times say", async () => {
    const first = candidate("a");
    first.election.start();
    await settle();
    first.way.state = "cut";
    const second = candidate("b");
    // Its wall clock is a year ahead: by the record's times the lease would have lapsed long ago.
    clock.setWallClock(clock.now() + 365 * 86_400_000);
    second.election.start();
    await clock.advance(LEASE_MS - 1_000);
    expect(second.election.isLeaderNow()).to.equal(false);
    await clock.advance(4_000);
    expect(leaders()).to.deep.equal(["b"]);
    expect(lease.current?.record.leaseTransitions).to.equal(1);
  });

  it("may not write any longer when it could not renew in time, before anybody else may", async () => {
    const first = candidate("a");
    first.election.start();
    await settle();
    candidate("b").election.start();
    await clock.advance(5_000);
    first.way.state = "cut";
    let until: string[] = [];
    for (let second = 0; second < 30; second += 1) {
      await clock.advance(1_000);
      expect(leaders().length, "leaders at once").to.be.at.most(1);
      until = leaders();
    }
    expect(until).to.deep.equal(["b"]);
    expect(first.lost).to.have.length(1);
    expect(first.lost[0]).to.include("could not be renewed in time");
    expect(first.election.lost.aborted).to.equal(true);
    expect(first.election.lost.reason).to.be.instanceOf(NotLeading);
  });

  it("counts validity from the moment when the renewal was sent, not from its answer", async () => {
    const first = candidate("a");
    first.election.start();
    await settle();
    first.way.answering = () => sleep(clock, 7_000);
    // Sent after 2.2 s, answered after 9.2 s, and after that nothing more.
    await clock.advance(9_300);
    first.way.state = "cut";
    await clock.advance(2_800);
    expect(first.election.isLeaderNow(), "12.1 s").to.equal(true);
    await clock.advance(200);
    expect(first.election.isLeaderNow(), "12.3 s").to.equal(false);
  });

  it("is lost at the moment when it lapses, also while a renewal waits for its answer", async () => {
    const first = candidate("a");
    first.election.start();
    await settle();
    first.way.state = "silent";
    await clock.advance(RENEW_MS - 1);
    expect(first.lost).to.deep.equal([]);
    await clock.advance(1);
    expect(first.lost).to.have.length(1);
  });

  it("does not count a renewal whose answer never comes", async () => {
    const first = candidate("a");
    first.election.start();
    await settle();
    first.way.state = "deaf";
    await clock.advance(RENEW_MS - 1);
    expect(first.election.isLeaderNow()).to.equal(true);
    await clock.advance(1);
    expect(first.election.isLeaderNow()).to.equal(false);
  });

  it("may not write after its event loop was blocked for too long, and does not renew a lapsed lease", async () => {
    const first = candidate("a");
    first.election.start();
    await settle();
    const before = lease.writers.length;
    clock.jump(12_000);
    expect(first.election.isLeaderNow()).to.equal(false);
    await clock.advance(5_000);
    expect(first.election.isLeaderNow()).to.equal(false);
    expect(first.lost).to.have.length(1);
    expect(lease.writers).to.have.length(before);
  });

  it("is lost at once when somebody else stands in the lease", async () => {
    const first = candidate("a");
    first.election.start();
    await settle();
    const { current } = lease;
    if (current !== undefined) {
      const thief = { ...current, record: { ...current.record, holderIdentity: "thief" } };
      await lease.way().update(thief, new AbortController().signal);
    }
    await clock.advance(3_000);
    expect(first.lost).to.have.length(1);
    expect(first.lost[0]).to.include('held by "thief"');
    expect(lease.current?.record.holderIdentity).to.equal("thief");
  });

  it("survives single failures to renew", async () => {
    const first = candidate("a");
    first.election.start();
    await settle();
    for (const state of ["cut", "open", "cut", "open"] as const) {
      first.way.state = state;
      await clock.advance(4_000);
      expect(first.election.isLeaderNow()).to.equal(true);
    }
    expect(first.lost).to.deep.equal([]);
  });

  it("renews by one request, without reading first", async () => {
    const first = candidate("a");
    let reads = 0;
    const get = first.way.get.bind(first.way);
    first.way.get = (signal) => {
      reads += 1;
      return get(signal);
    };
    first.election.start();
    await clock.advance(60_000);
    expect(reads).to.equal(1);
  });

  it("gives up also a lease that it renewed without getting the answer, but not one that somebody else holds", async () => {
    const first = candidate("a");
    first.election.start();
    await settle();
    first.way.state = "deaf";
    await clock.advance(3_000);
    first.way.state = "open";
    await first.election.stop();
    expect(lease.current?.record.holderIdentity).to.equal("");
    const second = candidate("b");
    second.election.start();
    await settle();
    const { current } = lease;
    if (current === undefined) expect.fail("There is no lease");
    const thief = { ...current, record: { ...current.record, holderIdentity: "thief" } };
    await lease.way().update(thief, new AbortController().signal);
    await second.election.stop();
    expect(lease.current?.record.holderIdentity).to.equal("thief");
  });

  it("stops in bounded time when the lease cannot be reached", async () => {
    const first = candidate("a");
    first.election.start();
    await settle();
    first.way.state = "silent";
    let isStopped = false;
    const stopping = first.election.stop().then(() => (isStopped = true));
    await clock.advance(3_000);
    await stopping;
    expect(isStopped).to.equal(true);
  });

  it("refuses timings under which two could lead", () => {
    expect(() => candidate("a", { renewDeadlineMs: LEASE_MS })).to.throw(RangeError, "must be longer");
    expect(() => candidate("a", { retryPeriodMs: RENEW_MS })).to.throw(RangeError, "must be longer");
  });

  /** Something happens to the ways and the processes of the candidates, or to all clocks at once. */
  const disturb = (random: SeededRandom): void => {
    const way = random.pick(candidates.all)?.way;
    if (way !== undefined) way.state = random.pick(["open", "open", "cut", "silent", "deaf"] as const) ?? "open";
    if (random.below(20) === 0) clock.jump(random.below(20_000));
    if (random.below(6) === 0) random.pick(candidates.all)?.time.pause();
    for (const { time } of candidates.all) if (random.below(4) === 0) time.resume();
  };
  /** A process that lost its lease ends; another one starts in its place. */
  const replaceLosers = (step: number): void => {
    for (const loser of candidates.all.filter(({ lost }) => lost.length > 0)) {
      candidates.all.splice(candidates.all.indexOf(loser), 1);
      candidate(`${loser.name.slice(0, 1)}-${step}`).election.start();
    }
  };

  it("never has two that may write, through random cuts, silences and pauses of three", async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const random = seededRandom(seed);
      candidates = new Candidates();
      ({ clock, lease } = candidates);
      for (const name of ["a", "b", "c"]) candidate(`${name}-0`).election.start();
      const terms: string[] = [];
      for (let step = 0; step < 150; step += 1) {
        disturb(random);
        for (let second = random.below(8); second > 0; second -= 1) {
          await clock.advance(1_000);
          const [leader, ...others] = leaders();
          expect(others, `seed ${seed}, step ${step}: beside ${leader}`).to.deep.equal([]);
          if (leader !== undefined && leader !== terms.at(-1)) terms.push(leader);
        }
        replaceLosers(step);
      }
      expect(terms.length, "the lease changes hands").to.be.greaterThan(2);
      for (const { time } of candidates.all) time.resume();
      await candidates.end();
    }
  }).timeout(60_000);
});

describe("noElection", () => {
  it("always leads", async () => {
    noElection.start();
    await noElection.acquired;
    expect(noElection.isLeaderNow()).to.equal(true);
    await noElection.stop();
  });
});
