import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventBusSpec } from "../../../src/api/event-bus.ts";
import type { EventTopicSpec } from "../../../src/api/event-topic.ts";
import type { RetentionPolicySpec } from "../../../src/api/retention-policy.ts";
import { chainedConfigs, POLICY_KEYS, type Speakers } from "../../../src/domain/defaults-chain.ts";

function speakers(topic: EventTopicSpec, policy?: RetentionPolicySpec, bus: Partial<EventBusSpec> = {}): Speakers {
  return {
    topic,
    policy: policy === undefined ? undefined : { name: "events", spec: policy },
    bus: { name: "bus", spec: { kafka: { bootstrapServers: ["k:9092"] }, ...bus } },
  };
}

function values(given: Speakers): Record<string, string> {
  return Object.fromEntries(
    [...chainedConfigs(given)].map(([key, { value, source }]) => [key, `${value} (${source})`]),
  );
}

describe("chainedConfigs()", () => {
  it("sets nothing that nobody speaks of", () => {
    expect(values(speakers({}))).to.deep.equal({});
  });

  it("resolves field, then policy, then bus defaults, then profile", () => {
    const bus: Partial<EventBusSpec> = {
      profile: "Production",
      topicDefaults: { compressionType: "zstd", minInSyncReplicas: 1 },
    };
    expect(values(speakers({}, undefined, { profile: "Production" }))).to.deep.equal({
      "retention.ms": "2592000000 (profile)",
      "compression.type": "snappy (profile)",
      "max.message.bytes": "1048576 (profile)",
      "min.insync.replicas": "2 (profile)",
    });
    expect(values(speakers({}, undefined, bus))).to.include({
      "compression.type": "zstd (EventBus/bus)",
      "min.insync.replicas": "1 (EventBus/bus)",
    });
    const policy: RetentionPolicySpec = { retention: { time: "90d" }, durability: { minInSyncReplicas: 3 } };
    expect(values(speakers({}, policy, bus))).to.include({
      "retention.ms": "7776000000 (RetentionPolicy/events)",
      "min.insync.replicas": "3 (RetentionPolicy/events)",
    });
    const topic: EventTopicSpec = { retention: { time: "1h" }, compressionType: "producer", minInSyncReplicas: 4 };
    expect(values(speakers(topic, policy, bus))).to.include({
      "retention.ms": "3600000 (spec)",
      "compression.type": "producer (spec)",
      "min.insync.replicas": "4 (spec)",
    });
  });

  it("speaks Kafka's units: milliseconds, bytes, and -1 or the greatest long for unlimited", () => {
    const policy: RetentionPolicySpec = {
      retention: { time: "unlimited", bytesPerPartition: "10Gi" },
      compaction: { maxLag: "unlimited", minLag: "1m", tombstoneRetention: "1d", dirtyRatio: 0.25 },
      tiered: { enabled: true, localTime: "2h", localBytes: "unlimited" },
      durability: { uncleanLeaderElection: false },
    };
    expect(values(speakers({}, policy))).to.deep.equal({
      "retention.ms": "-1 (RetentionPolicy/events)",
      "retention.bytes": "10737418240 (RetentionPolicy/events)",
      "min.compaction.lag.ms": "60000 (RetentionPolicy/events)",
      "max.compaction.lag.ms": "9223372036854775807 (RetentionPolicy/events)",
      "delete.retention.ms": "86400000 (RetentionPolicy/events)",
      "min.cleanable.dirty.ratio": "0.25 (RetentionPolicy/events)",
      "remote.storage.enable": "true (RetentionPolicy/events)",
      "local.retention.ms": "7200000 (RetentionPolicy/events)",
      "local.retention.bytes": "-1 (RetentionPolicy/events)",
      "unclean.leader.election.enable": "false (RetentionPolicy/events)",
    });
  });

  it("takes spec.config as it is, and objects to a key that the policy decides", () => {
    const topic: EventTopicSpec = { config: { "segment.bytes": 1048576, "flush.ms": "9" } };
    const free = chainedConfigs(speakers(topic, { retention: { time: "7d" } }));
    expect(free.get("segment.bytes")).to.deep.equal({ value: "1048576", source: "spec" });
    const decided = chainedConfigs(speakers(topic, { segment: { bytes: "1Gi" } }));
    expect(decided.get("segment.bytes")?.objection).to.include({ reason: "PolicyViolation" });
    expect(decided.get("flush.ms")?.objection).to.equal(undefined);
  });

  it("knows which keys wait for the choice of a policy", () => {
    expect([...POLICY_KEYS]).to.include.members(["retention.ms", "retention.bytes", "cleanup.policy", "segment.ms"]);
    expect([...POLICY_KEYS]).not.to.include("compression.type");
  });
});
