// How to reach one Kafka cluster and who to be there. Pure data; holds secrets, so it is never logged or serialised.

/** What the TLS handshake needs. Absent parts follow the platform's defaults. */
export interface TlsSettings {
  /** PEM certificates to trust, several during a rotation. Undefined: those of Node. */
  readonly certificateAuthorities?: readonly string[] | undefined;
  /** The client's certificate chain and private key, PEM: with it the connection is mutual TLS. */
  readonly clientCertificate?: { readonly certificate: string; readonly privateKey: string } | undefined;
  /** Host name to expect in the brokers' certificates. Undefined: the name by which each broker is reached. */
  readonly serverName?: string | undefined;
}

export type SaslCredentials =
  | {
      readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: "OAUTHBEARER"; readonly client: OauthClient };

/** Who fetches tokens where, by the client credentials grant (RFC 6749 §4.4). */
export interface OauthClient {
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string | undefined;
  /** PEM certificates to trust for the endpoint. Undefined: those of Node. */
  readonly certificateAuthorities?: readonly string[] | undefined;
}

/** Kafka's `security.protocol` with what it needs. */
export type ConnectionSecurity =
  | { readonly protocol: "PLAINTEXT" }
  | { readonly protocol: "SSL"; readonly tls: TlsSettings }
  | { readonly protocol: "SASL_PLAINTEXT"; readonly sasl: SaslCredentials }
  | { readonly protocol: "SASL_SSL"; readonly tls: TlsSettings; readonly sasl: SaslCredentials };

/** What programs that connect in the same way may be told: no secret is in it. */
export interface PublicConnection {
  readonly bootstrapServers: readonly string[];
  readonly protocol: ConnectionSecurity["protocol"];
  readonly mechanism?: SaslCredentials["mechanism"] | undefined;
  /** PEM. Undefined: nothing beyond what everybody trusts. */
  readonly certificateAuthorities?: readonly string[] | undefined;
}

export function publicPart({ bootstrapServers, security }: ConnectionSettings): PublicConnection {
  return {
    bootstrapServers,
    protocol: security.protocol,
    mechanism: "sasl" in security ? security.sasl.mechanism : undefined,
    certificateAuthorities: "tls" in security ? security.tls.certificateAuthorities : undefined,
  };
}

export interface ConnectionSettings {
  /** `host:port`, `[IPv6]:port`; at least one. Names are resolved anew at every attempt. */
  readonly bootstrapServers: readonly string[];
  readonly security: ConnectionSecurity;
}
