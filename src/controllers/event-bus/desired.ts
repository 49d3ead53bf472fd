// How a bus is to be connected: what its source names, with the Secrets' values put in, or why that cannot be. Pure. What
// it returns holds secrets; what it says of them are names of Secrets and keys.

import type { ConnectionSettings, SaslCredentials, TlsSettings } from "../../kafka/model/connection.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { SecretContent, SecretKey } from "../secrets/followed-secrets.ts";
import { keyProblem, readCertificates, validityProblem } from "./certificates.ts";
import {
  refused,
  type AuthoritiesSource,
  type ConnectionSource,
  type SaslSource,
  type SourceResult,
  type TlsSource,
} from "./connection-source.ts";
import { nameOf } from "./secret-name.ts";

export type DesiredConnection =
  | { readonly kind: "connection"; readonly settings: ConnectionSettings }
  | Extract<SourceResult, { readonly kind: "refused" }>;

/** Contents by `keyOf` of each Secret that the source names. */
export type SecretContents = ReadonlyMap<string, SecretContent>;

/** A Secret does not hold what it should; the message names it, its key, and what is wrong. */
class SecretProblem extends Error {
  override readonly name = "SecretProblem";
}

export function desiredConnection(
  source: ConnectionSource,
  contents: SecretContents,
  nowMs: number,
): DesiredConnection {
  const { bootstrapServers, sasl } = source;
  const secrets = new Values(contents, nowMs);
  try {
    const tls = source.tls && tlsSettings(source.tls, secrets);
    const credentials = sasl && credentialsOf(sasl, secrets);
    const settings = { bootstrapServers, security: securityOf(tls, credentials) };
    return { kind: "connection", settings };
  } catch (error) {
    if (error instanceof SecretProblem) return refused("InvalidSecret", error.message);
    throw error;
  }
}

function securityOf(tls: TlsSettings | undefined, sasl: SaslCredentials | undefined): ConnectionSettings["security"] {
  if (tls !== undefined) return sasl === undefined ? { protocol: "SSL", tls } : { protocol: "SASL_SSL", tls, sasl };
  return sasl === undefined ? { protocol: "PLAINTEXT" } : { protocol: "SASL_PLAINTEXT", sasl };
}

function tlsSettings(source: TlsSource, secrets: Values): TlsSettings {
  const { authorities, certificate, certificates = [], serverName } = source;
  return {
    certificateAuthorities: authorities && withOthers(secrets.authorities(authorities), certificates),
    clientCertificate: certificate && secrets.clientCertificate(certificate),
    serverName,
  };
}

/** Each certificate once; what cannot be read of those that come besides is no reason to trust less. */
function withOthers(authorities: readonly string[], others: readonly string[]): readonly string[] {
  const read = others.map((pem) => readCertificates(pem));
  const certificates = read.flatMap((found) => (found.kind === "certificates" ? found.all.map(String) : []));
  return [...new Set([...authorities, ...certificates])];
}

function credentialsOf(sasl: SaslSource, secrets: Values): SaslCredentials {
  const { secret } = sasl;
  if (sasl.mechanism === "OAUTHBEARER") {
    const { mechanism, tokenEndpoint, scope, authorities } = sasl;
    const client = {
      tokenEndpoint,
      clientId: secrets.line(secret, sasl.clientIdKey ?? "client-id"),
      clientSecret: secrets.line(secret, sasl.clientSecretKey ?? "client-secret"),
      scope,
      certificateAuthorities: authorities && secrets.authorities(authorities),
    };
    return { mechanism, client };
  }
  return {
    mechanism: sasl.mechanism,
    username: sasl.username ?? secrets.line(secret, sasl.usernameKey ?? "username"),
    password: secrets.line(secret, sasl.passwordKey ?? "password"),
  };
}

/** Values out of Secrets, each checked for what it is to be. */
class Values {
  readonly #contents: SecretContents;
  readonly #nowMs: number;

