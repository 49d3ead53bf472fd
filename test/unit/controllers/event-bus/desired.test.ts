import { createPrivateKey } from "node:crypto";

import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventBusSpec } from "../../../../src/api/event-bus.ts";
import { secretsOf, type ConnectionSource } from "../../../../src/controllers/event-bus/connection-source.ts";
import { declaredOrigin } from "../../../../src/controllers/event-bus/declared-origin.ts";
import { desiredConnection, type DesiredConnection } from "../../../../src/controllers/event-bus/desired.ts";
import { createAuthority } from "../../../fakes/certificate.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 5, 15);
const valid = { fromMs: NOW - DAY_MS, toMs: NOW + DAY_MS };
const past = { fromMs: NOW - 3 * DAY_MS, toMs: NOW - DAY_MS };

const authority = createAuthority("ca", valid);
const older = createAuthority("older ca", past);
const client = authority.issue("operator", valid);
const other = authority.issue("other", valid);
const encrypted = createPrivateKey(client.keyPem).export({
  type: "pkcs8",
  format: "pem",
  cipher: "aes-256-cbc",
  passphrase: "right-horse",
});

type Security = NonNullable<NonNullable<EventBusSpec["kafka"]>["security"]>;
type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

const scram: Security = {
  protocol: "SASL_SSL",
  sasl: { mechanism: "SCRAM-SHA-512", credentialsSecretRef: { name: "user" } },
};
const withCa: Security = { protocol: "SSL", tls: { caSecretRef: { name: "ca" } } };
const mutual: Security = { protocol: "SSL", tls: { certificateSecretRef: { name: "client" } } };

function sourceOf(security: Security | undefined): ConnectionSource {
  const kafka = { bootstrapServers: ["kafka:9093"], ...(security && { security }) };
  const metadata = { name: "main", uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };
  const found = declaredOrigin("system")({
    apiVersion: "eventbus.dev/v1alpha1",
    kind: "EventBus",
    metadata,
    spec: { kafka },
  });
  if (found?.kind !== "source") throw new Error("spec.kafka always gives a source");
  return found.source;
}

function desired(security: Security | undefined, secrets: Secrets): DesiredConnection {
  const contents = Object.entries(secrets).map(
    ([name, data]) => [`system/${name}`, new Map(Object.entries(data))] as const,
  );
  return desiredConnection(sourceOf(security), new Map(contents), NOW);
}

