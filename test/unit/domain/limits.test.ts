import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopicSpec } from "../../../src/api/event-topic.ts";
import type { RetentionPolicySpec } from "../../../src/api/retention-policy.ts";
import { chainedConfigs, type Speakers } from "../../../src/domain/defaults-chain.ts";
import {
  objectionToConfig,
  objectionToMinInSyncReplicas,
  objectionToPartitions,
  objectionToReplicationFactor,
} from "../../../src/domain/limits.ts";
import { anEventBus } from "../../builders/objects.ts";

function speakers(given: { topic?: EventTopicSpec; policy?: RetentionPolicySpec; bus?: object } = {}): Speakers {
  return {
    topic: given.topic ?? {},
    policy: given.policy === undefined ? undefined : { name: "events", spec: given.policy },
    bus: { name: "bus", spec: anEventBus(given.bus).spec },
  };
}

describe("objectionToConfig()", () => {
  const cases: {
    readonly why: string;
    readonly key: string;
    readonly topic: EventTopicSpec;
    readonly policy?: RetentionPolicySpec;
    readonly reason?: string;
    readonly says?: string;
  }[] = [
    { why: "an own retention without a policy is free", key: "retention.ms", topic: { retention: { time: "1h" } } },
    {
      why: "less than a minute is refused",
      key: "retention.ms",
      topic: { retention: { time: "59s" } },
      reason: "InvalidConfig",
      says: "1m",
    },
    {
      why: "without bounds nothing may be overridden",
      key: "retention.ms",
      topic: { retention: { time: "8d" } },
      policy: { retention: { time: "7d" } },
      reason: "PolicyViolation",
      says: "no value of its own",
    },
    {
      why: "the policy's own value is no override",
      key: "retention.ms",
      topic: { retention: { time: "168h" } },
      policy: { retention: { time: "7d" } },
    },
    {
      why: "a value inside the bounds is allowed",
      key: "retention.ms",
      topic: { retention: { time: "30d" } },
      policy: { retention: { time: "7d" }, bounds: { retentionTime: { min: "1d", max: "30d" } } },
    },
    {
      why: "a value outside of the bounds is refused, naming them",
      key: "retention.ms",
      topic: { retention: { time: "unlimited" } },
      policy: { retention: { time: "7d" }, bounds: { retentionTime: { min: "1d", max: "30d" } } },
      reason: "PolicyViolation",
      says: "1d to 30d",
    },
    {
      why: "sizes have bounds of their own",
      key: "retention.bytes",
      topic: { retention: { bytesPerPartition: "2Gi" } },
      policy: { bounds: { retentionBytes: { max: "1Gi" } } },
      reason: "PolicyViolation",
      says: "1Gi",
    },
    {
      why: "a cleanup policy must be among the allowed",
      key: "cleanup.policy",
      topic: { cleanupPolicy: "compact" },
      policy: { cleanupPolicy: "delete", bounds: { cleanupPolicies: ["delete"] } },
      reason: "PolicyViolation",
      says: '"delete"',
    },
    {
      why: "fewer in-sync replicas than the policy's are refused",
      key: "min.insync.replicas",
      topic: { minInSyncReplicas: 1 },
      policy: { durability: { minInSyncReplicas: 2 } },
      reason: "PolicyViolation",
      says: "at least 2",
    },
    {
      why: "more in-sync replicas than the policy's are fine",
      key: "min.insync.replicas",
      topic: { minInSyncReplicas: 3 },
      policy: { durability: { minInSyncReplicas: 2 } },
    },
  ];
  for (const { why, key, topic, policy, reason, says } of cases) {
    it(why, () => {
      const given = speakers({ topic, ...(policy === undefined ? {} : { policy }) });
      const setting = chainedConfigs(given).get(key);
      expect(setting).not.to.equal(undefined);
      const objection = setting === undefined ? undefined : objectionToConfig(key, setting, given);
      expect(objection?.reason).to.equal(reason);
      if (says !== undefined) expect(objection?.message).to.include(says);
    });
  }
});

describe("limits of an EventBus", () => {
  it("allow exactly as many partitions and replicas as they say", () => {
    const given = speakers({ bus: { limits: { maxPartitionsPerTopic: 12, maxReplicationFactor: 3 } } });
    expect(objectionToPartitions(12, given)).to.equal(undefined);
    expect(objectionToPartitions(13, given)).to.include({ reason: "LimitExceeded" });
    expect(objectionToReplicationFactor(3, given)).to.equal(undefined);
    expect(objectionToReplicationFactor(4, given)).to.include({ reason: "LimitExceeded" });
  });

  it("refuse a single replica under profile Production", () => {
    expect(objectionToReplicationFactor(1, speakers({ bus: { profile: "Production" } }))).to.include({
      reason: "ReplicationFactorInvalid",
    });
    expect(objectionToReplicationFactor(1, speakers({ bus: { profile: "Development" } }))).to.equal(undefined);
  });

  it("refuse fewer replicas than the policy's class must have", () => {
    const given = speakers({ policy: { durability: { minReplicationFactor: 3 } } });
    expect(objectionToReplicationFactor(2, given)).to.include({ reason: "PolicyViolation" });
  });
});

describe("objectionToMinInSyncReplicas()", () => {
  const two = { value: "2", source: "spec" };
  it("wants fewer than there are replicas, so that one broker may be down", () => {
    expect(objectionToMinInSyncReplicas(two, 3, speakers())).to.equal(undefined);
    expect(objectionToMinInSyncReplicas(two, 2, speakers())).to.include({ reason: "ReplicationFactorInvalid" });
  });
  it("allows as many under profile Development, but never more", () => {
    const development = speakers({ bus: { profile: "Development" } });
    expect(objectionToMinInSyncReplicas(two, 2, development)).to.equal(undefined);
    expect(objectionToMinInSyncReplicas(two, 1, development)).to.include({ reason: "ReplicationFactorInvalid" });
  });
});
