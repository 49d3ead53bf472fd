import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { grantBindings, secretOf } from "../environment/bindings-under-test.ts";
import { environment } from "../environment/environment.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { OPERATOR, PASSWORD, startSecureKafka, type SecureKafka } from "../environment/secure-kafka.ts";
import { ready } from "../environment/topic-expectations.ts";
import { createAuthority } from "../fakes/certificate.ts";
import { installStrimziCrds, removeStrimziCrds } from "../strimzi/strimzi-crds.ts";
import { createStrimziNamespace, type StrimziNamespace } from "../strimzi/strimzi-namespace.ts";

const CA = "main-cluster-ca-cert";
const MANAGED = { labels: { "strimzi.io/cluster": "main" } };
const NOT_READY = [{ type: "NotReady", status: "True", reason: "Creating", message: "Pods are starting" }];

describe("An EventBus that follows a Kafka object of Strimzi", () => {
  let secure: SecureKafka;
  let strimzi: StrimziNamespace;
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(90_000);
    secure = await startSecureKafka();
    strimzi = await createStrimziNamespace();
    await strimzi.grant("strimzi/secrets.yaml");
    operator = await startOperatorUnderTest({
      kafka: { bootstrapServers: secure.serversOf("PLAINTEXT"), probe: secure.probe },
      environment: { EVENTBUS_STRIMZI_NAMESPACES: strimzi.name },
      createsBus: false,
    });
    await grantBindings(operator);
  });
  after(async () => {
    await operator.stop();
    await secure.stop();
  });

  const listeners = () => [
    {
      name: "outside",
      port: 9094,
      type: "nodeport",
      tls: true,
      authentication: { type: "tls" },
      address: "127.0.0.1:1",
    },
    {
      name: "tls",
      port: 9093,
      type: "internal",
      tls: true,
      authentication: { type: "tls" },
      address: addressOf("MTLS"),
    },
    {
      name: "scram",
      port: 9095,
      type: "internal",
      tls: true,
      authentication: { type: "scram-sha-512" },
      address: addressOf("SASL_SSL"),
    },
  ];
  const addressOf = (listener: string): string => secure.serversOf(listener).join();
  const says = async (reason: string, part: string): Promise<void> => {
    await eventually(
      () => operator.bus(),
      (bus) => {
        ready("False", reason)(bus);
        expect(bus.status?.conditions?.[0]?.message).to.include(part);
      },
    );
  };
  const tellsPrograms = (authorities: string): Promise<unknown> =>
    eventually(
      async () => (await secretOf(operator, "bound"))?.content,
      (content) =>
        expect(content).to.include({
          "bootstrap.servers": addressOf("MTLS"),
          "security.protocol": "SSL",
          "ssl.ca": authorities,
        }),
    );
  const servesTopic = async (name: string): Promise<void> => {
    await operator.createTopic(name);
    await eventually(() => operator.topic(name), ready("True", "Created"));
    expect(await secure.probe.describeTopic(operator.topicName(name))).not.to.equal(null);
  };

  it("says what is missing, step by step, until it is connected by mutual TLS", async () => {
    const naming = { template: "{prefix}.{domain}", prefix: operator.id };
    const following = { namespace: strimzi.name, name: "main", user: "event-bus-operator" };
    await operator.createBus({ kafka: undefined, strimzi: following, naming });
    await says("StrimziNotFound", `Kafka "${strimzi.name}/main" does not exist`);
    await strimzi.writeKafka("main", { listeners: listeners(), conditions: NOT_READY });
    await says("StrimziNotReady", "NotReady: Creating: Pods are starting");
    await strimzi.writeKafka("main", { listeners: listeners() });
    await says("StrimziNotFound", `KafkaUser "${strimzi.name}/event-bus-operator" does not exist`);
    await strimzi.writeUser("event-bus-operator", "main", "tls");
    await says("SecretNotFound", `"${CA}"`);
    await strimzi.writeSecret(CA, { "ca.crt": secure.authority.certPem });
    await says("SecretNotFound", '"event-bus-operator"');
    const { certPem, keyPem } = secure.client;
    await strimzi.writeSecret("event-bus-operator", { "user.crt": certPem, "user.key": keyPem });
    await eventually(() => operator.bus(), ready("True", "Connected"));
    await servesTopic("mutual");
    await operator.createGroup("bound", { groupId: `${operator.id}-bound`, binding: { secretName: "bound" } });
    await tellsPrograms(secure.authority.certPem);
  });

  it("follows the replacement of the cluster's authority without a restart", async () => {
    const next = createAuthority("Next CA");
    const others = { "ca.crt": next.certPem, "ca-2026-01-01T00-00-00Z.crt": secure.authority.certPem };
    await strimzi.writeSecret(CA, others);
    await secure.useCertificate("MTLS", next.issue("broker"));
    await servesTopic("both");
    await tellsPrograms(`${secure.authority.certPem.trim()}\n${next.certPem}`);
    await strimzi.writeSecret(CA, { "ca.crt": next.certPem });
    await servesTopic("next");
    await eventually(() => operator.bus(), ready("True", "Connected"));
    // Without the authority of the brokers' certificate there is no connection: it was this one that was trusted.
    await strimzi.writeSecret(CA, { "ca.crt": secure.authority.certPem });
    await says("TLSFailed", "");
    await strimzi.writeSecret(CA, others);
    await eventually(() => operator.bus(), ready("True", "Connected"));
  });

  it("follows a KafkaUser that gets a password instead, and each new password", async () => {
    await strimzi.writeSecret("event-bus-operator", { password: PASSWORD });
    await strimzi.writeUser("event-bus-operator", "main", "scram-sha-512", OPERATOR);
    await servesTopic("password");
    await strimzi.writeSecret("event-bus-operator", { password: "wrong" });
    await says("AuthenticationFailed", "Authentication failed");
    await secure.probe.setScramPassword(OPERATOR, "SCRAM-SHA-512", "next-horse");
    await strimzi.writeSecret("event-bus-operator", { password: "next-horse" });
    await eventually(() => operator.bus(), ready("True", "Connected"));
    await servesTopic("next-password");
  });

  it("refuses a listener that its KafkaUser cannot log in to, and goes on over the connection that it has", async () => {
    await operator.patchBus({ spec: { strimzi: { listener: "tls" } } });
    await says("ListenerUnsuitable", 'asks for "tls", but the KafkaUser gives "scram-sha-512"');
    await servesTopic("meanwhile");
    await operator.patchBus({ spec: { strimzi: { listener: null } } });
    await eventually(() => operator.bus(), ready("True", "Connected"));
  });
});

