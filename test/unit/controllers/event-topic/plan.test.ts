import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopicStatus } from "../../../../src/api/event-topic.ts";
import type { ObservedTopic } from "../../../../src/controllers/event-topic/observe.ts";
import type { TopicPlan } from "../../../../src/controllers/event-topic/plan.ts";
import { aRetentionPolicy, anEventBus } from "../../../builders/objects.ts";
import { bound, planned as plan, type PlanGiven as Given } from "../../../builders/planned-topic.ts";
import { aTopicInKafka } from "../../../builders/topics.ts";

const absent: ObservedTopic = { kind: "absent" };

const actions = (planned: TopicPlan): object[] => planned.steps.map(({ action }) => action);
const reasons = (planned: TopicPlan): string[] => planned.refusals.map(({ reason }) => reason);

describe("planTopic() for a topic that is not there", () => {
  it("creates it with everything that is wanted, in one action", () => {
    const planned = plan(absent, {
      spec: { partitions: 3, compressionType: "lz4", config: { "flush.ms": 9 } },
      bus: anEventBus({ profile: "Development" }),
      policy: aRetentionPolicy({ retention: { time: "7d" } }),
    });
    expect(actions(planned)).to.deep.equal([
      {
        type: "createTopic",
        cause: "declared",
        topic: {
          name: "billing.usage.events",
          partitions: 3,
          replicationFactor: 1,
          configs: {
            "retention.ms": "604800000",
            "segment.ms": "60480000",
            "compression.type": "lz4",
            "max.message.bytes": "1048576",
            "min.insync.replicas": "1",
            "flush.ms": "9",
          },
        },
      },
    ]);
    expect(planned.refusals).to.deep.equal([]);
  });

  it("leaves to the broker what nobody speaks of", () => {
    const [action] = actions(plan(absent));
    expect(action).to.have.nested.property("topic.partitions", undefined);
    expect(action).to.have.nested.property("topic.replicationFactor", undefined);
    expect(action).to.have.nested.property("topic.configs").that.deep.equals({});
  });

  const refused: { readonly why: string; readonly given: Given; readonly reason: string }[] = [
    {
      why: "a limit is exceeded",
      given: { spec: { partitions: 13 }, bus: anEventBus({ limits: { maxPartitionsPerTopic: 12 } }) },
      reason: "LimitExceeded",
    },
    {
      why: "min ISR would equal the replication factor",
      given: { spec: { replicationFactor: 3, minInSyncReplicas: 3 } },
      reason: "ReplicationFactorInvalid",
    },
    { why: "its policy is not known", given: { undecided: true }, reason: "RetentionPolicyNotFound" },
    {
      why: "it asks for what its policy does not permit",
      given: { spec: { retention: { time: "1h" } }, policy: aRetentionPolicy({ retention: { time: "7d" } }) },
      reason: "PolicyViolation",
    },
    {
      why: "sizing is beyond its class",
      given: { spec: { sizing: { class: "small", maxConsumers: 9 } } },
      reason: "LimitExceeded",
    },
    {
      why: "it asks for more adoption than granted",
      given: { spec: { adoption: "Adopt" }, adoptionCeiling: "IfIdentical" },
      reason: "PolicyViolation",
    },
  ];
  for (const { why, given, reason } of refused) {
    it(`creates nothing, rather than something else, when ${why}`, () => {
      const planned = plan(absent, given);
      expect(reasons(planned)).to.deep.equal([reason]);
      expect(actions(planned)).to.deep.equal([]);
    });
  }

  it("creates a topic anew that is gone, where drift is corrected", () => {
    const planned = plan(absent, { status: bound() });
    expect(actions(planned)).to.have.nested.property("[0].cause", "drift");
  });

  for (const [why, given] of [
    ["drift is only reported", { spec: { drift: "Report" } }],
    ["the bus only reports drift", { bus: anEventBus({ drift: "Report" }) }],
    ["the bus is read-only", { bus: anEventBus({ access: "ReadOnly" }) }],
    ["the object is suspended", { spec: { suspend: true } }],
  ] as const) {
    it(`reports a topic that is gone when ${why}`, () => {
      expect(reasons(plan(absent, { ...given, status: bound() }))).to.deep.equal(["TopicMissing"]);
    });
  }

  it("does not take our own fresh create for gone", () => {
    expect(reasons(plan(absent, { status: created("2026-05-31T23:59:40Z") }))).to.deep.equal(["NotYetVisible"]);
    expect(actions(plan(absent, { status: created("2026-05-31T23:59:00Z") }))).to.have.length(1);
  });

  it("does not create a second time while it says that the first is not visible yet", () => {
    const waiting = created("2026-05-31T23:59:40Z", "NotYetVisible");
    expect(reasons(plan(absent, { status: waiting }))).to.deep.equal(["NotYetVisible"]);
    const waited = created("2026-05-31T23:59:00Z", "NotYetVisible");
    expect(actions(plan(absent, { status: waited }))).to.have.length(1);
  });

  it("does not create a second time because of what became of the rest", () => {
    const failed = created("2026-05-31T23:59:40Z", "DeadLetterFailed");
    expect(reasons(plan(absent, { status: failed }))).to.deep.equal(["NotYetVisible"]);
  });
});

