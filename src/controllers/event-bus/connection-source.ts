// ConnectionSource: how a bus is reached, with Secrets named but not read. What spec.kafka says in one form; any other
// origin of a connection gives the same. Pure.

import type { EventBusReason } from "../../api/conditions.ts";
import type { EventBus } from "../../api/event-bus.ts";
import { keyOf } from "../../runtime/object-key.ts";
import type { Refusal } from "../plan.ts";
import type { SecretKey } from "../secrets/followed-secrets.ts";

/** Certificates to trust: those under `key`, else under every key that ends with `.crt`. */
export interface AuthoritiesSource {
  readonly secret: SecretKey;
  readonly key?: string | undefined;
}

export interface TlsSource {
  /** Undefined: those of the system. */
  readonly authorities?: AuthoritiesSource | undefined;
  /** PEM, trusted as well; they are public. */
  readonly certificates?: readonly string[] | undefined;
  /** With it the connection is mutual TLS. */
  readonly certificate?:
    | {
        readonly secret: SecretKey;
        /** Default: tls.crt, else user.crt. */
        readonly certificateKey?: string | undefined;
        /** Default: tls.key, else user.key. */
        readonly privateKeyKey?: string | undefined;
      }
    | undefined;
  readonly serverName?: string | undefined;
}

export type SaslSource =
  | {
      readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
      readonly secret: SecretKey;
      /** Known without the Secret; else it is read there. */
      readonly username?: string | undefined;
      /** Default: username. */
      readonly usernameKey?: string | undefined;
      /** Default: password. */
      readonly passwordKey?: string | undefined;
    }
  | {
      readonly mechanism: "OAUTHBEARER";
      readonly tokenEndpoint: string;
      readonly secret: SecretKey;
      /** Default: client-id. */
      readonly clientIdKey?: string | undefined;
      /** Default: client-secret. */
      readonly clientSecretKey?: string | undefined;
      readonly scope?: string | undefined;
      /** For the token endpoint. */
      readonly authorities?: AuthoritiesSource | undefined;
    };

/** A change of anything in it, or of a Secret that it names, makes another connection. */
export interface ConnectionSource {
  readonly bootstrapServers: readonly string[];
  /** Absent: not encrypted. */
  readonly tls?: TlsSource | undefined;
  /** Absent: nobody in particular. */
  readonly sasl?: SaslSource | undefined;
}

export type SourceResult =
  | { readonly kind: "source"; readonly source: ConnectionSource }
  | {
      readonly kind: "refused";
      readonly refusal: Refusal<EventBusReason>;
      /** Nothing may be written over the connection made before either. */
      readonly shutsOff?: true | undefined;
    };

/** Where the connection of a bus comes from. Reads the bus and stores, asks nobody; undefined: not for this bus. */
export type ConnectionOrigin = (bus: EventBus) => SourceResult | undefined;

/** Every Secret that the connection needs, once. */
export function secretsOf({ tls, sasl }: ConnectionSource): SecretKey[] {
  const oauth = sasl?.mechanism === "OAUTHBEARER" ? sasl.authorities?.secret : undefined;
  const all = [tls?.authorities?.secret, tls?.certificate?.secret, sasl?.secret, oauth];
  const named = all.filter((secret) => secret !== undefined);
  return [...new Map(named.map((secret) => [keyOf(secret), secret])).values()];
}

export function refused(
  reason: EventBusReason,
  message: string,
): { kind: "refused"; refusal: Refusal<EventBusReason> } {
  return { kind: "refused", refusal: { reason, message } };
}
