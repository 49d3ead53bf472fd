import { X509Certificate } from "node:crypto";
import { createServer, type AddressInfo, type Server } from "node:net";

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { EventBusSpec } from "../../src/api/event-bus.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { everythingTold, SecretsUnderTest } from "../environment/secrets-under-test.ts";
import { INTERN, OPERATOR, PASSWORD, startSecureKafka, type SecureKafka } from "../environment/secure-kafka.ts";
import { TokenEndpoint } from "../environment/token-endpoint.ts";
import { ready } from "../environment/topic-expectations.ts";
import { createAuthority } from "../fakes/certificate.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";

type Security = NonNullable<NonNullable<EventBusSpec["kafka"]>["security"]>;

const WRONG = "wrong-horse";
const CLIENT_SECRET = "client-horse-secret";

describe("A secured EventBus", function () {
  this.timeout(60_000);
  const stranger = createAuthority("Stranger CA");
  const log = new RecordingLogger();
  /** Brokers' addresses, one for each attempt to connect. */
  const attempts: string[] = [];
  let startedAt: number;
  let kafka: SecureKafka;
  let login: TokenEndpoint;
  let operator: OperatorUnderTest;
  let secrets: SecretsUnderTest;

  before(async () => {
    kafka = await startSecureKafka();
    const { authority, client } = kafka;
    login = await TokenEndpoint.start({
      authority,
      clientId: "bus",
      clientSecret: CLIENT_SECRET,
      subject: OPERATOR,
    });
    operator = await startOperatorUnderTest({
      kafka: { bootstrapServers: kafka.serversOf("PLAINTEXT"), probe: kafka.probe },
      createsBus: false,
      log,
      connect: (options) =>
        connectKafka({
          ...options,
          observer: {
            ...options.observer,
            onConnection: ({ broker, outcome }) => void (outcome === "failed" && attempts.push(broker)),
          },
        }),
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    startedAt = performance.now();
    secrets = new SecretsUnderTest(operator);
    await Promise.all([
      secrets.create("ca", { "ca.crt": authority.certPem }),
      secrets.create("stranger", { "ca.crt": stranger.certPem }),
      secrets.create("client", { "user.crt": client.certPem, "user.key": client.keyPem, "user.p12": "binary" }),
      secrets.create("user", { username: OPERATOR, password: PASSWORD }),
      secrets.create("wrong", { username: OPERATOR, password: WRONG }),
      secrets.create("intern", { username: INTERN, password: PASSWORD }),
      secrets.create("oauth", { "client-id": "bus", "client-secret": CLIENT_SECRET }),
      secrets.create("oauth-wrong", { "client-id": "bus", "client-secret": WRONG }),
    ]);
  });
  after(async () => {
    await operator.stop();
    silent.close();
    await login.stop();
    await kafka.stop();
  });

  const caSecretRef = (name = "ca"): { name: string } => ({ name: secrets.nameOf(name) });
  const tls = (ca?: string): Security => ({ protocol: "SSL", tls: { caSecretRef: caSecretRef(ca) } });
  const scram = (user: string, mechanism: "PLAIN" | "SCRAM-SHA-512" = "SCRAM-SHA-512"): Security => ({
    protocol: "SASL_SSL",
    tls: { caSecretRef: caSecretRef() },
    sasl: { mechanism, credentialsSecretRef: { name: secrets.nameOf(user) } },
  });
  const bearer = (client: string, tokenEndpoint = login.url): Security => ({
    protocol: "SASL_SSL",
    tls: { caSecretRef: caSecretRef() },
    sasl: {
      mechanism: "OAUTHBEARER",
      oauth: {
        tokenEndpoint,
        clientSecretRef: { name: secrets.nameOf(client) },
        caSecretRef: caSecretRef(),
      },
    },
  });
  const busName = (name: string): string => `${operator.id}-${name}`;

  async function createBus(name: string, listener: string, security: Security): Promise<void> {
    const naming = { template: "{prefix}.{domain}", prefix: `${operator.id}.${name}` };
    await operator.createBus(
      { kafka: { bootstrapServers: kafka.serversOf(listener), security }, naming },
      busName(name),
    );
  }
  async function readyOf(name: string): Promise<{ reason: string; message: string; since: string }> {
    const { status } = await operator.bus(busName(name));
    const condition = status?.conditions?.find(({ type }) => type === "Ready");
    return {
      reason: condition?.reason ?? "",
      message: condition?.message ?? "",
      since: condition?.lastTransitionTime ?? "",
    };
  }
  const isReady = (name: string): Promise<unknown> =>
    eventually(() => operator.bus(busName(name)), ready("True", "Connected"));

  const troubled: readonly (readonly [string, string, () => Security, string, string])[] = [
    [
      "wrong-password",
      "SASL_SSL",
      () => scram("wrong"),
      "AuthenticationFailed",
      "invalid credentials with SASL mechanism SCRAM-SHA-512; the credentials are those in Secret",
    ],
    [
      "wrong-client",
      "SASL_SSL",
      () => bearer("oauth-wrong"),
      "AuthenticationFailed",
      'status 401, error "invalid_client"; the credentials are those in Secret',
    ],
    [
      "unknown-ca",
      "SSL",
      () => tls("stranger"),
      "TLSFailed",
      'issuer "CN=Test CA" that no trusted CA has signed; trusted are the CAs in Secret',
    ],
    [
      "no-ca",
      "SSL",
      () => ({ protocol: "SSL" }),
      "TLSFailed",
      "trusted are the system's CAs; name the Secret of another by tls.caSecretRef",
    ],
    ["expired", "EXPIRED", () => tls(), "TLSFailed", "expired on "],
    [
      "other-name",
      "OTHER_NAME",
      () => tls(),
      "TLSFailed",
      'not for "127.0.0.1", but for "kafka.internal", "kafka.example.com"; reach the brokers under a name',
    ],
    [
      "no-client",
      "MTLS",
      () => tls(),
      "TLSFailed",
      "wants a client certificate, and there is none; name the Secret of one by tls.certificateSecretRef",
    ],
    [
      "clear-to-tls",
      "SSL",
      () => ({ protocol: "PLAINTEXT" }),
      "TLSFailed",
      "wants TLS, and was spoken to in clear text; use the protocol SSL",
    ],
    [
      "tls-to-clear",
      "PLAINTEXT",
      () => tls(),
      "TLSFailed",
      "its listener probably speaks clear text; correct the port, or use the protocol PLAINTEXT",
    ],
    [
      "no-secret",
      "SASL_SSL",
      () => scram("nowhere"),
      "SecretNotFound",
      "does not exist; create it there, or correct its name",
    ],
    [
      "no-key",
      "SASL_SSL",
      () => scram("oauth"),
      "InvalidSecret",
      'has no key "username"; it holds "client-id", "client-secret"',
    ],
    ["no-right", "SASL_SSL", () => scram("intern"), "InsufficientPermissions", "no right to Describe on the cluster"],
  ];
  /** Accepts connections and never says a word. */
  const silent: Server = createServer();
  const silentAddress = (): string => `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const sound: readonly (readonly [string, string, () => Security])[] = [
    ["tls", "SSL", () => tls()],
    [
      "mtls",
      "MTLS",
      () => ({ protocol: "SSL", tls: { ...tls().tls, certificateSecretRef: { name: secrets.nameOf("client") } } }),
    ],
    ["plain", "SASL_SSL", () => scram("user", "PLAIN")],
    ["scram", "SASL_SSL", () => scram("user")],
    ["scram-in-the-clear", "SASL_PLAINTEXT", () => ({ protocol: "SASL_PLAINTEXT", sasl: scram("user").sasl })],
    ["oauth", "SASL_SSL", () => bearer("oauth")],
  ];

  it("connects by each protocol, among as many that fail, which say why; none slows another", async () => {
    for (const [name, listener, security] of troubled) await createBus(name, listener, security());
    const naming = { template: "{prefix}.{domain}", prefix: `${operator.id}.hanging` };
    await operator.createBus(
      { kafka: { bootstrapServers: [silentAddress()], security: tls() }, naming },
      busName("hangs"),
    );
    await createBus("login-hangs", "SASL_SSL", bearer("oauth", `https://${silentAddress()}/token`));
    for (const [name, listener, security] of sound) await createBus(name, listener, security());
    await Promise.all(sound.map(([name]) => isReady(name)));
    for (const [name] of sound) {
      await operator.createTopic(`on-${name}`, { busRef: { name: busName(name) }, domain: "a" });
    }
    for (const [name] of sound) {
      await eventually(() => operator.topic(`on-${name}`), ready("True", "Created"));
      // A broker shows a new topic a moment after the controller has made it.
      await eventually(
        () => kafka.probe.describeTopic(`${operator.id}.${name}.a`),
        (topic) => expect(topic).to.not.equal(null),
      );
    }
    const [line] = await operator.metrics(
      `eventbus_bus_certificate_expiry_timestamp_seconds{bus="${busName("mtls")}",certificate="client"}`,
    );
    const { validToDate } = new X509Certificate(kafka.client.certPem);
    expect(line).to.match(new RegExp(` ${validToDate.getTime() / 1_000}$`));
    for (const [name, , , reason, text] of troubled) {
      const told = await eventually(
        () => readyOf(name),
        (now) => expect(now.reason, name).to.equal(reason),
      );
      expect(told.message, name).to.include(text);
    }
    for (const [name, text] of [
      ["hangs", "no answer within"],
      ["login-hangs", `The token endpoint "https://${silentAddress()}/token" did not answer within`],
    ] as const) {
      await eventually(() => operator.bus(busName(name)), ready("False", "Unreachable"));
      expect((await readyOf(name)).message).to.include(text);
    }
  });

  it("is tried again calmly: at most once a second and address", async () => {
    const seconds = (performance.now() - startedAt) / 1_000;
    for (const listener of ["EXPIRED", "OTHER_NAME", "MTLS"]) {
      const [broker] = kafka.serversOf(listener);
      const count = attempts.filter((address) => address === broker).length;
      expect(count, listener).to.be.within(1, seconds + 1);
    }
  });

  it("shows no secret: not in a log, a status, an event or a metric", async () => {
    const told = await everythingTold(operator, log);
    expect(told.length).to.be.greaterThan(10_000);
    const keyLines = kafka.client.keyPem.split("\n").filter((line) => line.length > 20 && !line.startsWith("-"));
    const basic = [CLIENT_SECRET, WRONG].map((secret) => Buffer.from(`bus:${secret}`).toString("base64"));
    for (const secret of [PASSWORD, WRONG, CLIENT_SECRET, "horse", ...basic, ...keyLines]) {
      expect(told.includes(secret), `told: ${secret.slice(0, 6)}…`).to.equal(false);
    }
    expect(told).to.not.match(/eyJ[\w-]{8,}\./);
  });

  it("follows its Secrets by name: one that is missing, wrong, corrected, gone", async () => {
    await createBus("followed", "SASL_SSL", scram("late"));
    await eventually(() => operator.bus(busName("followed")), ready("False", "SecretNotFound"));
    await secrets.create("late", { username: OPERATOR });
    await eventually(() => operator.bus(busName("followed")), ready("False", "InvalidSecret"));
    await secrets.patch("late", { password: PASSWORD });
    await isReady("followed");
    await secrets.delete("late");
    await eventually(() => operator.bus(busName("followed")), ready("False", "SecretNotFound"));
    expect((await readyOf("followed")).message).to.include("the connection made before goes on serving");
  });
});
