import { expect } from "chai";
import { describe, it } from "mocha";

import { connectionSettings, parseProperties } from "../../../../src/cli/connection/command-config.ts";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
const OTHER = "-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----";
const KEY = "-----BEGIN PRIVATE KEY-----\nCCCC\n-----END PRIVATE KEY-----";

const FILES: Readonly<Record<string, string>> = {
  "/ca.pem": `${CERTIFICATE}\n${OTHER}\n`,
  "/me.pem": `${KEY}\n${CERTIFICATE}\n`,
};

const LOGIN =
  'sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="me" password="a\\\\"b";';

const EXAMPLES: readonly { readonly why: string; readonly lines: readonly string[]; readonly security: object }[] = [
  { why: "nothing said", lines: [], security: { protocol: "PLAINTEXT" } },
  {
    why: "TLS with the authorities of the system",
    lines: ["security.protocol=SSL"],
    security: { protocol: "SSL", tls: { certificateAuthorities: undefined, clientCertificate: undefined } },
  },
  {
    why: "TLS with files",
    lines: [
      "security.protocol = SSL",
      "ssl.truststore.type: PEM",
      "ssl.truststore.location /ca.pem",
      "ssl.keystore.type=PEM",
      "ssl.keystore.location=/me.pem",
    ],
    security: {
      protocol: "SSL",
      tls: {
        certificateAuthorities: [CERTIFICATE, OTHER],
        clientCertificate: { certificate: CERTIFICATE, privateKey: KEY },
      },
    },
  },
  {
    why: "certificates on continued lines",
    lines: [
      "security.protocol=SSL",
      String.raw`ssl.truststore.certificates=-----BEGIN CERTIFICATE-----\nAAAA\n\ `.trimEnd(),
      "  -----END CERTIFICATE-----",
    ],
    security: { protocol: "SSL", tls: { certificateAuthorities: [CERTIFICATE], clientCertificate: undefined } },
  },
  {
    why: "a login, among comments",
    lines: ["# me", "! too", "security.protocol=SASL_PLAINTEXT", "sasl.mechanism=SCRAM-SHA-512", LOGIN],
    security: {
      protocol: "SASL_PLAINTEXT",
      sasl: { mechanism: "SCRAM-SHA-512", username: "me", password: 'a"b' },
    },
  },
];

const REFUSALS: readonly { readonly why: string; readonly lines: readonly string[]; readonly message: string }[] = [
  { why: "another protocol", lines: ["security.protocol=TLS"], message: 'security.protocol "TLS" is not supported' },
  { why: "no mechanism", lines: ["security.protocol=SASL_SSL"], message: "sasl.mechanism is missing" },
  {
    why: "another mechanism",
    lines: ["security.protocol=SASL_SSL", "sasl.mechanism=GSSAPI"],
    message: 'sasl.mechanism "GSSAPI" is not supported',
  },
  {
    why: "a login without a password",
    lines: ["security.protocol=SASL_SSL", "sasl.mechanism=PLAIN", 'sasl.jaas.config=x required username="me";'],
    message: "names no password",
  },
  {
    why: "a store of another type",
    lines: ["security.protocol=SSL", "ssl.truststore.location=/ca.jks"],
    message: "ssl.truststore.type must be PEM",
  },
  {
    why: "a certificate without its key",
    lines: ["security.protocol=SSL", "ssl.keystore.type=PEM", "ssl.keystore.location=/ca.pem"],
    message: "no certificate with its private key",
  },
];

function read(
  lines: readonly string[],
  servers: string | undefined = "a:1, b:2",
): ReturnType<typeof connectionSettings> {
  return connectionSettings(servers, parseProperties(lines.join("\n")), (path) => Promise.resolve(FILES[path] ?? ""));
}

describe("The command configuration", () => {
  for (const { why, lines, security } of EXAMPLES) {
    it(`reads ${why}`, async () => {
      expect(await read(lines)).to.deep.equal({ bootstrapServers: ["a:1", "b:2"], security });
    });
  }

  for (const { why, lines, message } of REFUSALS) {
    it(`refuses ${why}`, async () => {
      const error = await read(lines).catch((thrown: unknown) => thrown);
      expect(error).to.have.property("message").that.includes(message);
      expect(String(error)).not.to.include('a"b');
    });
  }

  it("gives the address where none is given", async () => {
    expect(
      (await connectionSettings(undefined, parseProperties("bootstrap.servers=c:3"), () => Promise.resolve("")))
        .bootstrapServers,
    ).to.deep.equal(["c:3"]);
    const error = await connectionSettings(undefined, new Map(), () => Promise.resolve("")).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.have.property("message").that.includes("--bootstrap-server");
  });
});