describe("planTopic() for a topic of that name that is not ours yet", () => {
  const declared: Given = { spec: { partitions: 3, compressionType: "lz4" } };
  const identical = aTopicInKafka({ partitions: 3, configs: { "compression.type": "lz4", "flush.ms": "1" } });
  const different = aTopicInKafka({ partitions: 3, configs: { "compression.type": "gzip" } });

  it("binds to an identical one and writes nothing", () => {
    const planned = plan(identical, declared);
    expect(planned).to.deep.include({
      steps: [],
      refusals: [],
      binding: { topicId: "id-1", isAdopted: true, isNew: true },
    });
  });

  it("refuses one that differs, naming what", () => {
    const planned = plan(different, declared);
    expect(reasons(planned)).to.deep.equal(["AlreadyExists"]);
    expect(planned.refusals[0]?.message).to.include('compression.type "gzip", declared "lz4"');
    expect(planned.binding).to.equal(undefined);
  });

  it("with Adopt binds and brings the difference as ordinary changes", () => {
    const planned = plan(different, { spec: { ...declared.spec, adoption: "Adopt" } });
    expect(planned.binding).to.deep.equal({ topicId: "id-1", isAdopted: true, isNew: true });
    expect(actions(planned)).to.have.nested.property("[0].key", "compression.type");
  });

  it("with Never refuses even an identical one", () => {
    expect(reasons(plan(identical, { spec: { ...declared.spec, adoption: "Never" } }))).to.deep.equal([
      "AlreadyExists",
    ]);
  });

  it("judges adoption anew when another id stands where the bound topic was, and tells it", () => {
    const planned = plan(different, { ...declared, status: bound({ topicId: "id-0", managedKeys: ["flush.ms"] }) });
    expect(planned.recreation).to.deep.equal({ name: "billing.usage.events", before: "id-0" });
    expect(reasons(planned)).to.deep.equal(["AlreadyExists"]);
    expect(actions(planned)).to.deep.equal([]);
  });

  it("does not reset on the new topic what was ours on the old one", () => {
    const other = aTopicInKafka({ partitions: 3, configs: { "compression.type": "gzip", "flush.ms": "5" } });
    const status = bound({ topicId: "id-0", managedKeys: ["flush.ms"] });
    const planned = plan(other, { spec: { ...declared.spec, adoption: "Adopt" }, status });
    expect(actions(planned).map((action) => (action as { key: string }).key)).to.deep.equal(["compression.type"]);
  });
});

