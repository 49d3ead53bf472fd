// The reason of EventTopics and ConsumerGroups that are edited faster than they can be served. Words for users only.

import { NOTHING_TO_DO, type ReadyReason } from "./ready-reason.ts";

export const SUPERSEDED_REASONS = {
  Superseded: {
    ready: "False",
    beside: ["Reconciling"],
    means:
      "The spec was edited again while what it asks for was being looked at; of several edits only the newest is carried out.",
    remedy: NOTHING_TO_DO,
    wokenBy: "that newer edit",
  },
} as const satisfies Record<string, ReadyReason>;
