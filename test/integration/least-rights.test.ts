import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { RIGHTS as ALL, type Right } from "../../src/kafka/rights.ts";
import { ApiError } from "../environment/api-client.ts";
import { eventually } from "../environment/eventually.ts";
import { condition, messageOf } from "../environment/group-expectations.ts";
import { startGuardedKafka, type GuardedKafka } from "../environment/guarded-kafka.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { SecretsUnderTest } from "../environment/secrets-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

const USER = "operator";
const RIGHTS = ALL.filter(({ need }) => need !== "toManageAcls");

const onTopics =
  (...operations: readonly string[]) =>
  ({ operation, resource }: Right): boolean =>
    resource === "topic" && operations.includes(operation);
const isGone = async (read: () => Promise<unknown>): Promise<void> => {
  await eventually(
    () =>
      read().then(
        () => 200,
        (error: unknown) => (error instanceof ApiError ? error.status : 0),
      ),
    (status) => expect(status).to.equal(404),
  );
};

const describes = ({ operation, resource }: Right): boolean =>
  (resource === "cluster" && operation === "Describe") || resource === "group";

describe("The operator with the rights of docs/kafka-acls.md and no others", function () {
  this.timeout(30_000);
  let kafka: GuardedKafka;
  let probe: KafkaProbe;
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(90_000);
    kafka = await startGuardedKafka([USER]);
    await kafka.grant(USER, RIGHTS);
    const { bootstrapServers } = kafka.cluster;
    probe = await startKafkaProbe(bootstrapServers);
    operator = await startOperatorUnderTest({
      kafka: { bootstrapServers, probe },
      createsBus: false,
    });
    const secrets = new SecretsUnderTest(operator);
    await secrets.create("user", { username: USER, password: kafka.password });
    const credentialsSecretRef = { name: secrets.nameOf("user") };
    await operator.createBus({
      kafka: {
        bootstrapServers: [...kafka.saslServers],
        security: {
          protocol: "SASL_PLAINTEXT",
          sasl: { mechanism: "PLAIN", credentialsSecretRef },
          allowPlaintextCredentials: true,
        },
      },
      resyncInterval: "500ms",
      namespaces: [{ deletionPolicies: ["Retain", "Delete", "DeleteGroup"] }],
    });
    await eventually(() => operator.bus(), ready("True", "Connected"));
  });
  after(async () => {
    await operator.stop();
    await probe.stop();
    await kafka[Symbol.asyncDispose]();
  });

  /** `Describe` goes only together with what implies it. */
  async function without(taken: (right: Right) => boolean, work: () => Promise<void>): Promise<void> {
    const rights = RIGHTS.filter((right) => taken(right));
    await kafka.revoke(USER, rights);
    try {
      await work();
    } finally {
      await kafka.grant(USER, rights);
    }
  }
  /** The bus, asked to look now. */
  const looked = async (): ReturnType<OperatorUnderTest["bus"]> => {
    await operator.patchBus({ metadata: { annotations: { "eventbus.dev/requestedAt": `${performance.now()}` } } });
    return await operator.bus();
  };
  it("does all that it can do: topics, dead letters, growth, configuration, groups, deletion", async () => {
    await operator.createTopic("whole", {
      partitions: 1,
      deadLetter: {},
      retention: { time: "1d" },
      deletionPolicy: "Delete",
    });
    await eventually(() => operator.topic("whole"), ready("True", "Created"));
    await operator.patchTopic("whole", { spec: { partitions: 2, retention: { time: "2d" } } });
    await eventually(() => operator.topic("whole"), ready("True", "UpToDate"));
    const topicName = operator.topicName("whole");
    expect(await probe.topicConfig(topicName)).to.include({ "retention.ms": "172800000" });
    await operator.createGroup("whole", {
      groupId: `${operator.id}-whole`,
      topics: [{ eventTopicRef: { name: "whole" } }],
      initialOffsets: "Earliest",
      groupConfig: { "consumer.session.timeout.ms": "50000" },
      deletionPolicy: "DeleteGroup",
    });
    const begun = await eventually(
      () => operator.group("whole"),
      (group) => {
        ready("True", "Observed")(group);
        expect(group.status?.topics?.[0]).to.include({ initialized: true });
      },
    );
    expect(begun.status?.managedKeys).to.deep.equal(["consumer.session.timeout.ms"]);
    expect(await probe.committedOffsets(`${operator.id}-whole`)).to.have.length(2);
    // The topic tells who reads it at the next look, which is a write.
    await eventually(
      () => operator.topic("whole"),
      ({ status }) => expect(status?.consumerGroups).to.deep.equal([`${operator.id}-whole`]),
    );
    await thenNothing(operator, ["whole"]);
    await operator.deleteGroup("whole");
    await isGone(() => operator.group("whole"));
    await operator.deleteTopic("whole");
    await isGone(() => operator.topic("whole"));
    expect(await probe.describeTopic(topicName)).to.equal(null);
  });

  it("does not take a topic for absent that it may not describe: it is neither made anew nor let go of", async () => {
    await operator.createTopic("hidden", { deletionPolicy: "Delete" });
    const made = await eventually(() => operator.topic("hidden"), ready("True", "Created"));
    // Create stays: what was taken for absent would be made.
    await without(onTopics("Describe", "Read", "Delete", "Alter"), async () => {
      const denied = await eventually(
        async () => {
          await operator.patchTopic("hidden", {
            metadata: { annotations: { "eventbus.dev/requestedAt": `${performance.now()}` } },
          });
          return await operator.topic("hidden");
        },
        ready("False", "Denied"),
      );
      const name = operator.topicName("hidden");
      expect(messageOf(denied as never)).to.include(`no right to Describe on topic "${name}"`);
      expect(denied.status?.topicId).to.equal(made.status?.topicId);
      await operator.deleteTopic("hidden");
      await eventually(
        () => operator.topic("hidden"),
        (topic) => {
          expect(topic.metadata.deletionTimestamp).to.be.a("string");
          ready("False", "Denied")(topic);
        },
      );
      expect((await probe.describeTopic(name))?.id).to.equal(made.status?.topicId);
    });
    // Granted again: the next sweep goes on where it was, without anybody's doing.
    await isGone(() => operator.topic("hidden"));
    expect(await probe.describeTopic(operator.topicName("hidden"))).to.equal(null);
  });

  for (const [operation, name, edit] of [
    ["Alter", "grown", { partitions: 3 }],
    ["AlterConfigs", "configured", { config: { "segment.bytes": "104857600" } }],
  ] as const) {
    it(`names ${operation} on the topic where it is missing, and goes on once it is granted`, async () => {
      await operator.createTopic(name, { partitions: 1 });
      await eventually(() => operator.topic(name), ready("True", "Created"));
      await without(onTopics(operation), async () => {
        await operator.patchTopic(name, { spec: edit });
        const denied = await eventually(() => operator.topic(name), ready("False", "Denied"));
        const missing = `no right to ${operation} on topic "${operator.topicName(name)}"`;
        expect(messageOf(denied as never)).to.include(missing);
      });
      await eventually(() => operator.topic(name), ready("True", "UpToDate"));
    });
  }

  it("names Create on the topic where it is missing", async () => {
    await without(onTopics("Create"), async () => {
      await operator.createTopic("unborn");
      const denied = await eventually(() => operator.topic("unborn"), ready("False", "Denied"));
      const missing = `no right to Create on topic "${operator.topicName("unborn")}"`;
      expect(messageOf(denied as never)).to.include(missing);
    });
    await eventually(() => operator.topic("unborn"), ready("True", "Created"));
  });

  it("names what is missing on a group", async () => {
    await operator.createTopic("of-group", {});
    await eventually(() => operator.topic("of-group"), ready("True", "Created"));
    const groupId = `${operator.id}-refused`;
    await without(
      ({ operation, resource }) => resource === "group" && ["Read", "Delete"].includes(operation),
      async () => {
        await operator.createGroup("refused", {
          groupId,
          topics: [{ eventTopicRef: { name: "of-group" } }],
          initialOffsets: "Earliest",
        });
        const refused = await eventually(
          () => operator.group("refused"),
          condition("Ready", "False/InsufficientPermissions"),
        );
        const group = await operator.group("refused");
        expect(messageOf(refused), JSON.stringify(group.status)).to.include(`no right to Read on group "${groupId}"`);
      },
    );
    await eventually(() => operator.group("refused"), ready("True", "Observed"));
  });

  it("tells on the EventBus what it lacks on the cluster, goes on, and takes the use of topics for unknown", async () => {
    await operator.createTopic("guarded", { deletionPolicy: "Delete" });
    const made = await eventually(() => operator.topic("guarded"), ready("True", "Created"));
    // A group that only who may describe the cluster, or this group, is told of.
    await probe.commitOffsets("unseen", [{ topic: operator.topicName("guarded"), partition: 0, offset: 0 }]);
    await without(describes, async () => {
      const bus = await eventually(looked, ready("False", "InsufficientPermissions"));
      expect(messageOf(bus as never))
        .to.include("no right to Describe on the cluster")
        .and.include("Connected to");
      await operator.createTopic("meanwhile");
      await eventually(() => operator.topic("meanwhile"), ready("True", "Created"));
      await operator.deleteTopic("guarded");
      const blocked = await eventually(() => operator.topic("guarded"), ready("False", "DeletionBlocked"));
      expect(messageOf(blocked as never)).to.include("which groups use it cannot be determined");
    });
    const blocked = await eventually(
      () => operator.topic("guarded"),
      (topic) => expect(messageOf(topic as never)).to.include('it is used by groups "unseen"'),
    );
    expect(blocked.status?.topicId).to.equal(made.status?.topicId);
    await eventually(looked, ready("True", "Connected"));
  });
});