describe("desiredConnection()", () => {
  for (const [why, security, secrets, expected] of [
    ["nothing is PLAINTEXT", undefined, {}, { protocol: "PLAINTEXT" }],
    ["TLS with the system's certificates", { protocol: "SSL" }, {}, { protocol: "SSL", tls: {} }],
    [
      "every .crt is trusted, each certificate of a bundle too, in the order of the keys",
      withCa,
      { ca: { "b.crt": authority.certPem, "a.crt": other.certPem + older.certPem, "ca.p12": "binary" } },
      { protocol: "SSL", tls: { certificateAuthorities: [other.certPem, older.certPem, authority.certPem] } },
    ],
    [
      "the key that is named, whatever it is called",
      { protocol: "SSL", tls: { caSecretRef: { name: "ca", key: "bundle.pem" }, serverName: "kafka.internal" } },
      { ca: { "bundle.pem": authority.certPem, "old.crt": "no certificate" } },
      { protocol: "SSL", tls: { certificateAuthorities: [authority.certPem], serverName: "kafka.internal" } },
    ],
    [
      "one CA of several that is expired disturbs nobody, as in a rotation",
      withCa,
      { ca: { "ca.crt": authority.certPem, "ca-old.crt": older.certPem } },
      { protocol: "SSL", tls: { certificateAuthorities: [older.certPem, authority.certPem] } },
    ],
    [
      "mutual TLS as cert-manager writes it",
      mutual,
      { client: { "tls.crt": client.certPem, "tls.key": client.keyPem } },
      { protocol: "SSL", tls: { clientCertificate: { certificate: client.certPem, privateKey: client.keyPem } } },
    ],
    [
      "mutual TLS as Strimzi writes it",
      mutual,
      { client: { "user.crt": client.certPem, "user.key": client.keyPem } },
      { protocol: "SSL", tls: { clientCertificate: { certificate: client.certPem, privateKey: client.keyPem } } },
    ],
    [
      "SCRAM over TLS",
      scram,
      { user: { username: "operator", password: "right-horse" } },
      {
        protocol: "SASL_SSL",
        tls: {},
        sasl: { mechanism: "SCRAM-SHA-512", username: "operator", password: "right-horse" },
      },
    ],
    [
      "PLAIN in clear text, with keys of its own",
      {
        protocol: "SASL_PLAINTEXT",
        allowPlaintextCredentials: true,
        sasl: { mechanism: "PLAIN", credentialsSecretRef: { name: "user", usernameKey: "u", passwordKey: "p" } },
      },
      { user: { u: "operator", p: "right-horse" } },
      {
        protocol: "SASL_PLAINTEXT",
        sasl: { mechanism: "PLAIN", username: "operator", password: "right-horse" },
      },
    ],
  ] as const satisfies readonly (readonly [string, Security | undefined, Secrets, object])[]) {
    it(why, () => {
      const found = desired(security, secrets);
      expect(found.kind === "connection" && JSON.parse(JSON.stringify(found.settings))).to.deep.equal({
        bootstrapServers: ["kafka:9093"],
        security: expected,
      });
    });
  }

  for (const [why, security, secrets, message] of [
    [
      "no password",
      scram,
      { user: { username: "operator", passwort: "right-horse" } },
      'Secret "user" in namespace "system" has no key "password"; it holds "passwort", "username"',
    ],
    [
      "an empty password",
      scram,
      { user: { username: "operator", password: "" } },
      'Secret "user" in namespace "system" is empty under key "password"',
    ],
    [
      "a line break, as `echo` adds it",
      scram,
      { user: { username: "operator", password: "right-horse\n" } },
      'Secret "user" in namespace "system" ends with a line break under key "password"; store the value without it',
    ],
    [
      "a CA Secret without a .crt",
      withCa,
      { ca: { "ca.p12": "right-horse" } },
      'Secret "ca" in namespace "system" has no key that ends with ".crt"; it holds "ca.p12"',
    ],
    [
      "an empty Secret",
      withCa,
      { ca: {} },
      'Secret "ca" in namespace "system" has no key that ends with ".crt"; it holds nothing',
    ],
    [
      "a CA that is no PEM",
      withCa,
      { ca: { "ca.crt": "right-horse" } },
      'Secret "ca" in namespace "system" holds no PEM certificate (-----BEGIN CERTIFICATE-----) under key "ca.crt"',
    ],
    [
      "a CA cut in the middle",
      withCa,
      { ca: { "ca.crt": authority.certPem.replace(/\n.{20}/, "\n") } },
      'Secret "ca" in namespace "system" holds a PEM certificate that cannot be read under key "ca.crt"',
    ],
    [
      "only expired CAs",
      withCa,
      { ca: { "ca.crt": older.certPem } },
      'The CA certificate in Secret "ca" in namespace "system" expired on 2026-06-14T00:00:00Z; renew it',
    ],
    [
      "a client certificate without a key",
      mutual,
      { client: { "tls.crt": client.certPem } },
      'Secret "client" in namespace "system" has no key "tls.key" or "user.key"; it holds "tls.crt"',
    ],
    [
      "another certificate's key",
      mutual,
      { client: { "tls.crt": client.certPem, "tls.key": other.keyPem } },
      'Secret "client" in namespace "system" holds a private key of another certificate under key "tls.key"; it must be ' +
        'the one of key "tls.crt"',
    ],
    [
      "an encrypted key",
      mutual,
      { client: { "tls.crt": client.certPem, "tls.key": String(encrypted) } },
      'Secret "client" in namespace "system" holds a private key that is encrypted; store it without a passphrase under ' +
        'key "tls.key"; it must be the one of key "tls.crt"',
    ],
    [
      "a certificate in place of the key",
      mutual,
      { client: { "tls.crt": client.certPem, "tls.key": client.certPem } },
      'Secret "client" in namespace "system" holds no PEM private key (-----BEGIN PRIVATE KEY-----) under key "tls.key"; ' +
        'it must be the one of key "tls.crt"',
    ],
  ] as const satisfies readonly (readonly [string, Security, Secrets, string])[]) {
    it(`refuses ${why}, and says no value`, () => {
      const found = desired(security, secrets);
      expect(found).to.deep.equal({ kind: "refused", refusal: { reason: "InvalidSecret", message } });
    });
  }

  it("refuses a client certificate that is expired or not valid yet, and says the time", () => {
    const expired = authority.issue("operator", past);
    const early = authority.issue("operator", { fromMs: NOW + DAY_MS, toMs: NOW + 2 * DAY_MS });
    const messages = [expired, early].map(({ certPem, keyPem }) => {
      const found = desired(mutual, { client: { "tls.crt": certPem, "tls.key": keyPem } });
      return found.kind === "refused" ? found.refusal.message : "";
    });
    const start = 'The certificate under key "tls.crt" of Secret "client" in namespace "system"';
    expect(messages).to.deep.equal([
      `${start} expired on 2026-06-14T00:00:00Z; renew it`,
      `${start} is not valid before 2026-06-16T00:00:00Z; renew it`,
    ]);
  });
});

describe("A connection with certificates that are public", () => {
  it("trusts them beside those of the Secret, each once, and what cannot be read not at all", () => {
    const secret = { namespace: "kafka", name: "ca" };
    const certificates = [authority.certPem.trim(), other.certPem, "no certificate"];
    const source = { bootstrapServers: ["kafka:9093"], tls: { authorities: { secret }, certificates } };
    const contents = new Map([["kafka/ca", new Map([["ca.crt", authority.certPem]])]]);
    const wanted = desiredConnection(source, contents, NOW);
    if (wanted.kind !== "connection" || wanted.settings.security.protocol !== "SSL") return expect.fail("No TLS");
    expect(wanted.settings.security.tls.certificateAuthorities).to.deep.equal([authority.certPem, other.certPem]);
  });
});

describe("secretsOf()", () => {
  it("names every Secret once", () => {
    const source = sourceOf({
      protocol: "SASL_SSL",
      tls: { caSecretRef: { name: "ca" }, certificateSecretRef: { name: "client" } },
      sasl: {
        mechanism: "OAUTHBEARER",
        oauth: { tokenEndpoint: "https://login", clientSecretRef: { name: "oauth" }, caSecretRef: { name: "ca" } },
      },
    });
    expect(secretsOf(source).map(({ namespace, name }) => `${namespace}/${name}`)).to.deep.equal([
      "system/ca",
      "system/client",
      "system/oauth",
    ]);
  });
});
