// Why an EventBus is Ready or not. Words for users only.

import { NOTHING_TO_DO, type ReadyReason } from "./ready-reason.ts";

const SPEC = "an edit of the EventBus";
const SECRET = "a change of the Secret, or an edit of the EventBus";

export const EVENT_BUS_REASONS = {
  Connected: {
    ready: "True",
    beside: [],
    means: "The cluster answers, and it is the expected one.",
    remedy: NOTHING_TO_DO,
    wokenBy: "the next sweep, and edits",
  },
  Suspended: {
    ready: "True",
    beside: [],
    means: "spec.suspend is true: the cluster is watched, but nothing in it is changed.",
    remedy: "Remove spec.suspend to go on.",
    wokenBy: SPEC,
  },
  Unreachable: {
    ready: "False",
    beside: ["Reconciling"],
    means: "No broker answers under the addresses given; topics keep their last status.",
    remedy: "Check spec.kafka.bootstrapServers, DNS, network policies and whether the brokers run.",
    wokenBy: "the operator's own attempts, at most one a second",
  },
  AuthenticationFailed: {
    ready: "False",
    beside: ["Stalled"],
    means: "The brokers refuse the user name, password, token or certificate.",
    remedy: "Check the user in Kafka, the SASL mechanism and the Secret that spec.kafka.security names.",
    wokenBy: `${SECRET}, and the operator's own attempts`,
  },
  TLSFailed: {
    ready: "False",
    beside: ["Stalled"],
    means: "The TLS handshake fails: the brokers' certificate is not trusted, not valid for the name, or not expected.",
    remedy: "Check spec.kafka.security.tls (caSecretRef, serverName), the protocol and the brokers' certificates.",
    wokenBy: `${SECRET}, and the operator's own attempts`,
  },
  ClusterIdMismatch: {
    ready: "False",
    beside: ["Stalled"],
    means: "Another Kafka cluster answers than the one that this bus is pinned to; nothing is written to it.",
    remedy: "If the address is wrong, correct it; if the move is meant, set spec.expectedClusterId to the new id.",
    wokenBy: SPEC,
  },
  SecretNotFound: {
    ready: "False",
    beside: ["Reconciling"],
    means: "A Secret that spec names does not exist in the operator's secret namespace, or may not be read.",
    remedy:
      "Create it there, correct the name, or grant the operator get, list and watch (config/rbac/role-secrets.yaml).",
    wokenBy: "the Secret, and the operator's own attempts",
  },
  InvalidSecret: {
    ready: "False",
    beside: ["Stalled"],
    means: "A Secret lacks a key that is needed, or holds no valid certificate or key.",
    remedy: "Correct the Secret; the message names the key.",
    wokenBy: SECRET,
  },
  StrimziNotFound: {
    ready: "False",
    beside: ["Reconciling"],
    means: "The Kafka or KafkaUser object that spec.strimzi names does not exist, or may not be read.",
    remedy:
      "Correct the name, or have the namespace listed in EVENTBUS_STRIMZI_NAMESPACES and the Role of config/strimzi granted there.",
    wokenBy: "that object, and the operator's own attempts",
  },
  StrimziNotReady: {
    ready: "False",
    beside: ["Reconciling"],
    means: "Strimzi has not yet published the listener's address, the cluster's CA or the user's credentials.",
    remedy: "Wait, or look at the status of the Kafka and KafkaUser objects.",
    wokenBy: "that object",
  },
  ListenerUnsuitable: {
    ready: "False",
    beside: ["Stalled"],
    means:
      "No listener of Strimzi's Kafka object, or not the one named, takes the credentials that spec.strimzi leads to.",
    remedy:
      "Name another listener or KafkaUser; where Strimzi's users cannot log in (oauth, custom), give the connection by spec.kafka, beside spec.strimzi.",
    wokenBy: `that object, and ${SPEC}`,
  },
  InsufficientPermissions: {
    ready: "False",
    beside: ["Stalled"],
    means: "The operator's user may not do in Kafka what managing topics needs.",
    remedy: "Grant the operations that the message names to the operator's user.",
    wokenBy: "the next sweep, and edits",
  },
} as const satisfies Record<string, ReadyReason>;
