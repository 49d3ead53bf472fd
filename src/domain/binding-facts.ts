// What a binding is made of. Types only.

import type { ClientSettings } from "./client-settings.ts";

export interface Connection {
  /** `host:port`, at least one. */
  readonly bootstrapServers: readonly string[];
  readonly securityProtocol: "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";
  readonly saslMechanism?: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512" | "OAUTHBEARER" | undefined;
  /** PEM certificates to trust; undefined: those of the platform. */
  readonly certificateAuthorities?: string | undefined;
}

export interface BindingFacts {
  /** Of the ConsumerGroup, `namespace/name`. */
  readonly owner: string;
  readonly connection: Connection;
  readonly groupId: string;
  readonly clientId: string;
  /** Names in Kafka, as declared; none where the group declares none. */
  readonly topics: readonly string[];
  /** Beginning of the names of all topics of the bus. */
  readonly topicPrefix?: string | undefined;
  readonly settings: ClientSettings;
  readonly deadLetter?: { readonly topic?: string | undefined; readonly maxAttempts?: number | undefined } | undefined;
  /** Name of the Secret that the workload mounts for its credentials. */
  readonly credentialsSecret?: string | undefined;
  /** compression.type of producers. */
  readonly compression: string;
}
