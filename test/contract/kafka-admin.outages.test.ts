// What the platformatic adapter does when brokers of a real Kafka hang, die and come back: nobody else is disturbed,
// every call is answered, and nothing storms. Counts, never times.

import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "chai";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";

import type { KafkaAdmin, WriteCall } from "../../src/kafka/admin.ts";
import type { Answer } from "../../src/kafka/model/failure.ts";
import { connectKafka, type Timings } from "../../src/kafka/platformatic/kafka-admin.ts";
import type { ConnectionEvent, RequestEvent } from "../../src/kafka/platformatic/observer.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { type KafkaBroker, type KafkaCluster, startKafka } from "../environment/kafka.ts";
import { call, eventually, value } from "./kafka-admin-suite.ts";

interface Connected {
  readonly admin: KafkaAdmin;
  readonly requests: RequestEvent[];
  readonly connections: ConnectionEvent[];
}

function connect(
  bootstrapServers: readonly string[],
  timings: Partial<Timings> = { readTimeoutMs: 1000, writeTimeoutMs: 2000, handshakeTimeoutMs: 1000 },
): Connected {
  const [requests, connections]: [RequestEvent[], ConnectionEvent[]] = [[], []];
  const admin = connectKafka({
    bootstrapServers,
    security: { protocol: "PLAINTEXT" },
    clientId: "outages",
    clock: systemClock,
    mayWrite: () => true,
    observer: { onRequest: (event) => requests.push(event), onConnection: (event) => connections.push(event) },
    timings,
  });
  return { admin, requests, connections };
}

function writeTo(kafka: KafkaCluster, deadlineMs = 30_000): WriteCall {
  return { ...call({ deadlineMs }), clusterId: kafka.clusterId };
}

function statuses(answers: readonly Answer<unknown>[]): ReadonlySet<string> {
  return new Set(answers.map((answer) => (answer.status === "failed" ? answer.failure.kind : answer.status)));
}

function sockets(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "TCPSocketWrap").length;
}