describe("planTopic() for our topic", () => {
  it("is empty when everything is as wanted, in whatever spelling", () => {
    const live = aTopicInKafka({ partitions: 3, configs: { "cleanup.policy": "delete,compact", "flush.ms": "+9" } });
    const planned = plan(live, {
      spec: { partitions: 3, cleanupPolicy: "compact,delete", config: { "flush.ms": "9" } },
      status: bound(),
    });
    expect(planned).to.deep.include({ steps: [], refusals: [] });
  });

  it("grows partitions, and applies the rest beside a refused decrease", () => {
    expect(actions(plan(aTopicInKafka({ partitions: 2 }), { spec: { partitions: 5 }, status: bound() }))).to.deep.equal(
      [{ type: "growPartitions", topicName: "billing.usage.events", from: 2, to: 5, cause: "declared" }],
    );
    const planned = plan(aTopicInKafka({ partitions: 6 }), {
      spec: { partitions: 3, compressionType: "zstd" },
      status: bound(),
    });
    expect(reasons(planned)).to.deep.equal(["PartitionDecreaseUnsupported"]);
    expect(actions(planned)).to.have.nested.property("[0].to", "zstd");
  });

  it("grows a keyed or compacted topic only to exactly the acknowledged number", () => {
    const keyed = { partitions: 6, partitionKey: "tenant_id" };
    const live = aTopicInKafka({ partitions: 3 });
    expect(reasons(plan(live, { spec: keyed, status: bound() }))).to.deep.equal(["PartitionGrowthNotAcknowledged"]);
    const acknowledged = (count: number): Given => ({
      spec: { ...keyed, acknowledgePartitionGrowth: count },
      status: bound(),
    });
    expect(reasons(plan(live, acknowledged(5)))).to.deep.equal(["PartitionGrowthNotAcknowledged"]);
    expect(actions(plan(live, acknowledged(6)))).to.have.length(1);
    const compacted = aTopicInKafka({ partitions: 3, configs: { "cleanup.policy": "compact" } });
    expect(reasons(plan(compacted, { spec: { partitions: 6 }, status: bound() }))).to.deep.equal([
      "PartitionGrowthNotAcknowledged",
    ]);
  });

  it("judges min ISR by the partition that has the fewest replicas", () => {
    const live = aTopicInKafka({ replicationFactor: [3, 2, 3] });
    const planned = plan(live, { spec: { minInSyncReplicas: 2 }, status: bound() });
    expect(reasons(planned)).to.deep.equal(["ReplicationFactorInvalid"]);
    expect(planned.steps).to.deep.equal([]);
  });

  it("refuses another replication factor, and judges min ISR by the live one", () => {
    const live = aTopicInKafka({ replicationFactor: 2 });
    expect(reasons(plan(live, { spec: { replicationFactor: 3 }, status: bound() }))).to.deep.equal([
      "ReplicationFactorChangeUnsupported",
    ]);
    const planned = plan(live, { spec: { minInSyncReplicas: 2 }, status: bound() });
    expect(reasons(planned)).to.deep.equal(["ReplicationFactorInvalid"]);
    expect(actions(planned)).to.deep.equal([]);
  });

  it("returns a key of ours to the broker once nobody declares it, and leaves others' keys alone", () => {
    const live = aTopicInKafka({ configs: { "flush.ms": "9", "segment.bytes": "1000000" } });
    const planned = plan(live, { status: bound({ managedKeys: ["flush.ms"] }) });
    expect(actions(planned)).to.deep.equal([
      {
        type: "changeConfig",
        topicName: "billing.usage.events",
        key: "flush.ms",
        from: "9",
        to: undefined,
        effective: "9223372036854775807",
        source: "broker",
        cause: "removed",
      },
    ]);
  });

  it("with configOwnership Full resets others' keys too, but never throttles and ignored keys", () => {
    const configs = { "flush.ms": "9", "segment.bytes": "1", "leader.replication.throttled.replicas": "0:1" };
    const planned = plan(aTopicInKafka({ configs }), {
      spec: { configOwnership: "Full" },
      bus: anEventBus({ ignoredConfigs: [{ pattern: "segment.", patternType: "prefixed" }] }),
      status: bound(),
    });
    expect(actions(planned).map((action) => (action as { key: string }).key)).to.deep.equal(["flush.ms"]);
    expect(planned.steps[0]?.action.cause).to.equal("undeclared");
  });

  it("tells drift from a new wish by what was wanted last", () => {
    const live = aTopicInKafka({ configs: { "compression.type": "gzip" } });
    const wanted = { spec: { compressionType: "lz4" as const } };
    expect(plan(live, { ...wanted, status: lastTime("lz4") }).steps[0]?.action.cause).to.equal("drift");
    expect(plan(live, { ...wanted, status: lastTime("gzip") }).steps[0]?.action.cause).to.equal("declared");
  });

  it("lets only the keys of the policy wait while it is not known which one applies", () => {
    const live = aTopicInKafka({ configs: { "retention.ms": "1", "compression.type": "gzip" } });
    const planned = plan(live, {
      undecided: true,
      spec: { retention: { time: "1h" }, compressionType: "lz4" },
      bus: anEventBus({ profile: "Development" }),
      status: bound({ managedKeys: ["retention.ms"] }),
    });
    expect(reasons(planned)).to.deep.equal(["RetentionPolicyNotFound"]);
    const keys = actions(planned).map((action) => (action as { key: string }).key);
    expect(keys).to.include("compression.type").and.not.to.include("retention.ms");
  });

  it("names the nearest known key for an unknown one, and applies the others", () => {
    const planned = plan(aTopicInKafka(), { spec: { config: { "flsh.ms": "9", "segment.ms": "5" } }, status: bound() });
    expect(reasons(planned)).to.deep.equal(["InvalidConfig"]);
    expect(planned.refusals[0]?.message).to.include('did you mean "flush.ms"');
    expect(actions(planned)).to.have.nested.property("[0].key", "segment.ms");
  });

  it("tolerates what a rule of today would refuse but which is so already", () => {
    const live = aTopicInKafka({ partitions: 20, configs: { "retention.ms": "3600000" } });
    const planned = plan(live, {
      spec: { partitions: 20, retention: { time: "1h" } },
      bus: anEventBus({ limits: { maxPartitionsPerTopic: 12 } }),
      policy: aRetentionPolicy({ retention: { time: "7d" } }),
      status: bound(),
    });
    expect(planned).to.deep.include({ steps: [], refusals: [] });
    expect(planned.notes).to.have.length(2);
  });
});

/** Ready's status is as it was long before: the topic may have been made anew. */
function created(createdAt: string, reason = "Created"): EventTopicStatus {
  const status = reason === "Created" ? "True" : "False";
  const lastTransitionTime = "2026-05-01T00:00:00Z";
  return bound({ createdAt, conditions: [{ type: "Ready", status, reason, message: "", lastTransitionTime }] });
}

function lastTime(compressionType: string): EventTopicStatus {
  return bound({ effectiveConfig: [{ key: "compression.type", value: compressionType, source: "spec" }] });
}
