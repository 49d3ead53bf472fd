// What `EventBus.spec.kafka.security` may and may not say.

import type { Case } from "./cases.ts";

const PATH = "spec.kafka.security";
const credentialsSecretRef = { name: "kafka-user" };
const plain = { mechanism: "PLAIN", credentialsSecretRef };
const scram = { mechanism: "SCRAM-SHA-512", credentialsSecretRef };
const oauth = { tokenEndpoint: "https://login.example.com/oauth2/token", clientSecretRef: { name: "client" } };
const bearer = { mechanism: "OAUTHBEARER", oauth };

function secured({ spec, ...rest }: Case): Case {
  return { ...rest, spec: { kafka: { bootstrapServers: ["kafka:9093"], security: spec } } };
}

const cases: readonly Case[] = [
  { why: "nothing, which is PLAINTEXT", spec: {} },
  { why: "TLS with the system's certificates", spec: { protocol: "SSL" } },
  {
    why: "mutual TLS",
    spec: { protocol: "SSL", tls: { caSecretRef: { name: "ca" }, certificateSecretRef: { name: "client" } } },
  },
  { why: "SCRAM over TLS", spec: { protocol: "SASL_SSL", sasl: scram } },
  { why: "SCRAM in clear text, which never shows the password", spec: { protocol: "SASL_PLAINTEXT", sasl: scram } },
  { why: "PLAIN over TLS", spec: { protocol: "SASL_SSL", sasl: plain } },
  { why: "OAUTHBEARER over TLS", spec: { protocol: "SASL_SSL", sasl: bearer } },
  {
    why: "PLAIN in clear text",
    spec: { protocol: "SASL_PLAINTEXT", sasl: plain },
    refused: [`${PATH}.allowPlaintextCredentials: PLAIN and OAUTHBEARER over SASL_PLAINTEXT send a secret`],
  },
  {
    why: "OAUTHBEARER in clear text although it is said not to be allowed",
    spec: { protocol: "SASL_PLAINTEXT", sasl: bearer, allowPlaintextCredentials: false },
    refused: [`${PATH}.allowPlaintextCredentials: PLAIN and OAUTHBEARER over SASL_PLAINTEXT send a secret`],
  },
  {
    why: "a token endpoint in clear text",
    spec: {
      protocol: "SASL_SSL",
      sasl: { mechanism: "OAUTHBEARER", oauth: { ...oauth, tokenEndpoint: "http://login.example.com/token" } },
    },
    refused: [`${PATH}.allowPlaintextCredentials: A token endpoint by http: gets the client's secret in clear text`],
  },
  {
    why: "a token endpoint in clear text where that is allowed",
    spec: {
      protocol: "SASL_SSL",
      allowPlaintextCredentials: true,
      sasl: { mechanism: "OAUTHBEARER", oauth: { ...oauth, tokenEndpoint: "http://login.example.com/token" } },
    },
  },
  {
    why: "PLAIN in clear text where that is allowed",
    spec: { protocol: "SASL_PLAINTEXT", sasl: plain, allowPlaintextCredentials: true },
  },
  {
    why: "sasl without a SASL protocol",
    spec: { protocol: "SSL", sasl: scram },
    refused: [`${PATH}.sasl: Give sasl together with the protocol SASL_PLAINTEXT or SASL_SSL`],
  },
  {
    why: "a SASL protocol without sasl",
    spec: { protocol: "SASL_SSL" },
    refused: [`${PATH}.sasl: Give sasl together with the protocol SASL_PLAINTEXT or SASL_SSL`],
  },
  {
    why: "tls without encryption",
    spec: { tls: { serverName: "kafka" } },
    refused: [`${PATH}.tls: Give tls only with the protocol SSL or SASL_SSL`],
  },
  {
    why: "OAUTHBEARER without a token endpoint",
    spec: { protocol: "SASL_SSL", sasl: { mechanism: "OAUTHBEARER" } },
    refused: [`${PATH}.sasl: Give oauth with the mechanism OAUTHBEARER`],
  },
  {
    why: "SCRAM with two sources of credentials",
    spec: { protocol: "SASL_SSL", sasl: { ...scram, oauth } },
    refused: [`${PATH}.sasl: Give oauth with the mechanism OAUTHBEARER`],
  },
  {
    why: "a token endpoint that is no URL",
    spec: { protocol: "SASL_SSL", sasl: { ...bearer, oauth: { ...oauth, tokenEndpoint: "login.example.com" } } },
    refused: [`${PATH}.sasl.oauth.tokenEndpoint: Write the URL`],
  },
  {
    why: "a namespace of a Secret: all are read in the operator's own",
    spec: { protocol: "SSL", tls: { caSecretRef: { name: "ca", namespace: "kube-system" } } },
    refused: [`${PATH}.tls.caSecretRef.namespace: Remove this field`],
  },
];

export const SECURITY_CASES: readonly Case[] = cases.map(secured);
