// How a connection to Kafka is secured. Secrets are named, never held: all are read in the operator's one secret
// namespace, so that no writer of an EventBus can make it send foreign Secrets anywhere.

import { z } from "zod";

import { formatted, objectName, oneOf, text } from "./fields.ts";
import { rule } from "./rule.ts";

function secretKey(): z.ZodString {
  return formatted(253, /^[-._a-zA-Z0-9]+$/, 'Use a key of a Secret: letters, digits, "-", "_" and "."');
}

const secretName = objectName().describe(
  "Name of the Secret, in the operator's secret namespace (EVENTBUS_SECRET_NAMESPACE, by default the operator's own).",
);

/** Certificates to trust. */
export const caSecretRef = z.object({
  name: secretName,
  key: secretKey().optional().describe("Key of the PEM certificates. Default: every key that ends with .crt."),
});

const certificateSecretRef = z.object({
  name: secretName,
  certificateKey: secretKey().optional().describe("Key of the PEM certificate. Default: tls.crt, else user.crt."),
  privateKeyKey: secretKey().optional().describe("Key of the PEM private key. Default: tls.key, else user.key."),
});

const credentialsSecretRef = z.object({
  name: secretName,
  usernameKey: secretKey().optional().describe("Key of the user name. Default: username."),
  passwordKey: secretKey().optional().describe("Key of the password. Default: password."),
});

const clientSecretRef = z.object({
  name: secretName,
  clientIdKey: secretKey().optional().describe("Key of the OAuth client id. Default: client-id."),
  clientSecretKey: secretKey().optional().describe("Key of the OAuth client secret. Default: client-secret."),
});

const oauth = z.object({
  tokenEndpoint: formatted(
    2048,
    /^https?:[/][/][-a-zA-Z0-9._~:/?#@!$&'()*+,;=%]+$/,
    "Write the URL of the token endpoint, such as https://login.example.com/oauth2/token",
  ).describe("URL where tokens are fetched by the client credentials grant."),
  clientSecretRef: clientSecretRef.describe("Secret with the client's id and secret."),
  scope: text(1024).optional().describe("Scope to ask for. Default: none."),
  caSecretRef: caSecretRef.optional().describe("Certificates to trust for the token endpoint. Default: the system's."),
});

const sasl = z
  .object({
    mechanism: oneOf("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER").describe("SASL mechanism."),
    credentialsSecretRef: credentialsSecretRef
      .optional()
      .describe("Secret with user name and password; for PLAIN and SCRAM."),
    oauth: oauth.optional().describe("Where tokens come from; for OAUTHBEARER."),
  })
  .check(
    rule({
      cel:
        "has(self.oauth) == (self.mechanism == 'OAUTHBEARER') && has(self.credentialsSecretRef) == " +
        "(self.mechanism != 'OAUTHBEARER')",
      message: "Give oauth with the mechanism OAUTHBEARER, and credentialsSecretRef with every other, never both",
      holds: (self) =>
        (self.oauth !== undefined) === (self.mechanism === "OAUTHBEARER") &&
        (self.credentialsSecretRef !== undefined) === (self.mechanism !== "OAUTHBEARER"),
    }),
  );

const tls = z.object({
  caSecretRef: caSecretRef.optional().describe("Certificates to trust. Default: the system's."),
  certificateSecretRef: certificateSecretRef
    .optional()
    .describe("The operator's client certificate and key; with it the connection is mutual TLS."),
  serverName: formatted(253, /^[-_a-zA-Z0-9.]+$/, "Write a host name")
    .optional()
    .describe(
      "Host name to expect in the brokers' certificates. Default: the name under which each broker is reached.",
    ),
});

/** `EventBus.spec.kafka.security`. */
export const security = z
  .object({
    protocol: oneOf("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
      .optional()
      .describe("Kafka's security protocol. Default: PLAINTEXT."),
    tls: tls.optional().describe("Certificates and names; for SSL and SASL_SSL."),
    sasl: sasl.optional().describe("How the operator authenticates; for SASL_PLAINTEXT and SASL_SSL."),
    allowPlaintextCredentials: z
      .boolean()
      .optional()
      .describe(
        "Permits PLAIN or OAUTHBEARER over SASL_PLAINTEXT, and a token endpoint by http:, where anybody on the network " +
          "can read the secret. " +
          "Default: false.",
      ),
  })
  .check(
    rule({
      cel: "has(self.sasl) == (has(self.protocol) && self.protocol.startsWith('SASL_'))",
      message: "Give sasl together with the protocol SASL_PLAINTEXT or SASL_SSL, and only then",
      fieldPath: ".sasl",
      holds: (self) => (self.sasl !== undefined) === (self.protocol?.startsWith("SASL_") ?? false),
    }),
    rule({
      cel: "!has(self.tls) || (has(self.protocol) && self.protocol.endsWith('SSL'))",
      message: "Give tls only with the protocol SSL or SASL_SSL; the others are not encrypted",
      fieldPath: ".tls",
      holds: (self) => self.tls === undefined || (self.protocol?.endsWith("SSL") ?? false),
    }),
    rule({
      cel:
        "!has(self.sasl) || !has(self.protocol) || self.protocol != 'SASL_PLAINTEXT' || " +
        "self.sasl.mechanism.startsWith('SCRAM-') || (has(self.allowPlaintextCredentials) && " +
        "self.allowPlaintextCredentials)",
      message:
        "PLAIN and OAUTHBEARER over SASL_PLAINTEXT send a secret in clear text: use SASL_SSL, or set " +
        "allowPlaintextCredentials: true where the network is trusted",
      fieldPath: ".allowPlaintextCredentials",
      reason: "FieldValueForbidden",
      holds: (self) =>
        self.sasl === undefined ||
        self.protocol !== "SASL_PLAINTEXT" ||
        self.sasl.mechanism.startsWith("SCRAM-") ||
        self.allowPlaintextCredentials === true,
    }),
    rule({
      cel:
        "!has(self.sasl) || !has(self.sasl.oauth) || !self.sasl.oauth.tokenEndpoint.startsWith('http:') || " +
        "(has(self.allowPlaintextCredentials) && self.allowPlaintextCredentials)",
      message:
        "A token endpoint by http: gets the client's secret in clear text: use https:, or set " +
        "allowPlaintextCredentials: true where the network is trusted",
      fieldPath: ".allowPlaintextCredentials",
      reason: "FieldValueForbidden",
      holds: (self) =>
        self.sasl?.oauth?.tokenEndpoint.startsWith("http:") !== true || self.allowPlaintextCredentials === true,
    }),
  );
