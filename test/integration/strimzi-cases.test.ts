// Cases of the Topic Operator's own test suite that no other file shows (docs/strimzi-comparison.md): where users of Strimzi
// would expect the same, it is; where it is otherwise on purpose, it is so in these words.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { EventTopicSpec } from "../../src/api/event-topic.ts";
import { ApiError } from "../environment/api-client.ts";
import { eventually } from "../environment/eventually.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startKafka, type KafkaCluster } from "../environment/kafka.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

const DELETES = { deletionPolicy: "Delete", deletionProtection: false } as const;

describe("As with Strimzi, an EventTopic", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({
      bus: { namespaces: [{ adoption: "IfIdentical", deletionPolicies: ["Retain", "Delete"] }] },
    });
  });
  after(() => operator.stop());

  const configOf = (name: string): Promise<Record<string, string | null>> =>
    operator.probe.topicConfig(operator.topicName(name));

  const values: readonly {
    readonly type: string;
    readonly spec: Partial<EventTopicSpec>;
    readonly kafka: Readonly<Record<string, string>>;
  }[] = [
    { type: "string", spec: { compressionType: "lz4" }, kafka: { "compression.type": "lz4" } },
    { type: "integer", spec: { config: { "segment.index.bytes": 20_480 } }, kafka: { "segment.index.bytes": "20480" } },
    {
      type: "long",
      spec: { config: { "flush.ms": "9223372036854775806" } },
      kafka: { "flush.ms": "9223372036854775806" },
    },
    {
      type: "decimal",
      spec: { config: { "min.cleanable.dirty.ratio": "0.6" } },
      kafka: { "min.cleanable.dirty.ratio": "0.6" },
    },
    { type: "boolean", spec: { config: { preallocate: "true" } }, kafka: { preallocate: "true" } },
    { type: "list", spec: { cleanupPolicy: "compact,delete" }, kafka: { "cleanup.policy": "compact,delete" } },
  ];
  for (const { type, spec, kafka } of values) {
    it(`follows a changed value of type ${type}, and then writes nothing more`, async () => {
      await operator.createTopic(type);
      await eventually(() => operator.topic(type), ready("True", "Created"));
      await operator.patchTopic(type, { spec });
      await eventually(() => operator.topic(type), ready("True", "UpToDate"));
      expect(await configOf(type)).to.deep.equal(kafka);
      await thenNothing(operator, [type]);
    });
  }

  it("tells a replication factor that the brokers cannot give, in their words, and is made once it is put right", async () => {
    await operator.createTopic("replicas", { replicationFactor: 3 });
    const refused = await eventually(() => operator.topic("replicas"), ready("False", "ReplicationFactorInvalid"));
    expect(refused.status?.conditions?.[0]?.message).to.include("only 1 broker(s) are registered");
    await operator.patchTopic("replicas", { spec: { replicationFactor: 1 } });
    await eventually(() => operator.topic("replicas"), ready("True", "Created"));
  });

  it("refuses another replication factor of a topic that exists, and is well again when it is taken back", async () => {
    await operator.createTopic("factor", { replicationFactor: 1 });
    await eventually(() => operator.topic("factor"), ready("True", "Created"));
    await operator.patchTopic("factor", { spec: { replicationFactor: 2 } });
    await eventually(() => operator.topic("factor"), ready("False", "ReplicationFactorChangeUnsupported"));
    await operator.patchTopic("factor", { spec: { replicationFactor: 1 } });
    await eventually(() => operator.topic("factor"), ready("True", "UpToDate"));
  });

  it("puts its finalizer back when somebody takes it off", async () => {
    await operator.createTopic("finalizer", DELETES);
    const made = await eventually(() => operator.topic("finalizer"), ready("True", "Created"));
    await operator.patchTopic("finalizer", { metadata: { finalizers: null } });
    await eventually(
      () => operator.topic("finalizer"),
      ({ metadata }) => expect(metadata.finalizers).to.deep.equal(made.metadata.finalizers),
    );
  });

  it("is there and gone and there again, as often as it is made and deleted", async () => {
    const name = operator.topicName("again");
    const ids = new Set<string | undefined>();
    for (let round = 0; round < 3; round += 1) {
      await operator.createTopic("again", DELETES);
      await eventually(() => operator.topic("again"), ready("True", "Created"));
      ids.add((await operator.probe.describeTopic(name))?.id);
      await operator.deleteTopic("again");
      await eventually(
        () => operator.topic("again").catch((error: unknown) => error),
        (gone) => expect(gone).to.be.instanceOf(ApiError).with.property("status", 404),
      );
      expect(await operator.probe.describeTopic(name)).to.equal(null);
    }
    expect(ids).to.have.property("size", 3);
  }).timeout(60_000);

  it("of two that are made at once for one topic has exactly one holder, and the other names it", async () => {
    for (let round = 0; round < 5; round += 1) {
      const [one, other] = [`pair-${round}-a`, `pair-${round}-b`];
      await Promise.all([one, other].map((name) => operator.createTopic(name, { domain: `pair-${round}` })));
      const reasons = await eventually(
        () => Promise.all([one, other].map(async (name) => readyReason(await operator.topic(name)))),
        (found) => expect(found).to.have.members(["ClaimedByAnother", "Created"]),
      );
      const [winner, loser] = reasons[0] === "Created" ? [one, other] : [other, one];
      const { status } = await operator.topic(loser);
      expect(status?.conditions?.[0]?.message).to.include(`"${operator.id}/${winner}"`);
      expect(status?.topicId).to.equal(undefined);
    }
  }).timeout(60_000);

  it("that cannot be served does not hinder another", async () => {
    await operator.createTopic("stuck", { partitions: 2 });
    await eventually(() => operator.topic("stuck"), ready("True", "Created"));
    await operator.patchTopic("stuck", { spec: { partitions: 1 } });
    await eventually(() => operator.topic("stuck"), ready("False", "PartitionDecreaseUnsupported"));
    await operator.createTopic("free");
    await eventually(() => operator.topic("free"), ready("True", "Created"));
  });

  it("that is suspended is left alone, and served when it is not any longer", async () => {
    await operator.createTopic("paused", { suspend: true });
    const paused = await eventually(() => operator.topic("paused"), ready("False", "Suspended"));
    expect(paused.status?.topicId).to.equal(undefined);
    expect(await operator.probe.describeTopic(operator.topicName("paused"))).to.equal(null);
    await operator.patchTopic("paused", { spec: { suspend: false } });
    await eventually(() => operator.topic("paused"), ready("True", "Created"));
    await operator.patchTopic("paused", { spec: { suspend: true, partitions: 2 } });
    await eventually(() => operator.topic("paused"), ready("False", "Suspended"));
    expect((await operator.probe.describeTopic(operator.topicName("paused")))?.partitions).to.have.length(1);
    await operator.patchTopic("paused", { spec: { suspend: false } });
    const served = await eventually(() => operator.topic("paused"), ready("True", "UpToDate"));
    expect(served.status?.partitions).to.equal(2);
  });

  const refusedByTheApi: readonly {
    readonly what: string;
    readonly spec: object;
    readonly says: RegExp;
  }[] = [
    {
      what: "a configuration value that is an object",
      spec: { config: { "flush.ms": { foo: 12 } } },
      says: /flush\.ms/,
    },
    { what: "no partitions at all", spec: { partitions: 0 }, says: /greater than or equal to 1/ },
    { what: "a minimum of in-sync replicas that is no number", spec: { minInSyncReplicas: "abc" }, says: /integer/ },
    {
      what: "throttles of replication, which belong to whoever moves replicas",
      spec: { config: { "leader.replication.throttled.replicas": "*" } },
      says: /throttled/,
    },
  ];
  for (const { what, spec, says } of refusedByTheApi) {
    it(`is refused by the API server with ${what}`, async () => {
      await operator.createTopic("invalid", spec as Partial<EventTopicSpec>).then(
        () => expect.fail("It was taken"),
        (error: unknown) => expect(error).to.be.instanceOf(ApiError).with.property("message").that.matches(says),
      );
    });
  }

  it("takes a configuration value that is null for one that is not declared, as the API server does", async () => {
    const config = { "flush.ms": null } as unknown as Record<string, string>;
    await operator.createTopic("null", { config });
    await eventually(() => operator.topic("null"), ready("True", "Created"));
    expect(await configOf("null")).to.deep.equal({});
  });

  it("cannot be renamed: the API server refuses it, so that nothing has to be taken back", async () => {
    await operator.createTopic("named");
    await eventually(() => operator.topic("named"), ready("True", "Created"));
    await operator.patchTopic("named", { spec: { domain: "renamed" } }).then(
      () => expect.fail("It was taken"),
      (error: unknown) => expect(error).to.be.instanceOf(ApiError).with.property("status", 422),
    );
  });
});

