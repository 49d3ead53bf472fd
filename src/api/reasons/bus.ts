// Reasons that EventTopic and ConsumerGroup have in common: those that lie in their bus. Words for users only.

import { INPUT, type ReadyReason } from "./ready-reason.ts";

export const BUS_REASONS = {
  BusNotFound: {
    ready: "False",
    beside: ["Reconciling"],
    means: "The EventBus does not exist, or there is none to use by default.",
    remedy: "Create it, or create the object anew with another busRef.",
    wokenBy: "the EventBus",
  },
  BusNotReady: {
    ready: "Unknown",
    beside: ["Reconciling"],
    means: "The EventBus is not connected, and there is work to do.",
    remedy: "Look at the EventBus.",
    wokenBy: "the EventBus",
  },
  BusAmbiguous: {
    ready: "False",
    beside: ["Stalled"],
    means: "busRef is absent, and several EventBuses are there to choose from.",
    remedy: 'Set spec.busRef, or annotate one EventBus with eventbus.dev/is-default: "true".',
    wokenBy: "an edit, or an EventBus",
  },
  BusChanged: {
    ready: "False",
    beside: ["Stalled"],
    means: "busRef names another bus than the one that the object was recorded on.",
    remedy: "Set busRef back; for another bus create a new object.",
    wokenBy: INPUT,
  },
  NamespaceNotAllowed: {
    ready: "False",
    beside: ["Stalled"],
    means: "The bus does not permit this namespace to use it. What is in Kafka stays as it is.",
    remedy: "Ask the platform for an entry under the bus's spec.namespaces.",
    wokenBy: "the EventBus, or the namespace's labels",
  },
  ClusterIdMismatch: {
    ready: "False",
    beside: ["Stalled"],
    means: "Another Kafka cluster answers than the one that the object was recorded on; nothing is written.",
    remedy: "Have the platform correct the bus's address, or set its spec.expectedClusterId to the new id.",
    wokenBy: `${INPUT}, and each sweep`,
  },
} as const satisfies Record<string, ReadyReason>;
