// The origin of a connection that Strimzi's objects tell: address and trust from the Kafka object, credentials from a
// KafkaUser. Reads stores, asks nobody.

import type { EventBus, EventBusSpec } from "../../api/event-bus.ts";
import { unreadiness } from "../strimzi/strimzi-condition.ts";
import { CLUSTER_LABEL, type Kafka, type KafkaUser } from "../strimzi/strimzi-kinds.ts";
import { findKafka, storesOf, type StrimziNamespaces } from "../strimzi/strimzi-stores.ts";
import { StrimziTopics } from "../strimzi/strimzi-topics.ts";
import {
  refused,
  type ConnectionOrigin,
  type ConnectionSource,
  type SaslSource,
  type SourceResult,
  type TlsSource,
} from "./connection-source.ts";
import { chooseListener, nameOf, type ReachableListener, type UserKind } from "./strimzi-listener.ts";

type Strimzi = NonNullable<EventBusSpec["strimzi"]>;
type Refused = Extract<SourceResult, { readonly kind: "refused" }>;

/** Lets no bus connect whose KafkaTopics are not known: every write would be a guess. To stand before all other origins. */
export function strimziGate(namespaces: StrimziNamespaces): ConnectionOrigin {
  const topics = new StrimziTopics(namespaces);
  return ({ spec: { strimzi } }: EventBus) => {
    const readable = strimzi && topics.readable(strimzi);
    if (readable?.kind !== "unreadable") return undefined;
    return { ...refused("StrimziNotFound", readable.message), shutsOff: true };
  };
}

export function strimziOrigin(namespaces: StrimziNamespaces): ConnectionOrigin {
  return ({ spec: { strimzi } }: EventBus) => {
    if (strimzi === undefined) return undefined;
    const found = findKafka(namespaces, strimzi);
    if (found.kind === "unreadable") return refused("StrimziNotFound", found.message);
    const kafka = found.value;
    if (kafka === undefined) {
      const { name, namespace } = strimzi;
      return refused("StrimziNotFound", `Kafka "${namespace}/${name}" does not exist; create it, or correct its name`);
    }
    const why = unreadiness(kafka);
    if (why !== undefined) return refused("StrimziNotReady", `${nameOf(kafka)} is not ready: ${why}`);
    return connect(kafka, strimzi, namespaces);
  };
}

function connect(kafka: Kafka, strimzi: Strimzi, namespaces: StrimziNamespaces): SourceResult {
  const credentials = strimzi.user === undefined ? NOBODY : credentialsOf(strimzi.user, kafka, strimzi, namespaces);
  if (credentials.kind === "refused") return credentials;
  const chosen = chooseListener(kafka, strimzi.listener, credentials.type);
  if (chosen.kind === "refused") return chosen;
  const { bootstrapServers, listener } = chosen.value;
  const { certificate, sasl } = credentials;
  const isEncrypted = listener.tls === true;
  const source: ConnectionSource = {
    bootstrapServers,
    ...(isEncrypted && { tls: { ...trustIn(chosen.value, strimzi), certificate } }),
    ...(sasl !== undefined && { sasl }),
  };
  return { kind: "source", source };
}

/** All certificates of the Secret: while Strimzi replaces the authority, it holds the old one and the new one. */
function trustIn({ certificates }: ReachableListener, { namespace, name }: Strimzi): TlsSource {
  return { authorities: { secret: { namespace, name: `${name}-cluster-ca-cert` } }, certificates };
}

interface Credentials {
  readonly kind: "credentials";
  readonly type: UserKind;
  readonly certificate?: TlsSource["certificate"];
  readonly sasl?: SaslSource;
}

const NOBODY: Credentials = { kind: "credentials", type: "none" };

function credentialsOf(
  name: string,
  kafka: Kafka,
  strimzi: Strimzi,
  namespaces: StrimziNamespaces,
): Credentials | Refused {
  const namespace = kafka.spec?.entityOperator?.userOperator?.watchedNamespace ?? strimzi.namespace;
  const stores = storesOf(namespaces, namespace, ["KafkaUsers"]);
  if (stores.kind === "unreadable") return refused("StrimziNotFound", stores.message);
  const user = stores.value.users.get(`${namespace}/${name}`);
  if (user === undefined) {
    return refused(
      "StrimziNotFound",
      `KafkaUser "${namespace}/${name}" does not exist; create it, or correct its name`,
    );
  }
  const cluster = user.metadata.labels?.[CLUSTER_LABEL];
  if (cluster !== strimzi.name) {
    const told = cluster === undefined ? `has no label ${CLUSTER_LABEL}` : `belongs to Kafka "${cluster}"`;
    return refused("StrimziNotFound", `${nameOf(user)} ${told}; the bus needs one of Kafka "${strimzi.name}"`);
  }
  const why = unreadiness(user);
  if (why !== undefined) return refused("StrimziNotReady", `${nameOf(user)} is not ready: ${why}`);
  return shown(user, namespace);
}

function shown(user: KafkaUser, namespace: string): Credentials | Refused {
  const type = user.spec?.authentication?.type;
  const secret = { namespace, name: user.status?.secret ?? user.metadata.name };
  switch (type) {
    case "tls":
      return {
        kind: "credentials",
        type,
        certificate: { secret, certificateKey: "user.crt", privateKeyKey: "user.key" },
      };
    case "scram-sha-512": {
      const username = user.status?.username ?? user.metadata.name;
      return { kind: "credentials", type, sasl: { mechanism: "SCRAM-SHA-512", secret, username } };
    }
    default: {
      const told = type === undefined ? "has no spec.authentication" : `is of type "${type}"`;
      const message = `${nameOf(user)} ${told}, for which Strimzi makes no credentials; use "tls" or "scram-sha-512"`;
      return refused("ListenerUnsuitable", message);
    }
  }
}