describe("As with Strimzi, on a Kafka with defaults of its own that deletes no topics", () => {
  let kafka: KafkaCluster;
  let probe: KafkaProbe;
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    kafka = await startKafka({ properties: { "num.partitions": "4", "delete.topic.enable": "false" }, heapMb: 128 });
    probe = await startKafkaProbe(kafka.bootstrapServers);
    operator = await startOperatorUnderTest({
      kafka: { bootstrapServers: kafka.bootstrapServers, probe },
      bus: { namespaces: [{ deletionPolicies: ["Retain", "Delete"] }] },
    });
  });
  after(async () => {
    await operator.stop();
    await probe.stop();
    await kafka.stop();
  });

  const parts: readonly {
    readonly what: string;
    readonly spec: Partial<EventTopicSpec>;
    readonly partitions: number;
    readonly config: object;
  }[] = [
    { what: "partitions", spec: { partitions: 5 }, partitions: 5, config: {} },
    { what: "replicas", spec: { replicationFactor: 1 }, partitions: 4, config: {} },
    { what: "configuration", spec: { config: { "flush.ms": 1_000 } }, partitions: 4, config: { "flush.ms": "1000" } },
    { what: "nothing", spec: {}, partitions: 4, config: {} },
  ];
  for (const { what, spec, partitions, config } of parts) {
    it(`a topic that declares only ${what} has the rest from the broker`, async () => {
      await operator.createTopic(what, spec);
      await eventually(() => operator.topic(what), ready("True", "Created"));
      const live = await probe.describeTopic(operator.topicName(what));
      expect(live?.partitions.map(({ replicas }) => replicas.length)).to.deep.equal(
        Array.from({ length: partitions }, () => 1),
      );
      expect(await probe.topicConfig(operator.topicName(what))).to.deep.equal(config);
      await thenNothing(operator, [what]);
    });
  }

  it("an object whose topic may not be deleted stays, and tells why", async () => {
    await operator.createTopic("undeletable", DELETES);
    await eventually(() => operator.topic("undeletable"), ready("True", "Created"));
    await operator.deleteTopic("undeletable");
    const kept = await eventually(() => operator.topic("undeletable"), ready("False", "BrokerRejected"));
    expect(kept.status?.conditions?.[0]?.message).to.include("TOPIC_DELETION_DISABLED");
    expect(kept.metadata.finalizers).to.have.length(1);
    expect(await probe.describeTopic(operator.topicName("undeletable"))).not.to.equal(null);
  });
});

function readyReason({ status }: Awaited<ReturnType<OperatorUnderTest["topic"]>>): string | undefined {
  return status?.conditions?.find(({ type }) => type === "Ready")?.reason;
}
