// Reasons of EventTopics and ConsumerGroups that lie in the rights they declare. Words for users only.

import { INPUT, type ReadyReason } from "./ready-reason.ts";

export const ACCESS_REASONS = {
  AccessPending: {
    ready: "False",
    beside: ["Reconciling"],
    means: "Rights in Kafka that the object declares are not granted yet, or not taken away; everything else is done.",
    remedy: "Wait; where it lasts, look at the EventBus and the brokers.",
    wokenBy: "the operator's own attempts",
  },
  AccessNotGranted: {
    ready: "False",
    beside: ["Stalled"],
    means: "Rights in Kafka that the object declares cannot be granted or taken away; everything else is done.",
    remedy: "Do what the message says.",
    wokenBy: `${INPUT}, and each sweep`,
  },
} as const satisfies Record<string, ReadyReason>;
