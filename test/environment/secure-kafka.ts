// A real Kafka with a listener for every way of securing a connection, its certificates made here, and users for each
// mechanism. Set up through its PLAINTEXT listener, which is a back door: whoever comes there may do everything.

import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:tls";

import { expect } from "chai";

import { createAuthority, type Authority, type Certificate } from "../fakes/certificate.ts";
import { eventually } from "./eventually.ts";
import { startKafkaProbe, type KafkaProbe } from "./kafka-probe.ts";
import { startKafka, type KafkaCluster } from "./kafka.ts";
import { knownSecrets } from "./known-secrets.ts";

/** Recognisable, so that it can be looked for in what the operator shows. */
export const PASSWORD = "hunter2-right-horse";
export const OPERATOR = "operator";
/** Knows the password, may do nothing. */
export const INTERN = "intern";

const SCRAM = ["SCRAM-SHA-256", "SCRAM-SHA-512"] as const;
const LOGIN = "org.apache.kafka.common.security";

export class SecureKafka implements AsyncDisposable {
  readonly kafka: KafkaCluster;
  readonly probe: KafkaProbe;
  /** Signed the brokers' certificates, and is trusted for those of clients. */
  readonly authority: Authority;
  /** Of the operator, for mutual TLS. */
  readonly client: Certificate;

  constructor(kafka: KafkaCluster, probe: KafkaProbe, authority: Authority) {
    this.kafka = kafka;
    this.probe = probe;
    this.authority = authority;
    this.client = authority.issue(OPERATOR);
    knownSecrets.add("key of the operator's certificate", this.client.keyPem);
    for (const user of [OPERATOR, INTERN]) knownSecrets.addLogin(`password of "${user}"`, user, PASSWORD);
  }

  /** SSL, MTLS, SASL_SSL, SASL_PLAINTEXT, PLAINTEXT; EXPIRED and OTHER_NAME are SSL with a bad certificate. */
  serversOf(listener: string): string[] {
    return this.kafka.bootstrapServersOf(listener);
  }

  /** Replaces the certificate of a listener while it serves; resolves when the broker shows it. */
  async useCertificate(listener: string, certificate: Certificate): Promise<void> {
    await this.probe.alterConfigs({ type: "broker", name: "1" }, { set: keystore(listener, certificate) });
    const { fingerprint256 } = new X509Certificate(certificate.certPem);
    await eventually(
      () => shownBy(this.serversOf(listener)[0] ?? ""),
      (shown) => expect(shown).to.equal(fingerprint256),
    );
  }

  async stop(): Promise<void> {
    await this.probe.stop();
    await this.kafka.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

export async function startSecureKafka(): Promise<SecureKafka> {
  const authority = createAuthority("Test CA");
  const dayMs = 86_400_000;
  const expired = { fromMs: Date.now() - 2 * dayMs, toMs: Date.now() - dayMs };
  const kafka = await startKafka({
    listeners: [
      { name: "SSL", protocol: "SSL" },
      { name: "MTLS", protocol: "SSL" },
      { name: "EXPIRED", protocol: "SSL" },
      { name: "OTHER_NAME", protocol: "SSL" },
      { name: "SASL_SSL", protocol: "SASL_SSL" },
      { name: "SASL_PLAINTEXT", protocol: "SASL_PLAINTEXT" },
    ],
    properties: {
      "ssl.keystore.type": "PEM",
      "ssl.truststore.type": "PEM",
      "ssl.truststore.certificates": oneLine(authority.certPem),
      ...keystore("SSL", authority.issue("broker")),
      ...keystore("MTLS", authority.issue("broker")),
      ...keystore("SASL_SSL", authority.issue("broker")),
      ...keystore("EXPIRED", authority.issue("broker", expired)),
      ...keystore("OTHER_NAME", authority.issue("broker", { dnsNames: ["kafka.internal", "kafka.example.com"] })),
      "listener.name.mtls.ssl.client.auth": "required",
      "ssl.principal.mapping.rules": "RULE:^.*CN=([^,]+).*$/$1/,DEFAULT",
      "sasl.enabled.mechanisms": ["PLAIN", ...SCRAM, "OAUTHBEARER"].join(","),
      ...logins("sasl_ssl"),
      ...logins("sasl_plaintext"),
      "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      "super.users": `User:ANONYMOUS;User:${OPERATOR}`,
    },
  });
  const probe = await startKafkaProbe(kafka.bootstrapServers);
  for (const mechanism of SCRAM) {
    for (const user of [OPERATOR, INTERN]) await probe.setScramPassword(user, mechanism, PASSWORD);
  }
  return new SecureKafka(kafka, probe, authority);
}

/** Fingerprint of the certificate that is shown there, whoever has signed it. */
async function shownBy(server: string): Promise<string> {
  const [host = "", port] = server.split(":");
  const socket = connect({ host, port: Number(port), rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect");
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}

function keystore(listener: string, { certPem, keyPem }: Certificate): Record<string, string> {
  const prefix = `listener.name.${listener.toLowerCase()}.ssl.keystore`;
  return { [`${prefix}.key`]: oneLine(keyPem), [`${prefix}.certificate.chain`]: oneLine(certPem) };
}

/** PEM in a properties file: Kafka takes any white space between its lines. */
function oneLine(pem: string): string {
  return pem.trim().replaceAll("\n", " ");
}

function logins(listener: string): Record<string, string> {
  const users = [OPERATOR, INTERN].map((user) => `user_${user}="${PASSWORD}"`).join(" ");
  const modules: Readonly<Record<string, string>> = {
    plain: `${LOGIN}.plain.PlainLoginModule required ${users};`,
    "scram-sha-256": `${LOGIN}.scram.ScramLoginModule required;`,
    "scram-sha-512": `${LOGIN}.scram.ScramLoginModule required;`,
    // Without a handler of its own Kafka takes unsecured tokens, and looks at their claims alone.
    oauthbearer: `${LOGIN}.oauthbearer.OAuthBearerLoginModule required;`,
  };
  return Object.fromEntries(
    Object.entries(modules).map(([mechanism, line]) => [
      `listener.name.${listener}.${mechanism}.sasl.jaas.config`,
      line,
    ]),
  );
}
