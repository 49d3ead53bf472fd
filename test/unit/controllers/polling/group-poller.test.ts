import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { BUS, GroupPollerBench, MINUTE_MS } from "../../../fakes/group-poller-bench.ts";

const HOUR_MS = 60 * MINUTE_MS;

describe("GroupPoller", () => {
  let bench: GroupPollerBench;
  beforeEach(() => {
    bench = new GroupPollerBench();
    bench.createTopic("orders");
  });

  describe("tells where a group is", () => {
    it("that is not there: absent, and no error", async () => {
      bench.declare("billing", { topics: ["orders"] });
      await bench.poll();
      expect(bench.read("billing")).to.deep.include({ state: "Absent", members: 0, evaluation: "NoCommits" });
      expect(bench.read("billing").topics[0]).to.include({ lag: undefined, partitionsWithoutCommit: 1 });
    });

    for (const protocol of ["classic", "consumer"] as const) {
      it(`that lives by the ${protocol} protocol`, async () => {
        bench.declare("billing");
        const leave = bench.kafka.groups.join("billing", protocol);
        await bench.poll();
        expect(bench.read("billing")).to.include({ state: "Stable", type: protocol, members: 1 });
        leave();
        await bench.poll();
        expect(bench.read("billing")).to.include({ state: "Empty", type: protocol, members: 0 });
      });
    }

    it("of a protocol whose members are not read, by the listing", async () => {
      bench.declare("billing");
      bench.kafka.groups.join("billing", "share");
      await bench.poll();
      expect(bench.read("billing")).to.include({ state: "Stable", type: "share", members: 0 });
    });

    it("which topics are not there", async () => {
      bench.declare("billing", { topics: ["orders", "nowhere"] });
      await bench.poll();
      expect(bench.read("billing").missingTopics).to.deep.equal(["nowhere"]);
    });

    it("what it has not read, on the topics declared or, without any, on those it committed on", async () => {
      bench.createTopic("payments", 2);
      bench.declare("billing", { topics: ["orders"] });
      bench.declare("audit");
      bench.produce("orders", [3, 2, 1]);
      bench.produce("payments", [1], 1);
      for (const group of ["billing", "audit"]) {
        bench.commit(group, "orders", 1);
        bench.commit(group, "payments", 0, 1);
      }
      await bench.poll();
      const lags = (group: string): unknown =>
        bench
          .read(group)
          .topics.map(({ topic, lag, partitionsWithoutCommit }) => [topic, lag, partitionsWithoutCommit]);
      expect(lags("billing")).to.deep.equal([["orders", 2, 0]]);
      expect(lags("audit")).to.deep.equal([
        ["orders", 2, 0],
        ["payments", 1, 1],
      ]);
    });
  });

  describe("tells nothing that it does not know", () => {
    beforeEach(async () => {
      bench.declare("billing", { topics: ["orders"] });
      bench.produce("orders", [1]);
      bench.commit("billing", "orders", 0);
      await bench.poll();
      bench.woken.length = 0;
    });

    it("while the bus is down: unknown, told once, and what was known is not forgotten", async () => {
      bench.disconnect("No broker answers");
      expect(bench.known("billing")).to.deep.include({ kind: "unknown" });
      expect(bench.known("billing")).to.have.nested.property("failure.message", "No broker answers");
      bench.disconnect("No broker answers");
      expect(bench.woken).to.deep.equal(["team/billing"]);
      bench.connect();
      expect(bench.known("billing"), "until it is asked again").to.equal(undefined);
      await bench.polls(4);
      expect(bench.read("billing").evaluation, "five looks").to.equal("Stopped");
    });

    it("when no broker can list", async () => {
      bench.kafka.network = "refused";
      expect(await bench.poll()).to.equal(false);
      expect(bench.known("billing")).to.have.nested.property("failure.name", "ECONNREFUSED");
    });

    it("of one group that it may not see, beside others", async () => {
      bench.declare("audit");
      bench.kafka.denies = (verb, name) => (verb === "fetchOffsets" || verb === "describeGroup") && name === "billing";
      await bench.poll();
      expect(bench.known("billing")).to.have.nested.property("failure.kind", "denied");
      expect(bench.read("audit").state).to.equal("Absent");
    });

    it("of a topic that it may not see", async () => {
      bench.kafka.denies = (verb, name) => verb === "describeTopic" && name === "orders";
      await bench.poll();
      const [topic] = bench.read("billing").topics;
      expect(topic).to.deep.include({ lag: undefined, evaluation: "Unknown", partitionsAtRisk: undefined });
      expect(topic?.failure).to.include({ kind: "denied" });
    });

    it("of partitions without a leader: no lag, no age", async () => {
      bench = new GroupPollerBench({ brokers: 2 });
      bench.createTopic("orders", 2);
      bench.declare("billing", { objectives: { maxTimeLagMs: MINUTE_MS } });
      for (const partition of [0, 1]) {
        bench.produce("orders", [HOUR_MS], partition);
        bench.commit("billing", "orders", 0, partition);
      }
      bench.kafka.stopBroker(1);
      await bench.poll();
      const [topic] = bench.read("billing").topics;
      expect(topic).to.deep.include({ lag: undefined, unreadablePartitions: 1, evaluation: "Unknown" });
    });
  });

  describe("judges", () => {
    beforeEach(() => {
      bench.declare("billing", { topics: ["orders"] });
      bench.produce("orders", [1, 1, 1, 1]);
      bench.commit("billing", "orders", 1);
    });

    it("a consumer that is gone with records unread: stopped, after enough looks", async () => {
      expect(await bench.evaluationAfter("billing", 4)).to.equal(undefined);
      expect(await bench.evaluationAfter("billing", 1)).to.equal("Stopped");
    });

    it("a group that has begun, and lags: no longer as one that never committed, before it can be judged", async () => {
      bench.declare("late", { topics: ["orders"] });
      expect(await bench.evaluationAfter("late", 2)).to.equal("NoCommits");
      bench.commit("late", "orders", 1);
      expect(await bench.evaluationAfter("late", 1)).to.equal(undefined);
    });

    it("a consumer that is there and does not move: stalled", async () => {
      bench.kafka.groups.join("billing", "consumer");
      expect(await bench.evaluationAfter("billing", 5)).to.equal("Stalled");
    });

    it("a consumer that went back: rewound, until it has climbed", async () => {
      bench.kafka.groups.join("billing", "classic");
      for (const committed of [1, 2, 3, 0, 1]) {
        bench.commit("billing", "orders", committed);
        await bench.poll();
      }
      expect(bench.read("billing").evaluation).to.equal("Rewound");
      bench.commit("billing", "orders", 4);
      expect(await bench.evaluationAfter("billing", 1)).to.equal("OK");
    });

    it("by looks of the sweep alone, however often a run looks", async () => {
      const watched = bench.declare("billing", { topics: ["orders"] });
      for (let run = 0; run < 10; run += 1) await bench.poller.read(BUS, watched, bench.call);
      expect(bench.read("billing").evaluation).to.equal(undefined);
    });

    it("anew once the topic was made anew", async () => {
      expect(await bench.evaluationAfter("billing", 5)).to.equal("Stopped");
      bench.kafka.recreateTopic("orders");
      await bench.poll();
      expect(bench.read("billing")).to.include({ evaluation: "NoCommits" });
      expect(bench.read("billing").topics[0]).to.include({ partitionsWithoutCommit: 1, lag: undefined });
    });
  });

  describe("wakes", () => {
    it("a group once for what it found, and not again while that stays", async () => {
      bench.declare("billing");
      bench.produce("orders", [1, 1]);
      bench.commit("billing", "orders", 2);
      await bench.polls(3);
      expect(bench.woken).to.deep.equal(["team/billing"]);
      bench.produce("orders", [1, 1]);
      await bench.polls(1);
      expect(bench.woken).to.have.length(2);
    });

    it("nobody for what a run has read itself", async () => {
      const watched = bench.declare("billing");
      expect(bench.poller.reading(BUS, watched)).to.equal(undefined);
      const reading = await bench.poller.read(BUS, watched, bench.call);
      expect(reading).to.include({ kind: "read", state: "Absent" });
      expect(bench.poller.reading(BUS, watched)).to.equal(reading);
      await bench.polls(2);
      expect(bench.woken).to.deep.equal([]);
    });

    it("for numbers that moved notably since they were told", async () => {
      const watched = bench.declare("billing");
      bench.produce("orders", Array(100).fill(10 * HOUR_MS));
      bench.commit("billing", "orders", 0);
      await bench.poller.read(BUS, watched, bench.call);
      for (const [look, wakes] of [0, 0, 1].entries()) {
        bench.produce("orders", Array(4).fill(10 * HOUR_MS));
        await bench.poll();
        expect(bench.woken, `after look ${look}`).to.have.length(wakes);
      }
    });

    it("for numbers that were held back, at the first look that may show them", async () => {
      const watched = bench.declare("billing");
      bench.produce("orders", Array(100).fill(10 * HOUR_MS));
      bench.commit("billing", "orders", 0);
      await bench.poller.read(BUS, watched, bench.call);
      bench.poller.shows(BUS, watched.key, { heldBackMs: undefined });
      bench.produce("orders", Array(50).fill(10 * HOUR_MS));
      await bench.poll();
      expect(bench.woken).to.have.length(1);
      bench.poller.reading(BUS, watched);
      bench.poller.shows(BUS, watched.key, { heldBackMs: 1.5 * MINUTE_MS });
      for (const wakes of [1, 2]) {
        await bench.poll();
        expect(bench.woken).to.have.length(wakes);
      }
    });

    it("answers another question anew", async () => {
      const watched = bench.declare("billing", { topics: ["orders"] });
      await bench.poll();
      expect(bench.poller.reading(BUS, watched)).to.include({ kind: "read" });
      const edited = bench.declare("billing", { topics: ["orders"], objectives: { maxRecordLag: 5 } });
      expect(bench.poller.reading(BUS, edited)).to.equal(undefined);
    });

    it("forgets what is declared no more", async () => {
      const watched = bench.declare("billing");
      await bench.poll();
      bench.undeclare("billing");
      await bench.poll();
      expect(bench.known("billing")).to.equal(undefined);
      expect(bench.poller.reading(BUS, watched)).to.equal(undefined);
    });
  });

  describe("knows who uses a topic", () => {
    it("by commits and by members, declared or not, and tells when that changes", async () => {
      bench.declare("billing");
      bench.commit("billing", "orders", 0);
      const leave = bench.kafka.groups.join("console-1", "consumer", {
        assignment: [{ topic: "orders", partition: 0 }],
      });
      expect(bench.registry.topicUsers(BUS, "orders")).to.equal(undefined);
      await bench.poll();
      expect(bench.registry.topicUsers(BUS, "orders")).to.deep.equal(["billing", "console-1"]);
      leave();
      await bench.polls(2);
      expect(bench.registry.topicUsers(BUS, "orders")).to.deep.equal(["billing"]);
      expect(bench.usersChanged).to.deep.equal(["any", "orders"]);
    });

    it("names twenty at most, declared ones first", async () => {
      bench.declare("zebra");
      for (let index = 10; index < 40; index += 1) bench.commit(`group-${index}`, "orders", 0);
      bench.commit("zebra", "orders", 0);
      await bench.poll();
      const users = bench.registry.topicUsers(BUS, "orders");
      expect(users).to.have.length(20);
      expect(users).to.include("zebra");
    });
  });

  it("asks a few times for a thousand groups, live and lagging as they are", async () => {
    bench = new GroupPollerBench();
    for (let topic = 0; topic < 100; topic += 1) bench.createTopic(`topic-${topic}`, 10);
    for (let index = 0; index < 1_000; index += 1) {
      const [group, topic] = [`group-${index}`, `topic-${index % 100}`];
      bench.declare(group, { topics: [topic], objectives: { maxTimeLagMs: (1 + (index % 5)) * 7 * MINUTE_MS } });
      bench.kafka.groups.join(group, index % 2 === 0 ? "classic" : "consumer");
      for (let partition = 0; partition < 10; partition += 1) {
        if (index < 100) bench.produce(topic, [3 * HOUR_MS, 40 * MINUTE_MS, 20 * MINUTE_MS, 1_000], partition);
        bench.commit(group, topic, index % 5, partition);
      }
    }
    await bench.poll();
    expect(bench.read("group-999").topics[0]?.lag).to.equal(0);
    expect(bench.read("group-0").topics[0]?.lag).to.equal(40);
    const first = bench.kafka.requestCount();
    expect(first).to.be.at.most(36);
    await bench.poll();
    const age = bench.read("group-0").topics[0]?.unreadAge;
    expect(age?.atLeastMs).to.be.within(2 * HOUR_MS, 3 * HOUR_MS + MINUTE_MS);
    expect(bench.kafka.requestCount() - first, "what has only aged is found where it was").to.be.at.most(20);
  });
});
