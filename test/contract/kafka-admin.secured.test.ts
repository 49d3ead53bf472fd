// The platformatic adapter on every way of securing a connection that Kafka has, and how each failure of it is named.

import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import type {
  ConnectionSecurity,
  OauthClient,
  SaslCredentials,
  TlsSettings,
} from "../../src/kafka/model/connection.ts";
import type { FailureKind } from "../../src/kafka/model/failure.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { eventually } from "../environment/eventually.ts";
import { OPERATOR, PASSWORD, startSecureKafka, type SecureKafka } from "../environment/secure-kafka.ts";
import { TokenEndpoint } from "../environment/token-endpoint.ts";
import { createAuthority } from "../fakes/certificate.ts";
import { call, refusal, value } from "./kafka-admin-suite.ts";

const stranger = createAuthority("Stranger CA");

function withPassword(
  mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512",
  password = PASSWORD,
  username = OPERATOR,
): SaslCredentials {
  return { mechanism, username, password };
}

function inTheClear(sasl: SaslCredentials): ConnectionSecurity {
  return { protocol: "SASL_PLAINTEXT", sasl };
}

describe("The adapter on secured connections", function () {
  this.timeout(60_000);
  let kafka: SecureKafka;
  let login: TokenEndpoint;

  before(async () => {
    kafka = await startSecureKafka();
    const { authority } = kafka;
    login = await TokenEndpoint.start({ authority, clientId: "bus", clientSecret: PASSWORD, subject: OPERATOR });
  });
  after(async () => {
    await login.stop();
    await kafka.stop();
  });

  const trusting = (more: Partial<TlsSettings> = {}): TlsSettings => ({
    certificateAuthorities: [kafka.authority.certPem],
    ...more,
  });
  const ownCertificate = (): TlsSettings["clientCertificate"] => ({
    certificate: kafka.client.certPem,
    privateKey: kafka.client.keyPem,
  });
  const client = (more: Partial<OauthClient> = {}): SaslCredentials => ({
    mechanism: "OAUTHBEARER",
    client: {
      tokenEndpoint: login.url,
      clientId: "bus",
      clientSecret: PASSWORD,
      certificateAuthorities: [kafka.authority.certPem],
      ...more,
    },
  });

  async function asking<T>(
    listener: string,
    security: ConnectionSecurity,
    ask: (admin: KafkaAdmin) => Promise<T>,
  ): Promise<T> {
    const admin = connectKafka({
      bootstrapServers: kafka.serversOf(listener),
      security,
      clientId: "secured",
      clock: systemClock,
      mayWrite: () => true,
    });
    try {
      return await ask(admin);
    } finally {
      await admin.close();
    }
  }

  const overTls = (sasl: SaslCredentials): ConnectionSecurity => ({ protocol: "SASL_SSL", tls: trusting(), sasl });

  /** Kind and message of the failure, the addresses and times in it made equal for all runs. */
  async function told(listener: string, security: ConnectionSecurity): Promise<{ kind: FailureKind; message: string }> {
    const answer = await asking(listener, security, (admin) => admin.cluster(call()));
    expect(JSON.stringify(answer)).to.not.include("horse");
    const { kind, message } = refusal(answer);
    const anywhere = message
      .replace(login.url, "<endpoint>")
      .replace(kafka.serversOf(listener)[0] ?? "", "<broker>")
      .replace(/\d{4}-\d\d-\d\dT[\d:]{8}Z/, "<time>");
    return { kind, message: anywhere };
  }

  const mechanisms: readonly (readonly [string, () => SaslCredentials])[] = [
    ["PLAIN", () => withPassword("PLAIN")],
    ["SCRAM-SHA-256", () => withPassword("SCRAM-SHA-256")],
    ["SCRAM-SHA-512", () => withPassword("SCRAM-SHA-512")],
    ["OAUTHBEARER", () => client()],
  ];
  const combinations: readonly (readonly [string, string, () => ConnectionSecurity])[] = [
    ["PLAINTEXT", "PLAINTEXT", () => ({ protocol: "PLAINTEXT" })],
    ["SSL", "SSL", () => ({ protocol: "SSL", tls: trusting() })],
    ["mutual TLS", "MTLS", () => ({ protocol: "SSL", tls: trusting({ clientCertificate: ownCertificate() }) })],
    [
      "SSL with several CAs, as in a rotation",
      "SSL",
      () => ({ protocol: "SSL", tls: { certificateAuthorities: [stranger.certPem, kafka.authority.certPem] } }),
    ],
    [
      "SSL with a server name of its own",
      "OTHER_NAME",
      () => ({ protocol: "SSL", tls: trusting({ serverName: "kafka.internal" }) }),
    ],
    ...mechanisms.flatMap(([mechanism, sasl]) => [
      [`${mechanism} over SASL_SSL`, "SASL_SSL", () => overTls(sasl())] as const,
      [`${mechanism} over SASL_PLAINTEXT`, "SASL_PLAINTEXT", () => inTheClear(sasl())] as const,
    ]),
  ];

  for (const [index, [what, listener, security]] of combinations.entries()) {
    it(`works by ${what}`, async () => {
      const name = `secured-${index}`;
      const { clusterId } = kafka.kafka;
      // The anonymous of a TLS listener without client certificates is the set-up's super user.
      const created = await asking(listener, security(), async (admin) => {
        expect(value(await admin.cluster(call())).id).to.equal(clusterId);
        return await admin.createTopic({ name, configs: {} }, { ...call(), clusterId });
      });
      await eventually(
        () => kafka.probe.describeTopic(name),
        (topic) => expect(topic?.id).to.equal(value(created).id),
      );
    });
  }

  const failures: readonly {
    readonly of: string;
    readonly listener: string;
    readonly security: () => ConnectionSecurity;
    readonly kind: FailureKind;
    /** With `<broker>` and `<endpoint>` for the addresses. */
    readonly message: string;
  }[] = [
    {
      of: "a wrong password of PLAIN",
      listener: "SASL_SSL",
      security: () => overTls(withPassword("PLAIN", "wrong-horse")),
      kind: "authentication",
      message: "No connection to the broker at <broker>: Authentication failed: Invalid username or password",
    },
    {
      of: "a wrong password of SCRAM",
      listener: "SASL_SSL",
      security: () => overTls(withPassword("SCRAM-SHA-512", "wrong-horse")),
      kind: "authentication",
      message:
        "No connection to the broker at <broker>: Authentication failed during authentication due to invalid credentials " +
        "with SASL mechanism SCRAM-SHA-512",
    },
    {
      of: "a user that is not known",
      listener: "SASL_PLAINTEXT",
      security: () => inTheClear(withPassword("SCRAM-SHA-256", PASSWORD, "nobody")),
      kind: "authentication",
      message:
        "No connection to the broker at <broker>: Authentication failed during authentication due to invalid credentials " +
        "with SASL mechanism SCRAM-SHA-256",
    },
    {
      of: "an unknown CA",
      listener: "SSL",
      security: () => ({ protocol: "SSL", tls: { certificateAuthorities: [stranger.certPem] } }),
      kind: "tls",
      message: 'The broker at <broker> shows a certificate of issuer "CN=Test CA" that no trusted CA has signed',
    },
    {
      of: "the system's CAs",
      listener: "SSL",
      security: () => ({ protocol: "SSL", tls: {} }),
      kind: "tls",
      message: 'The broker at <broker> shows a certificate of issuer "CN=Test CA" that no trusted CA has signed',
    },
    {
      of: "an expired certificate",
      listener: "EXPIRED",
      security: () => ({ protocol: "SSL", tls: trusting() }),
      kind: "tls",
      message: "The certificate of the broker at <broker> expired on <time>",
    },
    {
      of: "another host name",
      listener: "OTHER_NAME",
      security: () => ({ protocol: "SSL", tls: trusting() }),
      kind: "tls",
      message:
        'The certificate of the broker at <broker> is not for "127.0.0.1", but for "kafka.internal", "kafka.example.com"',
    },
    {
      of: "a server name that the certificate lacks",
      listener: "SSL",
      security: () => ({ protocol: "SSL", tls: trusting({ serverName: "kafka.example.com" }) }),
      kind: "tls",
      message:
        'The certificate of the broker at <broker> is not for "kafka.example.com", but for "localhost", "127.0.0.1"',
    },
    {
      of: "no client certificate where one is wanted",
      listener: "MTLS",
      security: () => ({ protocol: "SSL", tls: trusting() }),
      kind: "tls",
      message: "The broker at <broker> wants a client certificate, and there is none",
    },
    {
      of: "a client certificate of an unknown CA",
      listener: "MTLS",
      security: () => {
        const { certPem: certificate, keyPem: privateKey } = stranger.issue(OPERATOR);
        return { protocol: "SSL", tls: trusting({ clientCertificate: { certificate, privateKey } }) };
      },
      kind: "tls",
      message: "The broker at <broker> refuses the client certificate",
    },
    {
      of: "clear text to a TLS listener",
      listener: "SSL",
      security: () => ({ protocol: "PLAINTEXT" }),
      kind: "tls",
      message: "The broker at <broker> wants TLS, and was spoken to in clear text",
    },
    {
      of: "SASL in clear text to a TLS listener",
      listener: "SASL_SSL",
      security: () => inTheClear(withPassword("SCRAM-SHA-512")),
      kind: "tls",
      message: "The broker at <broker> closed the connection before SASL; its listener probably uses TLS",
    },
    {
      of: "TLS to a listener of clear text",
      listener: "PLAINTEXT",
      security: () => ({ protocol: "SSL", tls: trusting() }),
      kind: "tls",
      message: "The broker at <broker> does not answer in TLS; its listener probably speaks clear text",
    },
    {
      of: "TLS to a SASL listener of clear text",
      listener: "SASL_PLAINTEXT",
      security: () => overTls(withPassword("PLAIN")),
      kind: "tls",
      message: "The broker at <broker> does not answer in TLS; its listener probably speaks clear text",
    },
    {
      of: "TLS without SASL where SASL is wanted",
      listener: "SASL_SSL",
      security: () => ({ protocol: "SSL", tls: trusting() }),
      kind: "authentication",
      message: "The broker at <broker> closed the connection at the first request; its listener probably uses SASL",
    },
    {
      of: "a client secret that the token endpoint refuses",
      listener: "SASL_SSL",
      security: () => overTls(client({ clientSecret: "wrong-horse" })),
      kind: "authentication",
      message: 'The token endpoint "<endpoint>" gave no token: status 401, error "invalid_client"',
    },
    {
      of: "a token endpoint of an unknown CA",
      listener: "SASL_SSL",
      security: () => overTls(client({ certificateAuthorities: [stranger.certPem] })),
      kind: "tls",
      message: 'The token endpoint "<endpoint>" shows a certificate that no trusted CA has signed',
    },
    {
      of: "a token endpoint that is not there, without the password in its URL",
      listener: "SASL_SSL",
      security: () => overTls(client({ tokenEndpoint: "https://user:wrong-horse@127.0.0.1:9/token?key=horse" })),
      kind: "unreachable",
      message: 'The token endpoint "https://127.0.0.1:9/token" cannot be asked: connect ECONNREFUSED 127.0.0.1:9',
    },
  ];
  for (const { of, listener, security, kind, message } of failures) {
    it(`names ${of}, and no secret`, async () => {
      expect(await told(listener, security())).to.deep.equal({ kind, message });
    });
  }

  it("names a token that the brokers refuse, and an endpoint that is broken", async () => {
    login.lifetimeSeconds = -60;
    const refused = await told("SASL_SSL", overTls(client()));
    expect(refused.kind).to.equal("authentication");
    expect(refused.message).to.match(/^No connection to the broker at <broker>: /);
    login.lifetimeSeconds = 3_600;
    login.broken = 503;
    expect(await told("SASL_SSL", overTls(client()))).to.deep.equal({
      kind: "unreachable",
      message: 'The token endpoint "<endpoint>" gave no token: status 503',
    });
    login.broken = undefined;
  });

  it("shares one token between its connections, asked for with the scope", async () => {
    const before = login.issued;
    await asking("SASL_SSL", overTls(client({ scope: "kafka admin" })), async (admin) => {
      const { clusterId } = kafka.kafka;
      value(await admin.cluster(call()));
      value(await admin.createTopic({ name: "with-scope", configs: {} }, { ...call(), clusterId }));
    });
    expect(login.issued - before).to.equal(1);
    expect(login.scopes.at(-1)).to.equal("kafka admin");
  });
});
