import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";

import { sleep } from "../../../src/runtime/clock.ts";
import { Candidates, LEASE_MS, type Candidate } from "../../fakes/candidates.ts";
import { settle, type FakeClock } from "../../fakes/fake-clock.ts";
import type { InMemoryLease } from "../../fakes/in-memory-lease.ts";

describe("LeaderElection, as it watches the lease,", () => {
  let candidates: Candidates;
  let clock: FakeClock;
  let lease: InMemoryLease;

  beforeEach(() => {
    candidates = new Candidates();
    ({ clock, lease } = candidates);
  });
  afterEach(() => candidates.end());

  /** One that leads, and others that wait for it. */
  const leaderAnd = async (...others: readonly string[]): Promise<[Candidate, ...Candidate[]]> => {
    const first = candidates.add("a");
    first.election.start();
    await settle();
    const rest = others.map((name) => candidates.add(name));
    for (const { election } of rest) election.start();
    return [first, ...rest];
  };

  it("gives the lease up when it stops, so that a successor that may not watch it leads within the retry period", async () => {
    const [first, second] = await leaderAnd("b");
    if (second !== undefined) second.way.watching = "forbidden";
    await clock.advance(3_000);
    await first.election.stop();
    expect(lease.current?.record).to.include({ holderIdentity: "", leaseDurationSeconds: 1 });
    expect([first.lost, first.election.lost.aborted], "giving up is not losing").to.deep.equal([[], false]);
    await settle();
    expect(candidates.leaders()).to.deep.equal([]);
    await clock.advance(2_400);
    expect(candidates.leaders()).to.deep.equal(["b"]);
    expect(lease.watched, "asked for once").to.equal(1);
    expect(second?.log.messages("info").filter((message) => message.startsWith("May not watch"))).to.have.length(1);
  });

  for (const [what, free] of [
    ["given up", (first: Candidate) => first.election.stop()],
    ["deleted", () => Promise.resolve(lease.delete())],
  ] as const) {
    it(`takes a lease that is ${what} at that moment, and of two that wait one does, without a complaint`, async () => {
      const [first, ...waiting] = await leaderAnd("b", "c");
      await clock.advance(3_000);
      if (what === "deleted") first.way.state = "cut";
      await free(first);
      await settle();
      expect(waiting.filter(({ election }) => election.isLeaderNow())).to.have.length(1);
      expect(waiting.flatMap(({ log }) => log.messages("warn"))).to.deep.equal([]);
    });
  }

  it("does not miss that the lease is given up while its own look at it is under way", async () => {
    const [first, second] = await leaderAnd("b");
    await settle();
    // It has looked, and hears that the lease is free before it has the answer to that look.
    if (second !== undefined) second.way.answering = () => sleep(clock, 500);
    await clock.advance(2_300);
    await first.election.stop();
    if (second !== undefined) second.way.answering = () => Promise.resolve();
    await clock.advance(500);
    expect(candidates.leaders()).to.deep.equal(["b"]);
  });

  it("follows a silent holder's lease to its very end, not to the next try after it", async () => {
    const [first] = await leaderAnd("b");
    await clock.advance(3_000);
    first.way.state = "cut";
    // Renewed for the last time after 2.2 s.
    await clock.advance(LEASE_MS - 801);
    expect(lease.current?.record.holderIdentity).to.equal("a");
    await clock.advance(1);
    expect(candidates.leaders()).to.deep.equal(["b"]);
  });

  it("opens a watch that ended again at its next try", async () => {
    await leaderAnd("b");
    await settle();
    expect(lease.watched).to.equal(1);
    lease.endWatches();
    await clock.advance(60_000);
    expect(lease.watched).to.equal(2);
  });
});
