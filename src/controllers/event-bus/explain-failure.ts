// What a person can do about a connection that failed, told from what the connection was made of: which Secret, which
// field. Pure; names Secrets and says nothing that is in them.

import type { KafkaFailure } from "../../kafka/model/failure.ts";
import type { AuthoritiesSource, ConnectionSource } from "./connection-source.ts";
import { nameOf } from "./secret-name.ts";

/** The failure with a hint at the end of its message, where there is one to give. */
export function explainFailure(failure: KafkaFailure, source: ConnectionSource): KafkaFailure {
  const hint = hintFor(failure, source);
  return hint === undefined ? failure : { ...failure, message: `${failure.message}; ${hint}` };
}

function hintFor({ kind, name }: KafkaFailure, source: ConnectionSource): string | undefined {
  const hint = HINTS.get(name);
  if (hint !== undefined) return hint(source);
  const { sasl } = source;
  return kind === "authentication" ? sasl && `the credentials are those in ${nameOf(sasl.secret)}` : undefined;
}

type Hint = (source: ConnectionSource) => string | undefined;

/** By the names of failures. */
const HINTS: ReadonlyMap<string, Hint> = new Map<string, Hint>([
  ["CERTIFICATE_UNTRUSTED", ({ tls }) => trusted(tls?.authorities, "tls.caSecretRef")],
  [
    "TOKEN_ENDPOINT_UNTRUSTED",
    ({ sasl }) => trusted(sasl?.mechanism === "OAUTHBEARER" ? sasl.authorities : undefined, "sasl.oauth.caSecretRef"),
  ],
  ["CERTIFICATE_NAME_MISMATCH", () => "reach the brokers under a name that it is for, or set tls.serverName to one"],
  ["CLIENT_CERTIFICATE_REQUIRED", () => "name the Secret of one by tls.certificateSecretRef"],
  ["CLIENT_CERTIFICATE_REFUSED", ({ tls }) => tls?.certificate && `it is the one in ${nameOf(tls.certificate.secret)}`],
  ["TLS_REQUIRED", ({ sasl }) => `use the protocol ${sasl === undefined ? "SSL" : "SASL_SSL"}`],
  [
    "TLS_NOT_SPOKEN",
    ({ sasl }) => `correct the port, or use the protocol ${sasl === undefined ? "PLAINTEXT" : "SASL_PLAINTEXT"}`,
  ],
  ["SASL_REQUIRED", ({ tls }) => `use the protocol ${tls === undefined ? "SASL_PLAINTEXT" : "SASL_SSL"} with sasl`],
  [
    "ILLEGAL_SASL_STATE",
    ({ tls }) => `correct the port, or use the protocol ${tls === undefined ? "PLAINTEXT" : "SSL"}`,
  ],
  ["UNSUPPORTED_SASL_MECHANISM", ({ sasl }) => sasl && `it was asked for ${sasl.mechanism}`],
]);

function trusted(authorities: AuthoritiesSource | undefined, field: string): string {
  return authorities === undefined
    ? `trusted are the system's CAs; name the Secret of another by ${field}`
    : `trusted are the CAs in ${nameOf(authorities.secret)}`;
}
