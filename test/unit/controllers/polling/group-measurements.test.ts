import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { GroupPollerBench, MINUTE_MS } from "../../../fakes/group-poller-bench.ts";

const HOUR_MS = 60 * MINUTE_MS;

describe("GroupPoller measures", () => {
  let bench: GroupPollerBench;
  beforeEach(() => {
    bench = new GroupPollerBench();
    bench.createTopic("orders");
  });

  it("how old the oldest unread record is, an objective exactly", async () => {
    bench.declare("billing", { objectives: { maxTimeLagMs: 30 * MINUTE_MS } });
    bench.produce("orders", [2 * HOUR_MS, HOUR_MS, 100]);
    bench.commit("billing", "orders", 1);
    await bench.poll();
    const age = bench.read("billing").topics[0]?.unreadAge;
    expect(age?.atLeastMs).to.be.within(30 * MINUTE_MS, 61 * MINUTE_MS);
    expect(age?.atMostMs).to.be.within(61 * MINUTE_MS, 90 * MINUTE_MS);
  });

  it("nothing where no more is unread than allowed", async () => {
    bench.declare("billing", { objectives: { allowedLag: 2, maxTimeLagMs: MINUTE_MS } });
    bench.produce("orders", [2 * HOUR_MS, HOUR_MS]);
    bench.commit("billing", "orders", 0);
    await bench.poll();
    expect(bench.read("billing").topics[0]).to.deep.include({ lag: 2, unreadAge: { atLeastMs: 0, atMostMs: 0 } });
  });

  it("how near retention is, which partitions are at risk, and what is lost", async () => {
    bench.createTopic("payments", 3, { "retention.ms": String(4 * HOUR_MS) });
    bench.declare("billing", { objectives: { minHeadroomMs: HOUR_MS } });
    bench.produce("payments", [HOUR_MS, 0], 0);
    bench.produce("payments", [3.5 * HOUR_MS, 0], 1);
    bench.produce("payments", [HOUR_MS, 0, 0], 2);
    for (const partition of [0, 1, 2]) bench.commit("billing", "payments", 0, partition);
    bench.kafka.topics.get("payments")?.partitions[2]?.deleteBefore(2n);
    await bench.poll();
    const [topic] = bench.read("billing").topics;
    expect(topic).to.include({ partitionsAtRisk: 2, lostRecords: 2, lag: 5 });
    expect(topic?.headroomMs, "of 29 minutes, to an eighth of the objective").to.equal(HOUR_MS / 4);
  });

  it("more headroom than is asked for where nothing is at risk, however roughly the age is known", async () => {
    bench.createTopic("payments", 1, { "retention.ms": String(168 * HOUR_MS) });
    bench.declare("billing", { objectives: { minHeadroomMs: 12 * HOUR_MS } });
    bench.produce("payments", [150 * HOUR_MS]);
    bench.commit("billing", "payments", 0);
    await bench.poll();
    const [topic] = bench.read("billing").topics;
    expect(topic).to.include({ partitionsAtRisk: 0, headroomMs: 12 * HOUR_MS });
  });

  it("what is lost as lost, and not as unread records that grow older for ever", async () => {
    bench.declare("billing", { objectives: { maxTimeLagMs: HOUR_MS } });
    bench.produce("orders", [9 * HOUR_MS, 5 * MINUTE_MS]);
    bench.commit("billing", "orders", 0);
    bench.kafka.topics.get("orders")?.partitions[0]?.deleteBefore(1n);
    await bench.poll();
    const [topic] = bench.read("billing").topics;
    expect(topic).to.include({ lostRecords: 1, lag: 1 });
    expect(topic?.unreadAge?.atMostMs).to.be.within(6 * MINUTE_MS, 9 * MINUTE_MS);
  });

  it("no headroom where retention never reaches what is unread", async () => {
    bench.createTopic("states", 1, { "cleanup.policy": "compact" });
    bench.declare("billing", { objectives: { minHeadroomMs: HOUR_MS } });
    bench.produce("states", [1_000 * HOUR_MS]);
    bench.commit("billing", "states", 0);
    await bench.poll();
    expect(bench.read("billing").topics[0]).to.include({ headroomMs: undefined, partitionsAtRisk: 0 });
  });

  it("the marker of a transaction as nothing, asking once", async () => {
    bench.createTopic("plain");
    bench.declare("billing");
    bench.kafka.produceTransaction("orders", 0, [bench.clock.now() - HOUR_MS]);
    bench.produce("plain", [HOUR_MS, HOUR_MS]);
    bench.commit("billing", "orders", 1);
    bench.commit("billing", "plain", 1);
    await bench.polls(5);
    const lags = bench.read("billing").topics.map(({ topic, lag }) => [topic, lag]);
    expect(lags).to.deep.equal([
      ["orders", 0],
      ["plain", 1],
    ]);
    expect(bench.kafka.requestCount("hasTransactions")).to.equal(1);
  });
});
