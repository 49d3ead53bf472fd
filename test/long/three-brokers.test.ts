// What an operator sees of a cluster of three brokers: replicas that are moved, that are lost, that differ.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { ConsumerGroup } from "../../src/api/consumer-group.ts";
import { eventually } from "../environment/eventually.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startKafka, type KafkaCluster } from "../environment/kafka.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("On three brokers", function () {
  this.timeout(90_000);
  let kafka: KafkaCluster;
  let probe: KafkaProbe;
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(180_000);
    kafka = await startKafka({ brokers: 3, sessionTimeoutMs: 3_000, heapMb: 160 });
    probe = await startKafkaProbe(kafka.bootstrapServers);
    const { bootstrapServers } = kafka;
    operator = await startOperatorUnderTest({ kafka: { bootstrapServers, probe }, bus: { resyncInterval: "500ms" } });
  });
  after(async () => {
    await operator.stop();
    await probe.stop();
    await kafka.stop();
  });

  const replicasOf = async (name: string): Promise<readonly (readonly number[])[]> =>
    (await probe.describeTopic(operator.topicName(name)))?.partitions.map(({ replicas }) => replicas) ?? [];
  const look = async (name: string, token: string): Promise<void> => {
    await operator.patchTopic(name, { metadata: { annotations: { "eventbus.dev/requestedAt": token } } });
    await eventually(
      () => operator.topic(name),
      ({ status }) => expect(status?.lastHandledReconcileAt).to.equal(token),
    );
  };

  it("a topic whose partitions differ is told by partition, and nothing is written that the fewest replicas forbid", async () => {
    const name = operator.topicName("mixed");
    await probe.createTopic({ name, partitions: 3, replicationFactor: 3 });
    await probe.reassignPartition(name, 1, [1, 2]);
    await eventually(
      () => replicasOf("mixed"),
      (replicas) => expect(replicas.map((of) => of.length)).to.deep.equal([3, 2, 3]),
    );
    await operator.createTopic("mixed");
    const adopted = await eventually(() => operator.topic("mixed"), ready("True", "UpToDate"));
    expect(adopted.status?.replicationFactor, "there is no one number").to.equal(undefined);
    await operator.patchTopic("mixed", { spec: { replicationFactor: 3 } });
    const refused = await eventually(
      () => operator.topic("mixed"),
      ready("False", "ReplicationFactorChangeUnsupported"),
    );
    expect(refused.status?.conditions?.[0]?.message).to.include("3 and 2 (partitions 1) and 3 is declared");
    await operator.patchTopic("mixed", { spec: { replicationFactor: null, minInSyncReplicas: 2 } });
    await eventually(() => operator.topic("mixed"), ready("False", "ReplicationFactorInvalid"));
    expect(await probe.topicConfig(name)).to.deep.equal({});
    await thenNothing(operator, ["mixed"]);
  });

  it("a topic that is being moved is judged by where it goes", async () => {
    await operator.createTopic("moved", { replicationFactor: 2, partitions: 1 });
    await eventually(() => operator.topic("moved"), ready("True", "Created"));
    const name = operator.topicName("moved");
    const [before = []] = await replicasOf("moved");
    const third = [1, 2, 3].filter((id) => !before.includes(id));
    const staying = before[0] ?? 0;
    const target = [staying, ...third];
    // A replica on a broker that is down does not come in sync, so that the movement lasts.
    const away = kafka.brokers.find(({ id }) => id === third[0]);
    await away?.kill();
    await probe.reassignPartition(name, 0, target);
    await eventually(
      () => replicasOf("moved"),
      ([replicas]) => expect(replicas).to.have.length(3),
    );
    await look("moved", "moving");
    const moving = await operator.topic("moved");
    ready("True", "Created")(moving);
    expect(moving.status?.replicationFactor).to.equal(2);
    await operator.patchTopic("moved", { spec: { minInSyncReplicas: 2 } });
    await eventually(() => operator.topic("moved"), ready("False", "ReplicationFactorInvalid"));
    expect(await probe.topicConfig(name), "it would be, with three replicas").to.deep.equal({});
    await operator.patchTopic("moved", { spec: { minInSyncReplicas: null } });
    await away?.start();
    await eventually(
      () => replicasOf("moved"),
      ([replicas]) => expect(replicas).to.have.members(target),
      60_000,
    );
    await eventually(() => operator.topic("moved"), ready("True", "UpToDate"));
  });

  it("partitions without a leader and without all replicas in sync are counted by the bus", async () => {
    await operator.createTopic("alone", { replicationFactor: 1, partitions: 3 });
    await operator.createTopic("safe", { replicationFactor: 3, partitions: 2 });
    for (const name of ["alone", "safe"]) await eventually(() => operator.topic(name), ready("True", "Created"));
    const replicas = (await Promise.all(["alone", "safe", "moved", "mixed"].map(replicasOf))).flat();
    const lost = kafka.brokers[2];
    const offline = replicas.filter((of) => of.length === 1 && of[0] === lost?.id).length;
    const under = replicas.filter((of) => lost !== undefined && of.includes(lost.id)).length;
    expect(offline).to.be.greaterThan(0);
    await lost?.kill();
    const gauges = [
      `eventbus_bus_offline_partitions{bus="${operator.id}"} ${offline}`,
      `eventbus_bus_under_replicated_partitions{bus="${operator.id}"} ${under}`,
    ];
    await eventually(
      () => operator.metrics("eventbus_bus_"),
      (lines) => expect(lines).to.include.members(gauges),
      60_000,
    );
    const expected = { offlinePartitions: offline, underReplicatedPartitions: under };
    await eventually(
      () => operator.bus(),
      ({ status }) => expect(status).to.deep.include(expected),
      80_000,
    );
    await lost?.start();
    await eventually(
      () => operator.metrics("eventbus_bus_offline"),
      (lines) => expect(lines).to.deep.equal([`eventbus_bus_offline_partitions{bus="${operator.id}"} 0`]),
      60_000,
    );
    for (const name of ["alone", "safe"]) ready("True", "Created")(await operator.topic(name));
  });

  it("a group that lives by the consumer protocol is never told to be absent, dead or empty, whichever broker is down", async function () {
    this.timeout(180_000);
    await operator.createTopic("read", { replicationFactor: 3, partitions: 3 });
    await eventually(() => operator.topic("read"), ready("True", "Created"));
    const topic = operator.topicName("read");
    const groupId = `${operator.id}-live`;
    const consumer = await probe.startConsumer({ groupId, protocol: "consumer", topics: [topic] });
    await probe.produce(topic, [{ partition: 0 }, { partition: 1 }, { partition: 2 }]);
    await operator.createGroup("live", { groupId, topics: [{ eventTopicRef: { name: "read" } }] });
    const states = new Set<string | undefined>();
    const uncommitted = new Set<number | undefined>();
    const look = async (): Promise<ConsumerGroup["status"]> => {
      const { status } = await operator.group("live");
      states.add(status?.state);
      uncommitted.add(status?.topics?.[0]?.partitionsWithoutCommit);
      return status;
    };
    /** Looks at the object all the while. */
    const isPolled = async (): Promise<void> => {
      const enough = operator.kafkaRequests("ListGroups") + 3 * kafka.brokers.length;
      await eventually(look, () => expect(operator.kafkaRequests("ListGroups")).to.be.at.least(enough), 60_000);
    };
    const isRead = (): Promise<unknown> => {
      const told = { state: "Stable", type: "consumer", members: 1 };
      return eventually(look, (status) => expect(status).to.include(told), 60_000);
    };
    await isRead();
    await eventually(look, (status) => expect(status?.topics?.[0]).to.include({ lag: 0, partitionsWithoutCommit: 0 }));
    for (const seen of [states, uncommitted]) seen.clear();
    for (const broker of kafka.brokers) {
      await broker.kill();
      await isPolled();
      await isRead();
      await broker.start();
      await isPolled();
      await isRead();
    }
    for (const state of states) expect(state).to.be.oneOf(["Stable", "Assigning", "Reconciling", "Unknown"]);
    for (const count of uncommitted) expect(count).to.be.oneOf([0, undefined]);
    await consumer.stop();
  });
});
