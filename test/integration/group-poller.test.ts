// The poller on a real Kafka with real consumers of both protocols: what it says of them while they come, go, die, fall
// behind and catch up, and what it asks for.

import { expect } from "chai";
import { afterEach, before, beforeEach, describe, it } from "mocha";

import { BusRegistry } from "../../src/controllers/bus-registry.ts";
import type { WatchedGroup } from "../../src/controllers/polling/group-poll.ts";
import { GroupPoller } from "../../src/controllers/polling/group-poller.ts";
import { headroomMs, lostRecords, type ReadGroup } from "../../src/domain/group-reading.ts";
import type { Call, KafkaAdmin, WriteCall } from "../../src/kafka/admin.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import type { RequestEvent } from "../../src/kafka/platformatic/observer.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { environment } from "../environment/environment.ts";
import { type KafkaProbe, startKafkaProbe } from "../environment/kafka-probe.ts";

const BUS = "bus";
const HOUR_MS = 3_600_000;
const call: Call = { signal: new AbortController().signal, deadlineMs: 30_000, priority: "bulk" };
const PROTOCOLS = ["classic", "consumer"] as const;
/** A crashed member is missed after so long, by the time-out of its own client where it has one. */
const CLASSIC_SESSION = { "session.timeout.ms": "3000", "heartbeat.interval.ms": "300" };

let names = 0;
function newName(): string {
  names += 1;
  return `poller-${names}`;
}

function isLive({ state, members }: ReadGroup): void {
  expect(state, `of a group with ${members} members`).to.not.be.oneOf(["Dead", "Absent", "Unknown"]);
}

