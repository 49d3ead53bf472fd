// Consumer groups on three brokers of which one dies: coordinators and leaders move, members go on, and nothing that the
// poller says in between is a lie.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { BusRegistry } from "../../src/controllers/bus-registry.ts";
import type { WatchedGroup } from "../../src/controllers/polling/group-poll.ts";
import { GroupPoller } from "../../src/controllers/polling/group-poller.ts";
import type { GroupReading } from "../../src/domain/group-reading.ts";
import type { Call, KafkaAdmin } from "../../src/kafka/admin.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { type KafkaProbe, startKafkaProbe } from "../environment/kafka-probe.ts";
import { type KafkaCluster, startKafka } from "../environment/kafka.ts";

const BUS = "bus";
const GROUPS = 12;
const call: Call = { signal: new AbortController().signal, deadlineMs: 10_000, priority: "bulk" };

/** What may be said of a group at any time: the truth, or that it is not known. */
function expectNoLie(groupId: string, reading: GroupReading | undefined): void {
  if (reading?.kind !== "read") return;
  const states = groupId === "group-0" ? ["Stable", "Assigning", "Reconciling"] : ["Empty"];
  expect(reading.state, groupId).to.be.oneOf(states);
  const [topic] = reading.topics;
  if (groupId !== "group-0") expect(topic?.lag, groupId).to.be.oneOf([36, undefined]);
  expect(topic?.partitionsWithoutCommit, groupId).to.equal(0);
}

function isKnown(reading: GroupReading | undefined): boolean {
  return reading?.kind === "read" && reading.topics[0]?.lag !== undefined;
}

describe("The poller while a broker of three dies", function () {
  this.timeout(180_000);
  let kafka: KafkaCluster;
  let probe: KafkaProbe;
  let admin: KafkaAdmin;
  let poller: GroupPoller;
  const groupIds = Array.from({ length: GROUPS }, (_, index) => `group-${index}`);

  before(async () => {
    kafka = await startKafka({ brokers: 3, sessionTimeoutMs: 3000 });
    probe = await startKafkaProbe(kafka.bootstrapServers);
    await probe.createTopic({ name: "orders", partitions: 6, replicationFactor: 3 });
    await probe.produce(
      "orders",
      Array.from({ length: 60 }, (_, index) => ({ partition: index % 6, value: "v" })),
    );
    admin = connectKafka({
      bootstrapServers: kafka.bootstrapServers,
      security: { protocol: "PLAINTEXT" },
      clientId: "poller",
      clock: systemClock,
      mayWrite: () => true,
      timings: { bulkReadTimeoutMs: 2000, handshakeTimeoutMs: 1000 },
    });
    const registry = new BusRegistry();
    const cluster = { id: kafka.clusterId, brokers: [], capabilities: [] };
    registry.report(BUS, { kind: "connected", admin, cluster });
    const watched = groupIds.map((groupId): WatchedGroup => ({
      key: `team/${groupId}`,
      groupId,
      topics: ["orders"],
      objectives: {},
    }));
    poller = new GroupPoller({ registry, clock: systemClock, watched: () => watched, wake: () => {} });
    for (const groupId of groupIds.slice(1)) {
      const offsets = Array.from({ length: 6 }, (_, partition) => ({ topic: "orders", partition, offset: 4 }));
      await probe.commitOffsets(groupId, offsets);
    }
    await probe.startConsumer({ groupId: "group-0", protocol: "consumer", topics: ["orders"] });
  });
  after(async () => {
    await admin.close();
    await probe.stop();
    await kafka.stop();
  });

  async function polled(): Promise<ReadonlyMap<string, GroupReading>> {
    const [item] = poller.begin(BUS);
    await item?.look(admin, call);
    return new Map([...poller.readings()].map(({ watched, reading }) => [watched.groupId, reading]));
  }

  async function pollUntilAllKnown(): Promise<void> {
    for (;;) {
      const readings = await polled();
      for (const groupId of groupIds) expectNoLie(groupId, readings.get(groupId));
      if (groupIds.every((groupId) => isKnown(readings.get(groupId)))) return;
    }
  }

  it("finds every group again with its new coordinator", async () => {
    while ((await probe.committedOffsets("group-0")).length < 6) await polled();
    await pollUntilAllKnown();
    const coordinators = new Set<number>();
    for (const groupId of groupIds) coordinators.add((await probe.describeGroup(groupId)).coordinator);
    expect(coordinators.size, "brokers that coordinate").to.be.above(1);
    for (const id of coordinators) {
      const victim = kafka.brokers.find((broker) => broker.id === id);
      await victim?.kill();
      await pollUntilAllKnown();
      const now = (await probe.describeGroup("group-1")).coordinator;
      expect(now).to.not.equal(id);
      await victim?.start();
      await pollUntilAllKnown();
    }
  });

  it("says of all groups that they are unknown while no broker answers, and finds them again", async () => {
    await Promise.all(kafka.brokers.map((broker) => broker.kill()));
    const readings = await polled();
    expect([...readings.values()].map(({ kind }) => kind)).to.deep.equal(groupIds.map(() => "unknown"));
    await Promise.all(kafka.brokers.map((broker) => broker.start()));
    await pollUntilAllKnown();
  });
});