describe("The adapter on three brokers", function () {
  this.timeout(90_000);
  let kafka: KafkaCluster;
  let connected: Connected;

  before(async () => {
    kafka = await startKafka({ brokers: 3, sessionTimeoutMs: 3000 });
    const { admin } = connect(kafka.bootstrapServers);
    value(
      await admin.createTopic({ name: "replicated", partitions: 6, replicationFactor: 3, configs: {} }, writeTo(kafka)),
    );
    value(
      await admin.createTopic({ name: "single", partitions: 6, replicationFactor: 1, configs: {} }, writeTo(kafka)),
    );
    await eventually(
      () => admin.describeTopic({ name: "single" }, call()),
      ({ partitions }) => partitions.every(({ leader }) => leader !== undefined),
    );
    await admin.close();
  });
  after(() => kafka.stop());
  beforeEach(() => {
    connected = connect(kafka.bootstrapServers);
  });
  afterEach(() => connected.admin.close());

  /** The broker that answers what any broker can answer. */
  async function serving(): Promise<KafkaBroker> {
    value(await connected.admin.describeTopic({ name: "replicated" }, call()));
    const address = connected.requests.at(-1)?.broker;
    const broker = kafka.brokers.find(({ port }) => address === `127.0.0.1:${port}`);
    if (broker === undefined) throw new Error(`No broker listens at ${address}`);
    return broker;
  }

  function end(topic: string, partition: number, deadlineMs = 30_000): ReturnType<KafkaAdmin["listOffset"]> {
    return connected.admin.listOffset({ topic, partition }, "latest", call({ deadlineMs }));
  }

  const sixOf = (topic: string, deadlineMs?: number): Promise<Answer<unknown>[]> =>
    Promise.all(Array.from({ length: 6 }, (_, partition) => end(topic, partition, deadlineMs)));

  it("goes on with another broker when the one that serves hangs", async () => {
    const { admin } = connected;
    const hung = await serving();
    value(await admin.createTopic({ name: "before", configs: {} }, writeTo(kafka)));
    hung.pause();
    try {
      const [reads, write] = await Promise.all([
        Promise.all(Array.from({ length: 20 }, () => admin.describeTopic({ name: "replicated" }, call()))),
        admin.createTopic({ name: "during", configs: {} }, writeTo(kafka)),
      ]);
      expect(statuses(reads)).to.deep.equal(new Set(["ok"]));
      expect(write.status, "a write that was on the wire").to.equal("unknown");
      expect((await serving()).id).to.not.equal(hung.id);
      // The one that hangs may be the active controller: until another is elected every write stays unknown.
      const again = async (): Promise<ReadonlySet<string>> =>
        statuses([await admin.createTopic({ name: "during", configs: {} }, writeTo(kafka))]);
      let outcome = await again();
      while (outcome.has("unknown")) outcome = await again();
      expect([...outcome][0]).to.be.oneOf(["ok", "exists"]);
      // Its leaders move when the controller misses it; until then only its own partitions wait.
      expect(statuses(await sixOf("replicated"))).to.deep.equal(new Set(["ok"]));
      const groups = value(await admin.listGroups(call({ deadlineMs: 3000 })));
      expect(groups.groups).to.deep.equal([]);
    } finally {
      hung.resume();
    }
    await eventually(
      () => admin.cluster(call()),
      ({ brokers }) => brokers.length === 3,
    );
  });

  it("lets one leaderless partition fail alone", async () => {
    const { admin } = connected;
    const server = await serving();
    const dead = kafka.brokers.find(({ id }) => id !== server.id);
    await dead?.kill();
    try {
      expect(statuses(await sixOf("replicated"))).to.deep.equal(new Set(["ok"]));
      const leaderless = await eventually(
        () => admin.describeTopic({ name: "single" }, call()),
        ({ partitions }) => partitions.some(({ leader }) => leader === undefined),
      );
      const before = connected.requests.length;
      const answers = await sixOf("single", 2000);
      for (const { index, leader } of leaderless.partitions) {
        const answer = answers[index];
        if (leader !== undefined) expect(answer?.status).to.equal("ok");
        else expect(answer?.status === "failed" && answer.failure).to.include({ kind: "busy", code: 5 });
      }
      expect(connected.requests.length - before, "requests while one partition has no leader").to.be.below(60);
      const others = await Promise.all([
        admin.listTopics(call()),
        admin.describeTopic({ name: "single" }, call()),
        admin.createTopic({ name: "meanwhile", replicationFactor: 2, configs: {} }, writeTo(kafka)),
        admin.alterConfigs(
          { kind: "topic", name: "single" },
          { set: { "retention.ms": "1000000" }, unset: [] },
          writeTo(kafka),
        ),
        admin.describeConfigs({ kind: "topic", name: "single" }, call()),
        admin.createPartitions({ name: "single", count: 7, currentCount: 6 }, writeTo(kafka)),
        admin.describeLogDirs("replicated", call()),
        admin.listGroups(call()),
      ]);
      expect(statuses(others)).to.deep.equal(new Set(["ok"]));
    } finally {
      await dead?.start();
    }
  });

  it("finds the cluster behind a bootstrap list of which one address is dead and one hangs", async () => {
    const hung = kafka.brokers.at(-1);
    hung?.pause();
    try {
      for (let round = 0; round < 3; round += 1) {
        const other = connect(["127.0.0.1:1", `127.0.0.1:${hung?.port}`, kafka.bootstrapServers[0] ?? ""]);
        expect((await other.admin.cluster(call())).status).to.equal("ok");
        await other.admin.close();
      }
    } finally {
      hung?.resume();
    }
  });

  it("answers every call when the broker that serves is killed under load", async () => {
    const { admin } = connected;
    const victim = await serving();
    const creations = Array.from({ length: 1200 }, (_, index) =>
      admin.createTopic({ name: `burst-${index}`, partitions: 1, configs: {} }, writeTo(kafka)),
    );
    const reads = Array.from({ length: 200 }, () =>
      admin.describeConfigs({ kind: "topic", name: "replicated" }, call()),
    );
    while (!connected.requests.some(({ api }) => api === "CreateTopics")) await sleep(5);
    await victim.kill();
    try {
      const made = await Promise.all(creations);
      for (const status of statuses(made)) expect(status).to.be.oneOf(["ok", "unknown", "exists"]);
      expect(statuses(await Promise.all(reads))).to.deep.equal(new Set(["ok"]));
      const done = made.flatMap(({ status }, index) => (status === "ok" ? [`burst-${index}`] : []));
      await eventually(
        () => admin.listTopics(call()),
        (topics) => {
          const names = new Set(topics.map(({ name }) => name));
          return done.every((name) => names.has(name));
        },
      );
    } finally {
      await victim.start();
    }
  });
});

