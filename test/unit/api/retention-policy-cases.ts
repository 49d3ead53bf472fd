// What a RetentionPolicy may and may not say.

import type { CaseTable } from "./cases.ts";

export const RETENTION_POLICY_CASES: CaseTable = {
  retentionPolicy: [
    { why: "nothing: every source of defaults may be left to the next", spec: {} },
    {
      why: "all kinds of limits",
      spec: {
        retention: { time: "90d", bytesPerPartition: "unlimited" },
        cleanupPolicy: "compact,delete",
        segment: { time: "1d", bytes: "512Mi" },
        compaction: { minLag: "0s", maxLag: "unlimited", tombstoneRetention: "2d", dirtyRatio: 0.25 },
        timestamps: { type: "LogAppendTime", beforeMax: "unlimited", afterMax: "1h" },
        tiered: { enabled: false, localTime: "1d", localBytes: 0 },
        durability: { minReplicationFactor: 3, minInSyncReplicas: 2, uncleanLeaderElection: false },
        bounds: { retentionTime: { min: "30d", max: "unlimited" }, cleanupPolicies: ["delete"] },
        appliesTo: { domains: ["audit"], topicSelector: {} },
        priority: -5,
        enforcement: "Audit",
      },
    },
    {
      why: "Kafka's -1: unlimited is a word here",
      spec: { retention: { bytesPerPartition: -1 } },
      refused: ["spec.retention.bytesPerPartition: Write whole bytes"],
    },
    {
      why: "times and sizes that are none",
      spec: { retention: { time: "7 days" }, segment: { bytes: "1.5Gi", time: "unlimited" } },
      refused: [
        "spec.retention.time: Write a duration such as",
        "spec.segment.time: Write a duration such as",
        "spec.segment.bytes: Write whole bytes such as",
      ],
    },
    {
      why: "a ratio above 1",
      spec: { compaction: { dirtyRatio: 1.01 } },
      refused: ["spec.compaction.dirtyRatio: Must be at most 1"],
    },
    {
      why: "a cleanup policy in the other order: one spelling compares as equal",
      spec: { cleanupPolicy: "delete,compact" },
      refused: ['spec.cleanupPolicy: Must be one of "delete", "compact", "compact,delete"'],
    },
    {
      why: "an empty list that would select nothing and read as everything",
      spec: { appliesTo: { domains: [] } },
      refused: ["spec.appliesTo.domains: Must hold at least 1 item"],
    },
    {
      why: "steps for a guard that steps down",
      spec: { changeGuard: { onShorten: "StepDown", stepDown: { by: "1d", every: "6h" }, blockIfUnread: true } },
    },
    {
      why: "StepDown without steps",
      spec: { changeGuard: { onShorten: "StepDown" } },
      refused: ["spec.changeGuard.stepDown: Give stepDown together with onShorten: StepDown, and only then"],
    },
    {
      why: "steps that nothing takes",
      spec: { changeGuard: { stepDown: { by: "1d", every: "6h" } } },
      refused: ["spec.changeGuard.stepDown: Give stepDown together with onShorten: StepDown, and only then"],
    },
  ],
  "words that are not well formed": [
    {
      why: "names and selectors of other spellings",
      spec: {
        appliesTo: {
          busNames: ["a_b"],
          domains: ["A"],
          topicSelector: { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] },
        },
      },
      refused: [
        "spec.appliesTo.busNames[0]: Use a Kubernetes object name",
        "spec.appliesTo.domains[0]: Use lower-case letters",
        "spec.appliesTo.topicSelector.matchExpressions[0].values: Give values with the operators",
      ],
    },
  ],
};
