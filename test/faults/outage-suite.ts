// What holds while Kafka is away and when it is back, for outages short and long: through a proxy that counts who knocks.

import { expect } from "chai";
import { after, before, beforeEach, it } from "mocha";

import type { ConsumerGroup } from "../../src/api/consumer-group.ts";
import { eventually } from "../environment/eventually.ts";
import { condition } from "../environment/group-expectations.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startKafka, type KafkaBroker, type KafkaCluster } from "../environment/kafka.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready } from "../environment/topic-expectations.ts";
import { hastyClock } from "../fakes/hasty-clock.ts";
import { TcpProxy } from "./tcp-proxy.ts";

export interface Outage {
  readonly topics: number;
  /** How long Kafka is away, each time. */
  readonly outageMs: number;
  /** How many seconds of the operator go by in one: its pauses, retries and time-outs are as much shorter. */
  readonly haste: number;
}

/** Everything is Ready again so soon after Kafka is back. */
const RECOVERY_MS = 60_000;
/** Requests to the API server side by side. */
const CREATORS = 8;
/** At the start of an outage each address that was not known to fail is tried at once. */
const FIRST_ATTEMPTS = 3;

export function itOutlivesOutages({ topics, outageMs, haste }: Outage): void {
  let proxy: TcpProxy;
  /** Addresses of the bus at which nobody ever answers. */
  let dead: readonly TcpProxy[];
  let kafka: KafkaCluster;
  let broker: KafkaBroker;
  let probe: KafkaProbe;
  let operator: OperatorUnderTest;

  before(async function () {
    this.timeout(300_000);
    [proxy, ...dead] = await Promise.all([TcpProxy.start(), TcpProxy.start(), TcpProxy.start()]);
    for (const address of dead) address.mode = "hangsUp";
    const listeners = [{ name: "PROXIED", protocol: "PLAINTEXT", advertisedPort: proxy.port } as const];
    kafka = await startKafka({ listeners, sessionTimeoutMs: 3_000, heapMb: topics > 1_000 ? 512 : 128 });
    proxy.target = Number(kafka.bootstrapServersOf("PROXIED")[0]?.split(":")[1]);
    [broker] = kafka.brokers as [KafkaBroker];
    probe = await startKafkaProbe(kafka.bootstrapServers);
    operator = await startOperatorUnderTest({
      kafka: { bootstrapServers: [proxy, ...dead].map(({ port }) => `127.0.0.1:${port}`), probe },
      bus: { resyncInterval: `${haste}s` },
      clock: hastyClock(haste),
    });
    await eventually(() => operator.bus(), ready("True", "Connected"));
  });
  // Where one test fails amid its outage, that is not the end of the others.
  beforeEach(async function () {
    this.timeout(90_000);
    proxy.mode = "open";
    if (broker.pid === undefined) await broker.start();
  });
  after(async function () {
    this.timeout(60_000);
    await operator.stop();
    await probe.stop();
    await kafka.stop();
    await Promise.all([proxy, ...dead].map((address) => address.stop()));
  });

  const create = async (prefix: string, count: number): Promise<void> => {
    const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
    const creators = Array.from({ length: CREATORS }, async () => {
      for (let name = names.pop(); name !== undefined; name = names.pop()) await operator.createTopic(name);
    });
    await Promise.all(creators);
  };
  /** As the operator knows them; cheap enough to be asked again and again. */
  const areReady = async (count: number, timeoutMs: number): Promise<void> => {
    await eventually(
      () => operator.metrics(`eventbus_bus_topics{bus="${operator.id}",state="ready"}`),
      ([line]) => expect(line).to.match(new RegExp(` ${count}$`)),
      timeoutMs,
    );
  };
  const busIsUnreachable = async (): Promise<void> => {
    await eventually(() => operator.bus(), ready("False", "Unreachable"), 30_000);
  };
  /** Nobody knocks more often than once a second of the operator, at all addresses together. */
  const expectPatience = (since: number, most = FIRST_ATTEMPTS): void => {
    const seconds = Math.ceil((haste * (performance.now() - since)) / 1_000);
    const attempts = [proxy, ...dead].map((address) => address.attemptsSince(since));
    expect(
      attempts.reduce((sum, count) => sum + count),
      attempts.join(" + "),
    ).to.be.at.most(seconds + most);
  };

  it("from the start is told by the bus and by what has work to do, and all is made when Kafka comes", async function () {
    this.timeout(300_000 + outageMs + topics * 20);
    await operator.stop();
    await broker.stop();
    await create("early", topics);
    const since = performance.now();
    await operator.start();
    await busIsUnreachable();
    const waiting = await eventually(() => operator.topic("early-0"), ready("Unknown", "BusNotReady"), 120_000);
    expect(waiting.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Reconciling"]);
    await passes(outageMs);
    expectPatience(since);
    await broker.start();
    await areReady(topics, RECOVERY_MS + topics * 10);
    ready("True", "Created")(await operator.topic("early-0"));
    expect(await probe.listTopics()).to.have.length(topics);
  });

  it("in the middle is the bus' news alone: settled topics are silent, and edits wait for its end", async function () {
    this.timeout(300_000 + outageMs);
    const ids = await idsOf(operator, probe, topics);
    await broker.kill();
    const since = performance.now();
    await busIsUnreachable();
    const before = await operator.writes();
    await operator.patchTopic("early-1", { spec: { config: { "flush.ms": 5 } } });
    await eventually(() => operator.topic("early-1"), ready("Unknown", "BusNotReady"));
    ready("True", "Created")(await operator.topic("early-2"));
    await passes(outageMs);
    expectPatience(since);
    const writes = await operator.writes();
    expect(writes, "the edited topic's status").to.deep.equal({ ...before, kubernetes: before.kubernetes + 1 });
    await broker.start();
    await eventually(() => operator.bus(), ready("True", "Connected"), RECOVERY_MS);
    await eventually(() => operator.topic("early-1"), ready("True", "UpToDate"), RECOVERY_MS);
    await areReady(topics, RECOVERY_MS);
    expect(await probe.topicConfig(operator.topicName("early-1"))).to.deep.equal({ "flush.ms": "5" });
    expect(await idsOf(operator, probe, topics), "no topic is another").to.deep.equal(ids);
  });

  it("leaves groups unknown, never without members or lag, and their numbers come back with it", async function () {
    this.timeout(300_000);
    const topic = operator.topicName("early-5");
    const groupId = `${operator.id}-late`;
    await probe.produce(topic, [{ partition: 0, value: "a" }], { repeat: 3 });
    await probe.commitOffsets(groupId, [{ topic, partition: 0, offset: 0 }]);
    const topics = [{ eventTopicRef: { name: "early-5" } }];
    await operator.createGroup("late", { groupId, topics, slo: { maxRecordLag: 2 } });
    const lags = (group: ConsumerGroup): void => {
      ready("True", "Observed")(group);
      condition("Active", "False/NoMembers")(group);
      condition("WithinSLO", "False/Exceeded")(group);
      expect(group.status).to.include({ state: "Empty", members: 0 });
      expect(group.status?.topics?.[0]).to.include({ topic, lag: 3 });
    };
    await eventually(() => operator.group("late"), lags, 30_000);
    await broker.kill();
    const away = await eventually(() => operator.group("late"), condition("Active", "Unknown/Unreachable"), 60_000);
    condition("WithinSLO", "Unknown/Unreachable")(away);
    expect(away.status).to.include({ state: "Unknown", evaluation: "Unknown" });
    expect(away.status).not.to.have.any.keys("members", "topics", "headroom");
    const [state] = await operator.metrics(`eventbus_group_state{bus="${operator.id}"`);
    expect(state).to.match(/state="Unknown".*\} 1$/);
    expect(await operator.metrics(`eventbus_group_lag_records{bus="${operator.id}"`)).to.deep.equal([]);
    await broker.start();
    await eventually(() => operator.group("late"), lags, RECOVERY_MS);
  });

  it("in the middle of a burst leaves nothing undone", async function () {
    this.timeout(300_000 + topics * 20);
    const burst = Math.min(500, topics);
    const creating = create("burst", burst);
    await eventually(
      () => probe.listTopics(),
      (names) => expect(names.length).to.be.greaterThan(topics),
      60_000,
    );
    await broker.kill();
    await creating;
    await broker.start();
    await areReady(topics + burst, RECOVERY_MS + topics * 10);
    expect(await probe.listTopics()).to.have.length(topics + burst);
  });

  it("that comes and goes is outlived as well", async function () {
    this.timeout(300_000);
    const since = performance.now();
    for (const value of [1, 2, 3]) {
      proxy.mode = "hangsUp";
      await operator.patchTopic("early-3", { spec: { config: { "flush.ms": value } } });
      await busIsUnreachable();
      proxy.mode = "open";
      await eventually(() => operator.topic("early-3"), ready("True", "UpToDate"), RECOVERY_MS);
      const config = await probe.topicConfig(operator.topicName("early-3"));
      expect(config).to.deep.equal({ "flush.ms": String(value) });
    }
    // Each time what was open is opened anew.
    expectPatience(since, 3 * 2 * FIRST_ATTEMPTS);
  });

  it("that is silence instead of a refusal is told and outlived like any other", async function () {
    this.timeout(300_000 + outageMs);
    proxy.mode = "silent";
    await busIsUnreachable();
    const since = performance.now();
    await passes(Math.min(outageMs, 60_000));
    expectPatience(since);
    proxy.mode = "open";
    await eventually(() => operator.bus(), ready("True", "Connected"), RECOVERY_MS);
    await operator.patchTopic("early-4", { spec: { config: { "flush.ms": 7 } } });
    await eventually(() => operator.topic("early-4"), ready("True", "UpToDate"), RECOVERY_MS);
  });
}

async function passes(ms: number): Promise<void> {
  const start = performance.now();
  await eventually(
    () => performance.now() - start,
    (elapsed) => expect(elapsed).to.be.greaterThan(ms),
    ms + 60_000,
  );
}

/** Some of them, by name. */
async function idsOf(operator: OperatorUnderTest, probe: KafkaProbe, topics: number): Promise<Map<string, unknown>> {
  const names = Array.from({ length: Math.min(topics, 100) }, (_, index) => operator.topicName(`early-${index}`));
  const described = await probe.describeTopics(names);
  return new Map(names.map((name) => [name, described[name]?.id]));
}