describe("The adapter on one broker", function () {
  this.timeout(90_000);
  let kafka: KafkaCluster;
  let connected: Connected;

  before(async () => {
    kafka = await startKafka({ sessionTimeoutMs: 3000 });
  });
  after(() => kafka.stop());
  beforeEach(() => {
    connected = connect(kafka.bootstrapServers);
  });
  afterEach(() => connected.admin.close());

  const [broker] = [(): KafkaBroker | undefined => kafka.brokers[0]];

  it("keeps deadlines while the broker hangs, says what became of each call, and goes on when it wakes", async () => {
    const { admin } = connected;
    value(await admin.createTopic({ name: "t", configs: {} }, writeTo(kafka)));
    broker()?.pause();
    const resource = { kind: "topic", name: "t" } as const;
    const change = { set: { "retention.ms": "1000000" }, unset: [] };
    try {
      const [read, write] = await Promise.all([
        admin.describeTopic({ name: "t" }, call({ deadlineMs: 500 })),
        admin.alterConfigs(resource, change, writeTo(kafka, 500)),
      ]);
      expect(statuses([read])).to.deep.equal(new Set(["unreachable"]));
      expect(write.status).to.equal("unknown");
    } finally {
      broker()?.resume();
    }
    await eventually(
      async () => {
        const answer = await admin.describeTopic({ name: "t" }, call());
        return answer.status === "failed" && answer.failure.kind === "unreachable" ? missing : answer;
      },
      () => true,
    );
    value(await admin.alterConfigs(resource, change, writeTo(kafka)));
  });

  it("answers at once while the broker is down, with one attempt a second, and works when it is back", async () => {
    const { admin, connections } = connected;
    value(await admin.cluster(call()));
    const inFlight = Array.from({ length: 100 }, () => admin.describeConfigs({ kind: "broker", name: "" }, call()));
    await broker()?.kill();
    for (const status of statuses(await Promise.all(inFlight))) expect(status).to.be.oneOf(["ok", "unreachable"]);
    connections.length = 0;
    const startedAt = systemClock.monotonic();
    let calls = 0;
    while (systemClock.monotonic() - startedAt < 2500) {
      const answers = await Promise.all([
        admin.cluster(call()),
        admin.createTopic({ name: "down", configs: {} }, writeTo(kafka)),
      ]);
      expect(statuses(answers)).to.deep.equal(new Set(["unreachable"]));
      calls += 2;
      await sleep(10);
    }
    const attempts = connections.filter(({ outcome }) => outcome === "failed").length;
    const seconds = (systemClock.monotonic() - startedAt) / 1000;
    expect(calls).to.be.above(20);
    expect(attempts).to.be.at.most(Math.ceil(seconds) + 1);
    await broker()?.start();
    await eventually(
      async () => {
        const answer = await admin.cluster(call());
        return answer.status === "failed" && answer.failure.kind === "unreachable" ? missing : answer;
      },
      ({ id }) => id === kafka.clusterId,
    );
  });

  it("leaves no socket behind when it connects and closes again and again", async () => {
    await connected.admin.close();
    await sleep(50);
    const before = sockets();
    for (let cycle = 0; cycle < 100; cycle += 1) {
      const { admin } = connect(kafka.bootstrapServers);
      value(await admin.cluster(call()));
      await admin.close();
    }
    while (sockets() > before) await sleep(10);
    expect(sockets()).to.equal(before);
  });

  it("closes what is idle and connects again", async () => {
    const { admin, connections } = connect(kafka.bootstrapServers, { idleMs: 50 });
    try {
      for (let round = 1; round <= 3; round += 1) {
        value(await admin.cluster(call()));
        while (connections.filter(({ outcome }) => outcome === "closed").length < round) await sleep(10);
      }
      expect(connections.filter(({ outcome }) => outcome === "opened")).to.have.length(3);
    } finally {
      await admin.close();
    }
  });

  it("survives brokers that close idle connections under it", async () => {
    const other = await startKafka({ properties: { "connections.max.idle.ms": "300" } });
    const { admin } = connect(other.bootstrapServers);
    try {
      for (let round = 0; round < 8; round += 1) {
        value(await admin.cluster(call()));
        const answer = await admin.createTopic({ name: `idle-${round}`, configs: {} }, writeTo(other));
        expect(answer.status).to.be.oneOf(["ok", "unknown"]);
        await sleep(100 * round);
      }
    } finally {
      await admin.close();
      await other.stop();
    }
  });
});

const missing: Answer<never> = { status: "failed", failure: { kind: "missing", name: "X", message: "not yet" } };
