import { expect } from "chai";
import type { Kafka } from "kafkajs";
import { after, before, describe, it } from "mocha";

import { FINALIZER } from "../../src/api/group.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import { RIGHTS } from "../../src/kafka/rights.ts";
import { ApiError } from "../environment/api-client.ts";
import { eventually } from "../environment/eventually.ts";
import { GrantedRights } from "../environment/granted-rights.ts";
import { condition, messageOf, thenNothingOfGroups } from "../environment/group-expectations.ts";
import { startGuardedKafka, type GuardedKafka } from "../environment/guarded-kafka.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

const USER = "operator";

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

describe("Rights of publishers and readers, on a bus with accessManagement: Acl", function () {
  this.timeout(40_000);
  let kafka: GuardedKafka;
  let probe: KafkaProbe;
  let operator: OperatorUnderTest;
  let rights: GrantedRights;
  before(async function () {
    this.timeout(90_000);
    kafka = await startGuardedKafka([USER, "billing", "audit"]);
    await kafka.grant(USER, RIGHTS);
    const { bootstrapServers } = kafka.cluster;
    probe = await startKafkaProbe(bootstrapServers);
    operator = await startOperatorUnderTest({
      kafka: { bootstrapServers, probe },
      connect: (options) =>
        connectKafka({ ...options, bootstrapServers: kafka.saslServers, security: kafka.securityOf(USER) }),
      bus: { resyncInterval: "500ms", accessManagement: "Acl" },
    });
    rights = new GrantedRights(kafka, USER, `${operator.id}.`);
    await eventually(() => operator.bus(), ready("True", "Connected"));
  });
  after(async () => {
    await operator.stop();
    await probe.stop();
    await kafka[Symbol.asyncDispose]();
  });

  const become = (wanted: readonly string[]): Promise<void> => rights.become(wanted);
  const asUser = (user: string): Kafka => rights.asUser(user);
  const writes = (user: string, topic: string): Promise<boolean> => rights.mayWrite(user, topic);

  it("lets publishers write, and nobody else, and takes the right away from who is no publisher any longer", async () => {
    await operator.createTopic("orders", { publishers: [{ name: "billing" }] });
    const made = await eventually(() => operator.topic("orders"), ready("True", "Created"));
    condition("AccessGranted", "True/Granted")(made as never);
    expect(made.status?.access?.rights).to.have.length(2);
    expect(made.metadata.finalizers).to.deep.equal([FINALIZER]);
    await become(["User:billing DESCRIBE TOPIC:orders", "User:billing WRITE TOPIC:orders"]);
    const topic = operator.topicName("orders");
    expect([await writes("billing", topic), await writes("audit", topic)]).to.deep.equal([true, false]);
    await thenNothing(operator, ["orders"]);
    await operator.patchTopic("orders", { spec: { publishers: [{ name: "audit" }, { name: "*" }] } });
    await become(["User:audit DESCRIBE TOPIC:orders", "User:audit WRITE TOPIC:orders"]);
    const changed = await eventually(() => operator.topic("orders"), ready("True", "UpToDate"));
    expect(messageOf(changed as never, "AccessGranted")).to.include('Publisher "*" is everybody');
    expect([await writes("billing", topic), await writes("audit", topic)]).to.deep.equal([false, true]);
    await thenNothing(operator, ["orders"]);
  });

  it("takes rights away when their object is deleted, though the topic is retained", async () => {
    await operator.deleteTopic("orders");
    await isGone(() => operator.topic("orders"));
    await become([]);
    expect(await probe.describeTopic(operator.topicName("orders"))).not.to.equal(null);
    expect((await operator.bus()).status?.leftBehind ?? []).to.deep.equal([]);
  });

  it("never takes away what others have granted, nor what another object wants", async () => {
    const topic = operator.topicName("kept");
    await kafka.grant("billing", [{ resource: "topic", name: topic, operation: "Write" }]);
    await operator.createTopic("kept", { publishers: [{ name: "billing" }] });
    const made = await eventually(() => operator.topic("kept"), ready("True", "Created"));
    expect(made.status?.access?.rights?.map(({ operation }) => operation)).to.deep.equal(["Describe"]);
    await operator.createGroup("reader", {
      groupId: `${operator.id}.reader`,
      principal: "billing",
      topics: [{ eventTopicRef: { name: "kept" } }],
    });
    const reader = await eventually(() => operator.group("reader"), condition("AccessGranted", "True/Granted"));
    const group = ["User:billing DESCRIBE GROUP:reader", "User:billing READ GROUP:reader"];
    const ofTopic = ["DESCRIBE", "READ", "WRITE"].map((operation) => `User:billing ${operation} TOPIC:kept`);
    await become([...group, ...ofTopic]);
    // The same right for both is on the record of both.
    expect(reader.status?.access?.rights).to.have.length(4);
    await thenNothingOfGroups(operator, ["reader"]);
    await operator.patchTopic("kept", { spec: { publishers: [] } });
    await eventually(
      () => operator.topic("kept"),
      ({ status }) => expect(status).to.not.have.property("access"),
    );
    await become([...group, ...ofTopic]);
    await operator.deleteGroup("reader");
    await isGone(() => operator.group("reader"));
    await become(["User:billing WRITE TOPIC:kept"]);
    await kafka.revoke("billing", [{ resource: "topic", name: topic, operation: "Write" }]);
  });

  it("lets the principal of a group read with the consent of the topic, and says so where there is none", async () => {
    await operator.createTopic("source", { deadLetter: {} });
    await eventually(() => operator.topic("source"), ready("True", "Created"));
    const spec = { groupId: `${operator.id}.g`, topics: [{ eventTopicRef: { name: "source" } }] };
    await operator.createGroup("g", spec);
    const silent = await eventually(() => operator.group("g"), condition("AccessGranted", "False/NothingToGrant"));
    expect(messageOf(silent, "AccessGranted")).to.include("spec.principal is not set");
    ready("True", "Observed")(silent);
    await operator.patchGroup("g", {
      spec: { principal: "audit", deadLetter: { eventTopicRef: { name: "source" } } },
    });
    const wanted = ["DESCRIBE GROUP:g", "READ GROUP:g", "DESCRIBE TOPIC:source", "READ TOPIC:source"];
    wanted.push("DESCRIBE TOPIC:source.dlq", "WRITE TOPIC:source.dlq");
    await become(wanted.map((right) => `User:audit ${right}`));
    await probe.produce(operator.topicName("source"), [{ value: "v" }]);
    const consumer = asUser("audit").consumer({ groupId: `${operator.id}.g` });
    await consumer.connect();
    await consumer.subscribe({ topic: operator.topicName("source"), fromBeginning: true });
    const read = new Promise<string>((resolve) => {
      void consumer.run({ eachMessage: async ({ message }) => resolve(String(message.value)) });
    });
    expect(await read).to.equal("v");
    await consumer.disconnect();
    await operator.createGroup("nobodys", { topics: [{ topicName: "undeclared" }], principal: "audit" });
    await eventually(
      () => operator.group("nobodys"),
      (group) => expect(messageOf(group, "AccessGranted")).to.include("has no EventTopic that could consent"),
    );
    await operator.deleteGroup("nobodys");
    await operator.deleteGroup("g");
    await isGone(() => operator.group("g"));
    await become([]);
  });

  it("grants anew what somebody took away, waits while it may not, and names the right that it lacks itself", async () => {
    await operator.createTopic("lost", { publishers: [{ name: "billing" }] });
    await eventually(() => operator.topic("lost"), ready("True", "Created"));
    const granted = ["User:billing DESCRIBE TOPIC:lost", "User:billing WRITE TOPIC:lost"];
    await become(granted);
    const topic = operator.topicName("lost");
    await kafka.revoke("billing", [{ resource: "topic", name: topic, operation: "Write" }]);
    await become(granted);
    await operator.patchTopic("lost", { spec: { suspend: true, publishers: [] } });
    const suspended = await eventually(() => operator.topic("lost"), ready("False", "AccessNotGranted"));
    expect(messageOf(suspended as never)).to.include("The object is suspended; rights that wait");
    await become(granted);
    await kafka.revoke(
      USER,
      RIGHTS.filter(({ need }) => need === "toManageAcls"),
    );
    await operator.patchTopic("lost", { spec: { suspend: false } });
    const denied = await eventually(
      () => operator.topic("lost"),
      (object) => {
        ready("False", "AccessNotGranted")(object);
        expect(messageOf(object as never)).to.include("no right to Alter on the cluster");
      },
    );
    condition("AccessGranted", "False/InsufficientPermissions")(denied as never);
    expect(denied.status?.access?.rights).to.have.length(2);
    await kafka.grant(
      USER,
      RIGHTS.filter(({ need }) => need === "toManageAcls"),
    );
    // The next sweep tries again.
    await become([]);
    await eventually(() => operator.topic("lost"), ready("True", "UpToDate"));
  });

  it("goes on after a restart where it was", async () => {
    await operator.patchTopic("lost", { spec: { publishers: [{ name: "billing" }] } });
    const granted = ["User:billing DESCRIBE TOPIC:lost", "User:billing WRITE TOPIC:lost"];
    await become(granted);
    await operator.stop();
    await operator.patchTopic("lost", { spec: { publishers: [{ name: "audit" }] } });
    await operator.start();
    await become(granted.map((right) => right.replace("billing", "audit")));
    await eventually(() => operator.topic("lost"), ready("True", "UpToDate"));
    await thenNothing(operator, ["lost"]);
    await operator.deleteTopic("lost");
    await isGone(() => operator.topic("lost"));
    await become([]);
  });
});