  constructor(contents: SecretContents, nowMs: number) {
    this.#contents = contents;
    this.#nowMs = nowMs;
  }

  /** The text under the first of the keys that is there. */
  text(secret: SecretKey, ...keys: readonly string[]): { readonly key: string; readonly text: string } {
    const content = this.#content(secret);
    const key = keys.find((candidate) => content.has(candidate));
    if (key === undefined) {
      const wanted = keys.map((candidate) => `"${candidate}"`).join(" or ");
      throw new SecretProblem(`${nameOf(secret)} has no key ${wanted}; ${describeKeys(content)}`);
    }
    const text = content.get(key) ?? "";
    if (text === "") throw new SecretProblem(`${nameOf(secret)} is empty under key "${key}"`);
    return { key, text };
  }

  /** A name or a password. */
  line(secret: SecretKey, key: string): string {
    const { text } = this.text(secret, key);
    if (/[\r\n]$/.test(text)) {
      throw new SecretProblem(
        `${nameOf(secret)} ends with a line break under key "${key}"; store the value without it`,
      );
    }
    return text;
  }

  authorities({ secret, key }: AuthoritiesSource): readonly string[] {
    const keys = key === undefined ? [...this.#content(secret).keys()].filter((name) => name.endsWith(".crt")) : [key];
    if (keys.length === 0) {
      throw new SecretProblem(
        `${nameOf(secret)} has no key that ends with ".crt"; ${describeKeys(this.#content(secret))}`,
      );
    }
    const all = keys.toSorted().flatMap((name) => {
      const found = readCertificates(this.text(secret, name).text);
      if (found.kind === "invalid") throw new SecretProblem(`${nameOf(secret)} ${found.why} under key "${name}"`);
      return found.all;
    });
    // Of several, as in a rotation, one that is valid is enough.
    const problems = all.map((certificate) => validityProblem(certificate, this.#nowMs));
    const problem = problems.includes(undefined) ? undefined : problems[0];
    if (problem !== undefined) throw new SecretProblem(`The CA certificate in ${nameOf(secret)} ${problem}; renew it`);
    return all.map(String);
  }

  clientCertificate(source: NonNullable<TlsSource["certificate"]>): NonNullable<TlsSettings["clientCertificate"]> {
    const { secret, certificateKey, privateKeyKey } = source;
    const certificate = this.text(
      secret,
      ...(certificateKey === undefined ? ["tls.crt", "user.crt"] : [certificateKey]),
    );
    const key = this.text(secret, ...(privateKeyKey === undefined ? ["tls.key", "user.key"] : [privateKeyKey]));
    const found = readCertificates(certificate.text);
    if (found.kind === "invalid") {
      throw new SecretProblem(`${nameOf(secret)} ${found.why} under key "${certificate.key}"`);
    }
    const own = found.all[0];
    if (own === undefined) throw new SecretProblem(`${nameOf(secret)} holds no certificate`);
    const mismatch = keyProblem(key.text, own);
    if (mismatch !== undefined) {
      const beside = `; it must be the one of key "${certificate.key}"`;
      throw new SecretProblem(`${nameOf(secret)} ${mismatch} under key "${key.key}"${beside}`);
    }
    const problem = validityProblem(own, this.#nowMs);
    if (problem !== undefined) {
      throw new SecretProblem(
        `The certificate under key "${certificate.key}" of ${nameOf(secret)} ${problem}; renew it`,
      );
    }
    return { certificate: certificate.text, privateKey: key.text };
  }

  #content(secret: SecretKey): SecretContent {
    return this.#contents.get(keyOf(secret)) ?? new Map();
  }
}

function describeKeys(content: SecretContent): string {
  if (content.size === 0) return "it holds nothing";
  const names = [...content.keys()].toSorted().map((key) => `"${key}"`);
  return `it holds ${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}`;
}
