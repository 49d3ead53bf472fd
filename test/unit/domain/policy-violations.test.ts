import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopicSpec, EventTopicStatus } from "../../../src/api/event-topic.ts";
import type { RetentionPolicySpec } from "../../../src/api/retention-policy.ts";
import { auditedKeys, policyViolation } from "../../../src/domain/policy-violations.ts";
import { anEventTopic } from "../../builders/objects.ts";

const DAY_MS = 86_400_000;

/** As the status lists configuration. */
function live(configs: Readonly<Record<string, string>>, more: EventTopicStatus = {}): EventTopicStatus {
  const effectiveConfig = Object.entries(configs).map(([key, value]) => ({ key, value, source: "broker" }));
  return { ...more, effectiveConfig };
}

describe("policyViolation()", () => {
  const cases: {
    readonly why: string;
    readonly policy: RetentionPolicySpec;
    readonly topic?: Partial<EventTopicSpec>;
    readonly status: EventTopicStatus;
    readonly violation: readonly string[];
  }[] = [
    {
      why: "none where the topic is as the policy says",
      policy: { retention: { time: "5d" } },
      status: live({ "retention.ms": String(5 * DAY_MS), "segment.ms": String(DAY_MS / 2) }),
      violation: [],
    },
    {
      why: "each value that differs, those that are derived too",
      policy: { retention: { time: "5d" }, cleanupPolicy: "compact,delete" },
      status: live({ "retention.ms": "1", "segment.ms": "2", "cleanup.policy": "delete,compact" }),
      violation: [
        'retention.ms is "1", the policy wants "432000000"',
        'segment.ms is "2", the policy wants "43200000"',
      ],
    },
    {
      why: "none of a value that is not known",
      policy: { retention: { time: "5d" } },
      status: live({}),
      violation: [],
    },
    {
      why: "none of an override within the bounds",
      policy: { retention: { time: "5d" }, bounds: { retentionTime: { max: "9d" } } },
      topic: { retention: { time: "9d" } },
      status: live({ "retention.ms": String(9 * DAY_MS) }),
      violation: [],
    },
    {
      why: "an override that breaks bounds which were tightened after it",
      policy: { retention: { time: "5d" }, bounds: { retentionTime: { max: "7d" } } },
      topic: { retention: { time: "9d" } },
      status: live({ "retention.ms": String(9 * DAY_MS) }),
      violation: ["0s to 7d"],
    },
    {
      why: "a free key that the policy decides",
      policy: { segment: { bytes: "16Mi" } },
      topic: { config: { "segment.bytes": 1_048_576 } },
      status: live({ "segment.bytes": "1048576" }),
      violation: ["decides that key"],
    },
    {
      why: "too few replicas",
      policy: { durability: { minReplicationFactor: 3 } },
      status: live({}, { replicationFactor: 2 }),
      violation: ["at least 3"],
    },
    {
      why: "none of enough replicas, in whatever spelling values come",
      policy: { durability: { minReplicationFactor: 2 }, compaction: { dirtyRatio: 0.5 } },
      status: live({ "min.cleanable.dirty.ratio": "0.50" }, { replicationFactor: 2 }),
      violation: [],
    },
    {
      why: "nothing that the policy does not speak of",
      policy: { retention: { time: "5d" } },
      topic: { compressionType: "lz4", config: { "flush.ms": 5 } },
      status: live({ "compression.type": "gzip", "flush.ms": "7", "retention.ms": String(5 * DAY_MS) }),
      violation: [],
    },
  ];
  for (const { why, policy, topic = {}, status, violation } of cases) {
    it(`tells ${why}`, () => {
      const told = policyViolation({ name: "events", spec: policy }, anEventTopic(topic, {}, status));
      if (violation.length === 0) expect(told).to.equal(undefined);
      for (const part of violation) expect(told).to.include(part);
    });
  }
});

describe("auditedKeys()", () => {
  it("names what the policy decides, and what follows from it", () => {
    const policy = { name: "events", spec: { retention: { time: "5d" }, cleanupPolicy: "delete" as const } };
    const keys = auditedKeys(policy, anEventTopic({ config: { "flush.ms": 5 } }));
    expect(keys).to.have.members(["retention.ms", "cleanup.policy", "segment.ms"]);
  });
});
