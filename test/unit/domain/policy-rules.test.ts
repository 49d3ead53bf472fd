import { expect } from "chai";
import { describe, it } from "mocha";

import type { RetentionPolicySpec } from "../../../src/api/retention-policy.ts";
import { policyProblems } from "../../../src/domain/policy-rules.ts";

describe("policyProblems()", () => {
  const sound: { readonly why: string; readonly spec: RetentionPolicySpec }[] = [
    { why: "nothing is said", spec: {} },
    {
      why: "retention is unlimited, and so may be its parts",
      spec: {
        retention: { time: "unlimited", bytesPerPartition: "unlimited" },
        segment: { time: "7d", bytes: "1Gi" },
        tiered: { enabled: true, localTime: "unlimited" },
      },
    },
    {
      why: "parts are as large as the whole",
      spec: {
        retention: { time: "7d", bytesPerPartition: "1Gi" },
        segment: { time: "7d", bytes: "1Gi" },
        tiered: { enabled: true, localTime: "7d", localBytes: "1Gi" },
      },
    },
    { why: "parts are given without a whole", spec: { segment: { time: "30d" }, tiered: { localTime: "30d" } } },
    {
      why: "bounds are one value, which is the policy's own",
      spec: {
        retention: { time: "7d" },
        bounds: { retentionTime: { min: "7d", max: "7d" } },
      },
    },
    {
      why: "bounds have one end only",
      spec: { retention: { time: "7d" }, bounds: { retentionTime: { max: "unlimited" } } },
    },
    {
      why: "topics may choose to compact",
      spec: {
        cleanupPolicy: "delete",
        bounds: { cleanupPolicies: ["compact"] },
        compaction: { minLag: "1h" },
      },
    },
    { why: "it is not said whether to compact", spec: { compaction: { minLag: "1h", maxLag: "unlimited" } } },
    {
      why: "as many replicas must be in sync as there are, which profile Development allows",
      spec: {
        durability: { minReplicationFactor: 1, minInSyncReplicas: 1 },
      },
    },
  ];
  for (const { why, spec } of sound) {
    it(`finds none where ${why}`, () => {
      expect(policyProblems(spec)).to.deep.equal([]);
    });
  }

  const unsound: { readonly spec: RetentionPolicySpec; readonly problem: string }[] = [
    { spec: { retention: { time: "59s" } }, problem: "spec.retention.time is 59s, shorter than 1m" },
    {
      spec: { bounds: { retentionTime: { min: "14d", max: "7d" } } },
      problem: "spec.bounds.retentionTime.min 14d is more than its max 7d",
    },
    {
      spec: { bounds: { retentionBytes: { min: "unlimited", max: "1Gi" } } },
      problem: "spec.bounds.retentionBytes.min unlimited is more than its max 1Gi",
    },
    {
      spec: { retention: { time: "1d" }, bounds: { retentionTime: { min: "2d" } } },
      problem: "spec.retention.time 1d is less than spec.bounds.retentionTime.min 2d",
    },
    {
      spec: { retention: { bytesPerPartition: "unlimited" }, bounds: { retentionBytes: { max: "1Gi" } } },
      problem: "spec.retention.bytesPerPartition unlimited is more than spec.bounds.retentionBytes.max 1Gi",
    },
    {
      spec: { retention: { time: "1h" }, segment: { time: "1d" } },
      problem: "spec.segment.time 1d is more than spec.retention.time 1h: only closed segments are deleted",
    },
    {
      spec: { retention: { bytesPerPartition: "1Mi" }, segment: { bytes: "2Mi" } },
      problem:
        "spec.segment.bytes 2Mi is more than spec.retention.bytesPerPartition 1Mi: only closed segments are deleted",
    },
    {
      spec: { retention: { time: "7d" }, tiered: { enabled: true, localTime: "unlimited" } },
      problem: "spec.tiered.localTime unlimited is more than spec.retention.time 7d: local retention is a part of it",
    },
    {
      spec: { retention: { bytesPerPartition: "1Gi" }, tiered: { enabled: true, localBytes: "2Gi" } },
      problem:
        "spec.tiered.localBytes 2Gi is more than spec.retention.bytesPerPartition 1Gi: local retention is a part of it",
    },
    {
      spec: { cleanupPolicy: "delete", compaction: { dirtyRatio: 0.1 } },
      problem: 'spec.compaction is given, but spec.cleanupPolicy "delete" does not compact',
    },
    {
      spec: { cleanupPolicy: "compact,delete", tiered: { enabled: true } },
      problem:
        'spec.tiered.enabled needs spec.cleanupPolicy "delete", which is "compact,delete": Kafka moves no compacted log to ' +
        "remote storage",
    },
    {
      spec: { cleanupPolicy: "compact", compaction: { minLag: "2d", maxLag: "1d" } },
      problem: "spec.compaction.minLag 2d is more than spec.compaction.maxLag 1d: no record could be compacted in time",
    },
    {
      spec: { durability: { minReplicationFactor: 2, minInSyncReplicas: 3 } },
      problem:
        "spec.durability.minInSyncReplicas 3 is more than spec.durability.minReplicationFactor 2: a topic with so few " +
        "replicas could not be written to",
    },
  ];
  for (const { spec, problem } of unsound) {
    it(`says: ${problem}`, () => {
      expect(policyProblems(spec)).to.deep.equal([problem]);
    });
  }

  it("tells all of them", () => {
    const spec: RetentionPolicySpec = {
      retention: { time: "1h" },
      segment: { time: "1d" },
      bounds: { retentionTime: { min: "2h" } },
    };
    expect(policyProblems(spec)).to.have.length(2);
  });
});
