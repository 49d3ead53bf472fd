import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { EventBusSpec } from "../../src/api/event-bus.ts";
import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import { eventually } from "../environment/eventually.ts";
import { findFreePorts } from "../environment/free-ports.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { SecretsUnderTest } from "../environment/secrets-under-test.ts";
import { OPERATOR, PASSWORD, startSecureKafka, type SecureKafka } from "../environment/secure-kafka.ts";
import { ready } from "../environment/topic-expectations.ts";
import { createAuthority } from "../fakes/certificate.ts";

type Kafka = NonNullable<EventBusSpec["kafka"]>;

const TOPICS = 30;

describe("What secures an EventBus is replaced while it works", function () {
  this.timeout(60_000);
  const successor = createAuthority("Next CA");
  let kafka: SecureKafka;
  let operator: OperatorUnderTest;
  let secrets: SecretsUnderTest;
  /** Connections that were made, by the first address of each. */
  const made: string[] = [];

  before(async () => {
    kafka = await startSecureKafka();
    operator = await startOperatorUnderTest({
      kafka: { bootstrapServers: kafka.serversOf("PLAINTEXT"), probe: kafka.probe },
      createsBus: false,
      connect: (options): KafkaAdmin => {
        made.push(options.bootstrapServers[0] ?? "");
        return connectKafka(options);
      },
    });
    secrets = new SecretsUnderTest(operator);
    await secrets.create("ca", { "ca.crt": kafka.authority.certPem });
    await secrets.create("user", { username: OPERATOR, password: PASSWORD });
    await secrets.create("client", { "tls.crt": kafka.client.certPem, "tls.key": kafka.client.keyPem });
  });
  after(async () => {
    await operator.stop();
    await kafka.stop();
  });

  const busName = (name: string): string => `${operator.id}-${name}`;
  const withPassword = (bootstrapServers: readonly string[]): Kafka => ({
    bootstrapServers: [...bootstrapServers],
    security: {
      protocol: "SASL_SSL",
      tls: { caSecretRef: { name: secrets.nameOf("ca") } },
      sasl: { mechanism: "SCRAM-SHA-512", credentialsSecretRef: { name: secrets.nameOf("user") } },
    },
  });

  /** A connected bus: since when, and how to create topics on it. */
  async function connected(name: string, connection: Kafka): Promise<{ since: string }> {
    const naming = { template: "{prefix}.{domain}", prefix: `${operator.id}.${name}` };
    await operator.createBus({ kafka: connection, naming }, busName(name));
    await isReady(name);
    return { since: await readySince(name) };
  }
  async function isReady(name: string): Promise<void> {
    await eventually(() => operator.bus(busName(name)), ready("True", "Connected"));
  }
  /** Moves whenever Ready becomes true or ceases to be. */
  async function readySince(name: string): Promise<string> {
    const { status } = await operator.bus(busName(name));
    return status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "";
  }
  async function messageOf(name: string): Promise<string> {
    const { status } = await operator.bus(busName(name));
    return status?.conditions?.find(({ type }) => type === "Ready")?.message ?? "";
  }
  async function createTopic(bus: string, name: string): Promise<void> {
    await operator.createTopic(`${bus}-${name}`, { busRef: { name: busName(bus) }, domain: name });
  }
  async function isServed(bus: string, name: string): Promise<void> {
    await createTopic(bus, name);
    await eventually(() => operator.topic(`${bus}-${name}`), ready("True", "Created"));
  }
  async function isReplaced(count: number): Promise<void> {
    await eventually(
      () => made.length,
      (now) => expect(now).to.be.greaterThan(count),
    );
  }

  it("its password, with the work of that moment done", async () => {
    const { since } = await connected("password", withPassword(kafka.serversOf("SASL_SSL")));
    const count = made.length;
    await kafka.probe.setScramPassword(OPERATOR, "SCRAM-SHA-512", "next-horse");
    const names = Array.from({ length: TOPICS }, (_, index) => `t${index}`);
    await Promise.all([
      secrets.patch("user", { password: "next-horse" }),
      ...names.map((name) => createTopic("password", name)),
    ]);
    await isReplaced(count);
    for (const name of names) await eventually(() => operator.topic(`password-${name}`), ready("True", "Created"));
    await eventually(
      () => kafka.probe.describeTopics(names.map((name) => `${operator.id}.password.${name}`)),
      (found) => expect(Object.values(found)).to.not.include(null),
    );
    expect(await readySince("password")).to.equal(since);
    expect(made.length - count, "one connection in place of the other").to.equal(1);
  });

  it("its password by a wrong one: the connection before serves on, and says so, until the right one comes", async () => {
    await secrets.patch("user", { password: "wrong-horse" });
    await eventually(() => operator.bus(busName("password")), ready("False", "AuthenticationFailed"));
    expect(await messageOf("password")).to.include("the connection made before goes on serving");
    await isServed("password", "meanwhile");
    await secrets.patch("user", { password: "next-horse" });
    await isReady("password");
    await isServed("password", "afterwards");
  });

  it("the brokers' CA, old and new trusted together for a while", async () => {
    const security = { protocol: "SSL", tls: { caSecretRef: { name: secrets.nameOf("ca") } } } as const;
    const { since } = await connected("ca", { bootstrapServers: kafka.serversOf("SSL"), security });
    let count = made.length;
    await secrets.patch("ca", { "ca-next.crt": successor.certPem });
    await isReplaced(count);
    await kafka.useCertificate("SSL", successor.issue("broker"));
    await isServed("ca", "between");
    count = made.length;
    await secrets.patch("ca", { "ca.crt": successor.certPem, "ca-next.crt": null });
    await isReplaced(count);
    await isServed("ca", "afterwards");
    expect(await readySince("ca")).to.equal(since);
    await secrets.patch("ca", { "ca.crt": kafka.authority.certPem });
    await eventually(() => operator.bus(busName("ca")), ready("False", "TLSFailed"));
    await secrets.patch("ca", { "ca-next.crt": successor.certPem });
    await isReady("ca");
  });

  it("its client certificate, certificate and key in one step", async () => {
    const tls = {
      caSecretRef: { name: secrets.nameOf("ca") },
      certificateSecretRef: { name: secrets.nameOf("client") },
    };
    const { since } = await connected("client", {
      bootstrapServers: kafka.serversOf("MTLS"),
      security: { protocol: "SSL", tls },
    });
    const count = made.length;
    const next = kafka.authority.issue(OPERATOR);
    await secrets.patch("client", { "tls.crt": next.certPem, "tls.key": next.keyPem });
    await isReplaced(count);
    await isServed("client", "afterwards");
    expect(await readySince("client")).to.equal(since);
    // Only one half has come: nothing is made of it.
    await secrets.patch("client", { "tls.crt": kafka.client.certPem });
    await eventually(() => operator.bus(busName("client")), ready("False", "InvalidSecret"));
    await isServed("client", "meanwhile");
    await secrets.patch("client", { "tls.key": kafka.client.keyPem });
    await isReady("client");
  });

  it("its address, and the list of its addresses", async () => {
    const [dead] = await findFreePorts(1);
    const nobody = `127.0.0.1:${dead}`;
    const there = kafka.serversOf("SASL_SSL");
    await connected("address", withPassword([nobody, ...there]));
    await operator.patchBus({ spec: { kafka: withPassword([...there, nobody]) } }, busName("address"));
    await isReady("address");
    await isServed("address", "listed");
    await operator.patchBus({ spec: { kafka: withPassword([nobody]) } }, busName("address"));
    await eventually(() => operator.bus(busName("address")), ready("False", "Unreachable"));
    await isServed("address", "meanwhile");
    const elsewhere = { bootstrapServers: kafka.serversOf("PLAINTEXT"), security: null };
    await operator.patchBus({ spec: { kafka: elsewhere } }, busName("address"));
    await isReady("address");
    await isServed("address", "moved");
  });
});
