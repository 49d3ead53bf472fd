// Why a RetentionPolicy is Ready or not. Words for users only.

import { NOTHING_TO_DO, type ReadyReason } from "./ready-reason.ts";

const SPEC = "an edit of the RetentionPolicy";

export const RETENTION_POLICY_REASONS = {
  Enforced: {
    ready: "True",
    beside: [],
    means:
      "The policy is in effect on every topic that it governs; topics outside its bounds are listed as violations.",
    remedy: NOTHING_TO_DO,
    wokenBy: "edits, and the topics that it governs",
  },
  Audited: {
    ready: "True",
    beside: [],
    means: "enforcement is Audit: nothing is changed, what would differ is listed under status.violations.",
    remedy: "Set enforcement: Enforce once the violations are acceptable.",
    wokenBy: "edits, and the topics that it governs",
  },
  Suspended: {
    ready: "True",
    beside: [],
    means: "spec.suspend is true: no topic is changed because of this policy.",
    remedy: "Remove spec.suspend to go on.",
    wokenBy: SPEC,
  },
  RollingOut: {
    ready: "False",
    beside: ["Reconciling"],
    means: "The last edit has not reached every topic yet; status.rollout shows how far it is.",
    remedy: "Wait; the bus's spec.rollout sets the pace.",
    wokenBy: "the topics that it governs",
  },
  RolloutPaused: {
    ready: "False",
    beside: ["Stalled"],
    means: "Brokers rejected the change on several topics, so the rest was left as it is.",
    remedy: "Look at the topics under status.rollout.topics, correct the policy, and edit it.",
    wokenBy: SPEC,
  },
  ApprovalRequired: {
    ready: "False",
    beside: ["Stalled"],
    means: "The last edit would make records deletable; status.rollout says how many, on which topics.",
    remedy: "Approve it with the annotation eventbus.dev/approve: <status.rollout.id>, or take the edit back.",
    wokenBy: "the annotation, or an edit",
  },
  InvalidPolicy: {
    ready: "False",
    beside: ["Stalled"],
    means: "Fields of the policy contradict each other, so it is not applied to anything.",
    remedy: "Correct the fields that the message names.",
    wokenBy: SPEC,
  },
} as const satisfies Record<string, ReadyReason>;