describe("The poller of consumer groups", function () {
  this.timeout(60_000);
  let probe: KafkaProbe;
  let admin: KafkaAdmin;
  let write: WriteCall;
  let registry: BusRegistry;
  let poller: GroupPoller;
  let watched: WatchedGroup[];
  const requests: RequestEvent[] = [];

  before(async () => {
    probe = await environment().kafkaProbe();
  });

  beforeEach(async () => {
    const kafka = await environment().kafka();
    requests.length = 0;
    watched = [];
    admin = connectKafka({
      bootstrapServers: kafka.bootstrapServers,
      security: { protocol: "PLAINTEXT" },
      clientId: "poller",
      clock: systemClock,
      mayWrite: () => true,
      observer: { onRequest: (event) => requests.push(event) },
    });
    write = { ...call, clusterId: kafka.clusterId, priority: "live" };
    registry = new BusRegistry();
    const cluster = { id: kafka.clusterId, brokers: [{ id: 1 }], capabilities: [] };
    registry.report(BUS, { kind: "connected", admin, cluster });
    poller = new GroupPoller({
      registry,
      clock: systemClock,
      watched: () => watched,
      wake: () => {},
    });
  });
  afterEach(() => admin.close());

  function declare(parts: Partial<WatchedGroup> = {}): string {
    const groupId = newName();
    watched.push({ key: `team/${groupId}`, groupId, topics: [], objectives: {}, ...parts });
    return groupId;
  }

  async function createTopic(partitions = 2, configs: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = newName();
    await probe.createTopic({ name, partitions, configs });
    return name;
  }

  async function polled(groupId: string): Promise<ReadGroup> {
    const [item] = poller.begin(BUS);
    await item?.look(admin, call);
    const reading = [...poller.readings()].find((found) => found.watched.groupId === groupId)?.reading;
    if (reading?.kind !== "read") throw new Error(`Group "${groupId}" was not read: ${JSON.stringify(reading)}`);
    return reading;
  }

  /** Polls until it holds; what never may be is checked at each look. */
  async function pollUntil(
    groupId: string,
    holds: (reading: ReadGroup) => boolean,
    always: (reading: ReadGroup) => void = () => {},
  ): Promise<ReadGroup> {
    for (;;) {
      const reading = await polled(groupId);
      always(reading);
      if (holds(reading)) return reading;
    }
  }

  for (const protocol of PROTOCOLS) {
    describe(`of the ${protocol} protocol`, () => {
      it("sees a group come, rebalance and go, and never calls a live one dead or absent", async () => {
        const topic = await createTopic();
        const groupId = declare({ topics: [topic] });
        expect(await polled(groupId)).to.deep.include({ state: "Absent", members: 0, evaluation: "NoCommits" });
        const first = await probe.startConsumer({ groupId, protocol, topics: [topic] });
        const joined = await pollUntil(groupId, ({ state, members }) => state === "Stable" && members === 1, isLive);
        expect(joined.type).to.equal(protocol);
        expect(registry.topicUsers(BUS, topic)).to.deep.equal([groupId]);
        const [second] = await Promise.all([
          probe.startConsumer({ groupId, protocol, topics: [topic] }),
          pollUntil(groupId, ({ members }) => members === 2, isLive),
        ]);
        await pollUntil(groupId, ({ state }) => state === "Stable", isLive);
        await Promise.all([second.stop(), pollUntil(groupId, ({ members }) => members === 1, isLive)]);
        await first.stop();
        const empty = await pollUntil(groupId, ({ members }) => members === 0, isLive);
        expect(empty.state).to.equal("Empty");
      });

      it("sees a crashed consumer until its session ends", async () => {
        const topic = await createTopic();
        const groupId = declare({ topics: [topic] });
        if (protocol === "consumer") {
          const change = { set: { "consumer.session.timeout.ms": "3000" } };
          await probe.alterConfigs({ type: "group", name: groupId }, change);
        }
        const properties = protocol === "classic" ? CLASSIC_SESSION : {};
        const other = await startKafkaProbe((await environment().kafka()).bootstrapServers);
        await other.startConsumer({ groupId, protocol, topics: [topic], properties });
        await other.kill();
        expect(await polled(groupId)).to.include({ members: 1 });
        await pollUntil(groupId, ({ state }) => state === "Empty", isLive);
      });

      it("judges a consumer that stops with records unread, is rewound, and catches up", async () => {
        const topic = await createTopic(1);
        const groupId = declare({ topics: [topic] });
        const records = Array.from({ length: 20 }, () => ({ partition: 0, value: "v" }));
        await probe.produce(topic, records);
        const member = await probe.startConsumer({ groupId, protocol, topics: [topic] });
        const caughtUp = await pollUntil(groupId, ({ topics: [found] }) => found?.lag === 0);
        expect(caughtUp.evaluation).to.equal("OK");
        await member.stop();
        await probe.produce(topic, records);
        await pollUntil(groupId, ({ evaluation }) => evaluation === "Stopped");
        await probe.commitOffsets(groupId, [{ topic, partition: 0, offset: 5 }]);
        const rewound = await polled(groupId);
        expect(rewound).to.include({ evaluation: "Rewound" });
        expect(rewound.topics[0]?.lag).to.equal(35);
        const again = await probe.startConsumer({ groupId, protocol, topics: [topic] });
        await pollUntil(groupId, ({ evaluation, topics: [found] }) => evaluation === "OK" && found?.lag === 0);
        await again.stop();
      });

      it("judges a consumer that reads and does not commit: stalled", async () => {
        const topic = await createTopic(1);
        const groupId = declare({ topics: [topic] });
        await probe.produce(topic, [{ partition: 0, value: "v" }]);
        await probe.commitOffsets(groupId, [{ topic, partition: 0, offset: 0 }]);
        const member = await probe.startConsumer({ groupId, protocol, topics: [topic], commit: false });
        await pollUntil(groupId, ({ evaluation, members }) => evaluation === "Stalled" && members === 1);
        await member.stop();
        await pollUntil(groupId, ({ evaluation }) => evaluation === "Stopped");
      });
    });
  }

  it("warns before retention reaches what is unread, and tells what it took", async () => {
    const topic = await createTopic(2, { "retention.ms": String(4 * HOUR_MS) });
    const groupId = declare({
      topics: [topic],
      objectives: { maxTimeLagMs: HOUR_MS, minHeadroomMs: HOUR_MS },
    });
    await probe.produce(topic, [
      { partition: 0, value: "v", timestamp: Date.now() - 3.5 * HOUR_MS },
      { partition: 0, value: "v", timestamp: Date.now() },
      { partition: 1, value: "v", timestamp: Date.now() - HOUR_MS / 2 },
    ]);
    await probe.commitOffsets(groupId, [
      { topic, partition: 0, offset: 0 },
      { topic, partition: 1, offset: 0 },
    ]);
    const late = await polled(groupId);
    expect(late.topics[0]).to.include({ partitionsAtRisk: 1, lostRecords: 0, lag: 3 });
    expect(late.topics[0]?.unreadAge?.atLeastMs).to.be.within(2 * HOUR_MS, 3.5 * HOUR_MS + 60_000);
    expect(headroomMs(late)).to.be.within(0, HOUR_MS);
    await probe.deleteRecords(topic, 0, 1);
    const lost = await polled(groupId);
    expect(lostRecords(lost)).to.equal(1);
    expect(lost.topics[0]).to.include({ partitionsAtRisk: 1, lag: 2 });
  });

  it("takes the marker of a transaction for nothing unread", async () => {
    const topic = await createTopic(1);
    const groupId = declare({ topics: [topic] });
    await probe.produce(topic, [{ partition: 0, value: "v" }], { transactionalId: topic });
    // As clients do that commit the offset after the last record.
    await probe.commitOffsets(groupId, [{ topic, partition: 0, offset: 1 }]);
    const reading = await pollUntil(groupId, ({ topics: [found] }) => found?.lag === 0);
    expect(reading.evaluation).to.equal("OK");
  });

  it("begins anew on a topic that was made anew", async () => {
    const topic = await createTopic(1);
    const groupId = declare({ topics: [topic] });
    await probe.produce(topic, [{ partition: 0, value: "v" }]);
    await probe.commitOffsets(groupId, [{ topic, partition: 0, offset: 1 }]);
    const before = await polled(groupId);
    await probe.deleteTopic(topic);
    await pollUntil(groupId, ({ missingTopics }) => missingTopics.includes(topic));
    await probe.createTopic({ name: topic, partitions: 1 });
    const after = await pollUntil(groupId, ({ missingTopics }) => missingTopics.length === 0);
    expect(after.topics[0]?.topicId).to.not.equal(before.topics[0]?.topicId);
    expect(after.topics[0]).to.include({ lag: undefined, partitionsWithoutCommit: 1 });
  });

  it("asks a few dozen times for a thousand groups of ten partitions", async () => {
    const topics = await Promise.all(Array.from({ length: 20 }, () => createTopic(10)));
    await Promise.all(
      topics.map((topic) =>
        probe.produce(
          topic,
          Array.from({ length: 20 }, (_, index) => ({
            partition: index % 10,
            value: "v",
            timestamp: Date.now() - (index < 10 ? 3 * HOUR_MS : HOUR_MS / 3),
          })),
        ),
      ),
    );
    await Promise.all(
      Array.from({ length: 1_000 }, async (_, index) => {
        const topic = topics[index % topics.length] ?? "";
        const groupId = declare({ topics: [topic], objectives: { maxTimeLagMs: (1 + (index % 3)) * HOUR_MS } });
        const commits = Array.from({ length: 10 }, (__, partition) =>
          admin.commitOffset(groupId, { topic, partition, offset: BigInt(index % 3) }, write),
        );
        for (const answer of await Promise.all(commits)) expect(answer.status).to.equal("ok");
      }),
    );
    await polled(watched[0]?.groupId ?? "");
    requests.length = 0;
    const reading = await polled(watched[0]?.groupId ?? "");
    expect(reading.topics[0]?.lag).to.equal(20);
    const counts = Object.fromEntries(
      [...Map.groupBy(requests, ({ api }) => api)].map(([api, of]) => [api, of.length]),
    );
    expect(requests.length, JSON.stringify(counts)).to.be.at.most(48);
  });
});
