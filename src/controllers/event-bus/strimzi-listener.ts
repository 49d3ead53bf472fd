// Which listener of a Kafka object a bus connects to: the one that it names, else the first that fits its credentials,
// internal before external. Pure.

import type { Kafka, KafkaListener } from "../strimzi/strimzi-kinds.ts";
import { refused, type SourceResult } from "./connection-source.ts";

/** What a KafkaUser gives to show to brokers; `none` without a KafkaUser. */
export type UserKind = "none" | "tls" | "scram-sha-512";

export interface ReachableListener {
  readonly listener: KafkaListener;
  /** At least one. */
  readonly bootstrapServers: readonly string[];
  /** PEM, to be trusted beside the cluster's authorities. */
  readonly certificates: readonly string[];
}

type Refused = Extract<SourceResult, { readonly kind: "refused" }>;
export type ListenerChoice = { readonly kind: "listener"; readonly value: ReachableListener } | Refused;

export function chooseListener(kafka: Kafka, named: string | undefined, user: UserKind): ListenerChoice {
  const declared = kafka.spec?.kafka?.listeners ?? [];
  const inOrder = [
    ...declared.filter((listener) => isInternal(listener)),
    ...declared.filter((listener) => !isInternal(listener)),
  ];
  const what = nameOf(kafka);
  if (named === undefined) {
    const fitting = inOrder.find((listener) => authenticationOf(listener) === user);
    if (fitting !== undefined) return reach(kafka, fitting);
    const wanted = user === "none" ? "asks for no authentication (spec.strimzi.user is not set)" : `takes "${user}"`;
    return refused("ListenerUnsuitable", `No listener of ${what} ${wanted}; it has ${describe(declared)}`);
  }
  const listener = declared.find(({ name }) => name === named);
  if (listener === undefined) {
    return refused("StrimziNotReady", `${what} has no listener "${named}"; it has ${describe(declared)}`);
  }
  const mismatch = mismatchOf(listener, user);
  if (mismatch === undefined) return reach(kafka, listener);
  return refused("ListenerUnsuitable", `Listener "${named}" of ${what} ${mismatch}; there are ${describe(declared)}`);
}

function reach(kafka: Kafka, listener: KafkaListener): ListenerChoice {
  const { name } = listener;
  const told = kafka.status?.listeners?.find((candidate) => (candidate.name ?? candidate.type) === name);
  const bootstrapServers = (told?.bootstrapServers ?? "").split(",").filter((server) => server !== "");
  if (bootstrapServers.length === 0) {
    return refused(
      "StrimziNotReady",
      `Listener "${name}" of ${nameOf(kafka)} has no address yet; Strimzi publishes it`,
    );
  }
  return { kind: "listener", value: { listener, bootstrapServers, certificates: told?.certificates ?? [] } };
}

function mismatchOf(listener: KafkaListener, user: UserKind): string | undefined {
  const authentication = authenticationOf(listener);
  if (authentication === user) return undefined;
  if (authentication === "none") return "asks for no authentication, but spec.strimzi.user is set; take that away";
  if (authentication !== "tls" && authentication !== "scram-sha-512") {
    return (
      `authenticates by "${authentication}", for which a KafkaUser has no credentials; give the connection by ` +
      "spec.kafka, beside spec.strimzi"
    );
  }
  if (user === "none") return `asks for "${authentication}"; name a KafkaUser of that type in spec.strimzi.user`;
  return `asks for "${authentication}", but the KafkaUser gives "${user}"`;
}

/** Reached inside of the Kubernetes cluster. */
function isInternal({ type }: KafkaListener): boolean {
  return type === "internal" || type === "cluster-ip";
}

/** `none`, or the type that Strimzi knows. */
function authenticationOf({ authentication }: KafkaListener): string {
  return authentication?.type ?? "none";
}

function describe(listeners: readonly KafkaListener[]): string {
  if (listeners.length === 0) return "none";
  return listeners
    .map((listener) => `"${listener.name}" (${listener.type}, authentication ${authenticationOf(listener)})`)
    .join(", ");
}

export function nameOf({ kind, metadata }: Pick<Kafka, "kind" | "metadata">): string {
  return `${kind} "${metadata.namespace}/${metadata.name}"`;
}