describe("Strimzi that comes after the operator", () => {
  it("is noticed, its rights as well", async () => {
    const controlPlane = await environment().controlPlane();
    await removeStrimziCrds(controlPlane);
    const strimzi = await createStrimziNamespace({ isInstalled: false });
    await using operator = await startOperatorUnderTest({
      environment: { EVENTBUS_STRIMZI_NAMESPACES: strimzi.name },
      reflectorTiming: { absentRetryMs: 200, backoffMaxMs: 1_000 },
      createsBus: false,
    });
    const naming = { template: "{prefix}.{domain}", prefix: operator.id };
    await operator.createBus({ kafka: undefined, strimzi: { namespace: strimzi.name, name: "main" }, naming });
    const forbidden = await eventually(() => operator.bus(), ready("False", "StrimziNotFound"));
    expect(forbidden.status?.conditions?.[0]?.message).to.include("the Role of config/strimzi");
    await strimzi.grant("strimzi/role.yaml");
    await eventually(
      () => operator.bus(),
      ({ status }) => expect(status?.conditions?.[0]?.message).to.include(`"${strimzi.name}/main" does not exist`),
    );
    await installStrimziCrds(controlPlane);
    const address = operator.bootstrapServers.join();
    await strimzi.writeKafka("main", {
      listeners: [{ name: "plain", port: 9092, type: "internal", tls: false, address }],
    });
    await eventually(() => operator.bus(), ready("True", "Connected"));
    await strimzi.topics.create("taken", { topicName: operator.topicName("taken") }, MANAGED);
    await operator.createTopic("taken");
    await eventually(() => operator.topic("taken"), ready("False", "ManagedByStrimzi"));
    await operator.createTopic("free");
    await eventually(() => operator.topic("free"), ready("True", "Created"));
  }).timeout(60_000);
});
