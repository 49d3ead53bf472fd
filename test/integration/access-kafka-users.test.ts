import { expect } from "chai";
import type { Kafka } from "kafkajs";
import { after, before, describe, it } from "mocha";

import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import { RIGHTS } from "../../src/kafka/rights.ts";
import { isWrite, type AuditedRequest } from "../environment/audit-log.ts";
import { eventually } from "../environment/eventually.ts";
import { GrantedRights } from "../environment/granted-rights.ts";
import { condition, messageOf } from "../environment/group-expectations.ts";
import { startGuardedKafka, type GuardedKafka } from "../environment/guarded-kafka.ts";
import { startKafkaProbe, type KafkaProbe } from "../environment/kafka-probe.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";
import { KafkaUsers } from "../strimzi/kafka-users.ts";
import { createStrimziNamespace, type StrimziNamespace } from "../strimzi/strimzi-namespace.ts";
import { UserOperatorDouble } from "../strimzi/user-operator-double.ts";

const USER = "operator";
const ORDERS = ["User:audit DESCRIBE TOPIC:orders", "User:audit WRITE TOPIC:orders"];
const WAITING = ["User:billing DESCRIBE TOPIC:waiting", "User:billing WRITE TOPIC:waiting"];

describe("Rights of publishers and readers, on a bus with accessManagement: KafkaUser", function () {
  this.timeout(40_000);
  let kafka: GuardedKafka;
  let probe: KafkaProbe;
  let strimzi: StrimziNamespace;
  let users: KafkaUsers;
  let double: UserOperatorDouble;
  let operator: OperatorUnderTest;
  let rights: GrantedRights;
  before(async function () {
    this.timeout(90_000);
    kafka = await startGuardedKafka([USER, "billing", "audit"]);
    await kafka.grant(
      USER,
      RIGHTS.filter(({ need }) => need !== "toManageAcls"),
    );
    const { bootstrapServers } = kafka.cluster;
    probe = await startKafkaProbe(bootstrapServers);
    strimzi = await createStrimziNamespace();
    const { controlPlane, name: namespace } = strimzi;
    users = new KafkaUsers(controlPlane, namespace, "main");
    double = new UserOperatorDouble({ controlPlane, kafka, namespace, cluster: "main", ignoredUsers: /^operator$/ });
    double.start();
    operator = await startOperatorUnderTest({
      kafka: { bootstrapServers, probe },
      connect: (options) =>
        connectKafka({ ...options, bootstrapServers: kafka.saslServers, security: kafka.securityOf(USER) }),
      environment: { EVENTBUS_STRIMZI_NAMESPACES: namespace },
      bus: { resyncInterval: "500ms", accessManagement: "KafkaUser", strimzi: { namespace, name: "main" } },
    });
    rights = new GrantedRights(kafka, USER, `${operator.id}.`);
    await eventually(() => operator.bus(), ready("True", "Connected"));
  });
  after(async () => {
    await Promise.all(watches.map((watch) => watch.end()));
    await operator.stop();
    await double.stop();
    await probe.stop();
    await kafka[Symbol.asyncDispose]();
  });

  const permissions = (): Promise<string[]> => rights.all();
  const become = (wanted: readonly string[]): Promise<void> => rights.become(wanted);
  const asUser = (user: string): Kafka => rights.asUser(user);
  const writes = (user: string, topic: string): Promise<boolean> => rights.mayWrite(user, topic);

  /** Of the operator, so far. */
  const writesToUsers = async (): Promise<number> =>
    (await operator.controlPlane.auditedRequests()).filter(
      (request) => request.namespace === strimzi.name && request.resource === "kafkausers" && isOperators(request),
    ).length;
  const isOperators = (request: AuditedRequest): boolean =>
    isWrite(request) && request.userAgent === `test/${operator.id}`;
  /** Looks all the time, and tells in the end which of the permissions were missing at some moment. */
  const watches: { readonly end: () => Promise<string[]> }[] = [];
  const watching = (wanted: readonly string[]): { readonly end: () => Promise<string[]> } => {
    const missed = new Set<string>();
    const state = { isOver: false };
    const looks = (async (): Promise<void> => {
      while (!state.isOver) {
        const there = await permissions();
        for (const permission of wanted) if (!there.includes(permission)) missed.add(permission);
      }
    })();
    const watch = {
      end: async (): Promise<string[]> => {
        state.isOver = true;
        await looks;
        return [...missed];
      },
    };
    watches.push(watch);
    return watch;
  };

  /** The record is written in the middle of a run, what came of it at its end. */
  const comesToRest = (...names: readonly string[]): Promise<unknown> =>
    eventually(
      () =>
        thenNothing(operator, names).then(
          () => "at rest",
          (error: unknown) => error,
        ),
      (is) => expect(is).to.equal("at rest"),
    );

  it("says who has to act while it may not write KafkaUsers", async () => {
    await operator.createTopic("orders", { publishers: [{ name: "billing" }] });
    const lacking = await eventually(() => operator.topic("orders"), ready("False", "AccessNotGranted"));
    condition("AccessGranted", "False/InsufficientPermissions")(lacking as never);
    expect(messageOf(lacking as never))
      .to.include("config/strimzi-users")
      .and.include(strimzi.name);
    await strimzi.grant("strimzi-users/role.yaml");
  });

  it("lets publishers write, and nobody else, and takes the right away from who is no publisher any longer", async () => {
    const made = await eventually(() => operator.topic("orders"), ready("True", "UpToDate"));
    condition("AccessGranted", "True/Granted")(made as never);
    await become(["User:billing DESCRIBE TOPIC:orders", "User:billing WRITE TOPIC:orders"]);
    const topic = operator.topicName("orders");
    const { metadata, spec } = await users.get("billing");
    expect(metadata.labels).to.include({ "strimzi.io/cluster": "main" });
    expect(metadata.annotations).to.include({ "eventbus.dev/event-bus": operator.id });
    expect(spec.authorization?.acls).to.deep.equal([
      {
        type: "allow",
        resource: { type: "topic", name: topic, patternType: "literal" },
        host: "*",
        operations: ["Describe", "Write"],
      },
    ]);
    expect([await writes("billing", topic), await writes("audit", topic)]).to.deep.equal([true, false]);
    await thenNothing(operator, ["orders"]);
    await operator.patchTopic("orders", { spec: { publishers: [{ name: "audit" }] } });
    await become(["User:audit DESCRIBE TOPIC:orders", "User:audit WRITE TOPIC:orders"]);
    await eventually(() => operator.topic("orders"), ready("True", "UpToDate"));
    expect([await writes("billing", topic), await writes("audit", topic)]).to.deep.equal([false, true]);
    // Its credentials are not the operator's to destroy.
    expect((await users.get("billing")).spec.authorization?.acls).to.deep.equal([]);
    await thenNothing(operator, ["orders"]);
  });

  it("keeps in one KafkaUser what two objects declare for a principal, and each right until nobody wants it", async () => {
    await operator.createTopic("shared", { publishers: [{ name: "billing" }] });
    await operator.createGroup("reader", {
      groupId: `${operator.id}.reader`,
      principal: "billing",
      topics: [{ eventTopicRef: { name: "shared" } }],
    });
    await eventually(() => operator.group("reader"), condition("AccessGranted", "True/Granted"));
    const ofGroup = ["User:billing DESCRIBE GROUP:reader", "User:billing READ GROUP:reader"];
    const toRead = [...ofGroup, "User:billing DESCRIBE TOPIC:shared", "User:billing READ TOPIC:shared"];
    await become([...ORDERS, ...toRead, "User:billing WRITE TOPIC:shared"]);
    const topic = operator.topicName("shared");
    await probe.produce(topic, [{ value: "v" }]);
    const consumer = asUser("billing").consumer({ groupId: `${operator.id}.reader` });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const read = new Promise<string>((resolve) => {
      void consumer.run({ eachMessage: async ({ message }) => resolve(String(message.value)) });
    });
    expect(await read).to.equal("v");
    await consumer.disconnect();
    await operator.deleteTopic("shared");
    await become([...ORDERS, ...toRead]);
    await operator.deleteGroup("reader");
    await become(ORDERS);
  });

  it("never writes a KafkaUser that somebody else keeps, says what it lacks, and takes what it has for granted", async () => {
    const made = await users.create("carol", { authorization: { type: "simple", acls: [] } });
    await operator.createTopic("foreign", { publishers: [{ name: "carol" }] });
    const refused = await eventually(() => operator.topic("foreign"), ready("False", "AccessNotGranted"));
    condition("AccessGranted", "False/UserManagedElsewhere")(refused as never);
    const topic = operator.topicName("foreign");
    expect(messageOf(refused as never)).to.include(
      `it lacks Describe on topic "${topic}" for "User:carol", Write on topic "${topic}"`,
    );
    expect((await users.get("carol")).metadata.generation).to.equal(made.metadata.generation);
    // Write on everything that begins so is Write and Describe on this one.
    const wider = { resource: { type: "topic", name: operator.id, patternType: "prefix" }, operations: ["Write"] };
    await users.patch("carol", { spec: { authorization: { acls: [wider] } } });
    const granted = await eventually(() => operator.topic("foreign"), ready("True", "UpToDate"));
    condition("AccessGranted", "True/Granted")(granted as never);
    expect(granted.status).not.to.have.property("access");
    await operator.deleteTopic("foreign");
    expect((await users.get("carol")).spec.authorization?.acls).to.have.length(1);
    await users.delete("carol");
    await become(ORDERS);
  });

  it("waits calmly for a User Operator that is away, and tells its refusals in its own words", async () => {
    await double.stop();
    await operator.createTopic("waiting", { publishers: [{ name: "billing" }] });
    const waits = await eventually(() => operator.topic("waiting"), ready("False", "AccessPending"));
    expect(messageOf(waits as never)).to.include("Strimzi's User Operator has not applied it yet");
    const before = await writesToUsers();
    await thenNothing(operator, ["waiting"]);
    expect(await writesToUsers()).to.equal(before);
    const { metadata } = await users.get("billing");
    const refusal = { type: "Ready", status: "False", reason: "InvalidResourceException", message: "No authorizer" };
    await users.patchStatus("billing", { observedGeneration: metadata.generation, conditions: [refusal] });
    const refused = await eventually(() => operator.topic("waiting"), ready("False", "AccessNotGranted"));
    expect(messageOf(refused as never)).to.include("NotReady: InvalidResourceException: No authorizer");
    condition("AccessGranted", "False/UserNotReady")(refused as never);
    double.start();
    double.pass();
    await eventually(() => operator.topic("waiting"), ready("True", "UpToDate"));
    await become([...ORDERS, ...WAITING]);
  });

  it("lists a right anew that somebody took out, and leaves what others have put in", async () => {
    const theirs = {
      type: "allow",
      resource: { type: "topic", name: "x-", patternType: "prefix" },
      host: "10.0.0.1",
      operations: ["Read"],
    };
    await users.patch("billing", {
      spec: { quotas: { producerByteRate: 1024 }, authorization: { acls: [theirs] } },
    });
    await become([...ORDERS, ...WAITING, "User:billing READ TOPIC:x-"]);
    const { spec } = await users.get("billing");
    expect(spec.quotas).to.deep.equal({ producerByteRate: 1024 });
    expect(spec.authorization?.acls).to.deep.include(theirs);
    await users.patch("billing", {
      spec: { authorization: { acls: spec.authorization?.acls.filter(({ host }) => host === "*") } },
    });
    await become([...ORDERS, ...WAITING]);
    await comesToRest("orders", "waiting");
  });

  it("names who cannot be a KafkaUser, and touches none whose name Strimzi's own Secrets begin with", async () => {
    await operator.createTopic("named", { publishers: [{ name: "CN=billing" }] });
    const unfit = await eventually(() => operator.topic("named"), ready("False", "AccessNotGranted"));
    condition("AccessGranted", "False/NoUserName")(unfit as never);
    await operator.patchTopic("named", { spec: { publishers: [{ name: "main-cluster-ca-cert" }] } });
    await eventually(
      () => operator.topic("named"),
      (object) => expect(messageOf(object as never)).to.include('begins with the name of Kafka "main"'),
    );
    await operator.deleteTopic("named");
    expect((await users.list()).map(({ metadata }) => metadata.name)).to.deep.equal(["audit", "billing"]);
  });

  it("goes over to ACLs and back without a right being lost, and leaves nothing behind", async () => {
    await kafka.grant(
      USER,
      RIGHTS.filter(({ need }) => need === "toManageAcls"),
    );
    const all = [...ORDERS, ...WAITING];
    const means = async (name: string): Promise<string> => {
      const { access } = (await operator.topic(name)).status ?? {};
      const former = (access?.former ?? []).map((place) => `, formerly ${place.means}`);
      return `${access?.means ?? "Acl"}${former.join("")}`;
    };
    // One that runs would take ACLs away that no KafkaUser lists.
    await double.stop();
    const watch = watching(all);
    await operator.patchBus({ spec: { accessManagement: "Acl" } });
    for (const name of ["orders", "waiting"]) {
      await eventually(
        () => means(name),
        (is) => expect(is).to.equal("Acl, formerly KafkaUser"),
      );
    }
    await comesToRest("orders", "waiting");
    expect(await watch.end()).to.deep.equal([]);
    await operator.patchTopic("waiting", { spec: { publishers: [] } });
    await become(ORDERS);
    await eventually(
      async () => (await users.get("billing")).spec.authorization?.acls,
      (acls) => expect(acls).to.deep.equal([]),
    );
    const back = watching(ORDERS);
    const deletions = operator.kafkaRequests("DeleteAcls");
    await operator.patchBus({ spec: { accessManagement: "KafkaUser" } });
    double.start();
    double.pass();
    await eventually(
      () => means("orders"),
      (is) => expect(is).to.equal("KafkaUser"),
    );
    await eventually(() => operator.topic("orders"), ready("True", "UpToDate"));
    double.pass();
    expect(await back.end()).to.deep.equal([]);
    await become(ORDERS);
    expect(operator.kafkaRequests("DeleteAcls")).to.equal(deletions);
    await operator.deleteTopic("orders");
    await become([]);
  });
});
