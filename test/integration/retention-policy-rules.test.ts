import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { RetentionPolicy } from "../../src/api/retention-policy.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

const DAY_MS = 86_400_000;

describe("What a RetentionPolicy says, is told, and refuses", function () {
  this.timeout(60_000);
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({ bus: { profile: "Development", resyncInterval: "300ms" } });
  });
  after(() => operator.stop());

  const configOf = (name: string): Promise<Record<string, string | null>> =>
    operator.probe.topicConfig(operator.topicName(name));
  /** Counts are renewed every ten seconds. */
  const policyTells = (name: string, expectation: (policy: RetentionPolicy) => void): Promise<RetentionPolicy> =>
    eventually(() => operator.policy(name), expectation, 30_000);

  it("arrives in Kafka with every field that a broker without remote storage takes", async () => {
    await operator.createPolicy("full", {
      retention: { time: "9d", bytesPerPartition: "2Gi" },
      cleanupPolicy: "compact,delete",
      segment: { time: "1d", bytes: "16Mi" },
      compaction: { minLag: "1h", maxLag: "2d", tombstoneRetention: "3d", dirtyRatio: 0.25 },
      timestamps: { type: "LogAppendTime", beforeMax: "unlimited", afterMax: "1h" },
      durability: { minReplicationFactor: 1, minInSyncReplicas: 1, uncleanLeaderElection: true },
      appliesTo: { domains: ["full"] },
    });
    await operator.createTopic("full");
    await eventually(() => operator.topic("full"), ready("True", "Created"));
    expect(await configOf("full")).to.include({
      "retention.ms": String(9 * DAY_MS),
      "retention.bytes": String(2 * 1024 ** 3),
      "cleanup.policy": "compact,delete",
      "segment.ms": String(DAY_MS),
      "segment.bytes": String(16 * 1024 ** 2),
      "min.compaction.lag.ms": String(DAY_MS / 24),
      "max.compaction.lag.ms": String(2 * DAY_MS),
      "delete.retention.ms": String(3 * DAY_MS),
      "min.cleanable.dirty.ratio": "0.25",
      "message.timestamp.type": "LogAppendTime",
      "message.timestamp.before.max.ms": "9223372036854775807",
      "message.timestamp.after.max.ms": String(DAY_MS / 24),
      "min.insync.replicas": "1",
      "unclean.leader.election.enable": "true",
    });
  });

  it("contradicting itself is applied to nothing: a new topic waits, and one that exists keeps what it has", async () => {
    const contradiction = { segment: { time: "8d" } };
    const scope = { appliesTo: { domains: ["broken", "sound"] } };
    await operator.createPolicy("broken", { retention: { time: "7d" }, ...scope });
    await operator.createTopic("sound");
    await eventually(() => operator.topic("sound"), ready("True", "Created"));
    await operator.patchPolicy("broken", { spec: contradiction });
    const policy = await eventually(() => operator.policy("broken"), ready("False", "InvalidPolicy"));
    expect(policy.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Stalled"]);
    expect(policy.status?.conditions?.[0]?.message).to.include(
      "spec.segment.time 8d is more than spec.retention.time 7d",
    );
    await operator.createTopic("broken");
    const waiting = await eventually(() => operator.topic("broken"), ready("False", "RetentionPolicyInvalid"));
    expect(waiting.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Reconciling"]);
    expect(await operator.probe.describeTopic(operator.topicName("broken"))).to.equal(null);
    await eventually(() => operator.topic("sound"), ready("False", "RetentionPolicyInvalid"));
    expect((await configOf("sound"))["retention.ms"]).to.equal(String(7 * DAY_MS));
    await thenNothing(operator, ["sound", "broken"]);
    await operator.patchPolicy("broken", { spec: { segment: null } });
    await eventually(() => operator.topic("broken"), ready("True", "Created"));
    await eventually(() => operator.topic("sound"), ready("True", "UpToDate"));
  });

  it("only audited lists what would differ, without a write to Kafka, and brings it when it is enforced", async () => {
    await operator.createTopic("audited", { config: { "segment.bytes": 1_048_576 } });
    await operator.createTopic("alike", { retention: { time: "1d" } });
    for (const name of ["audited", "alike"]) await eventually(() => operator.topic(name), ready("True", "Created"));
    const before = await operator.writes();
    await operator.createPolicy("audited", {
      retention: { time: "1d" },
      segment: { time: "7d" },
      bounds: { retentionTime: { max: "2d" } },
      enforcement: "Audit",
      appliesTo: { domains: ["audited", "alike"] },
    });
    // A segment may not be longer than the retention: this is told of an audited policy as well.
    await eventually(() => operator.policy("audited"), ready("False", "InvalidPolicy"));
    await operator.patchPolicy("audited", { spec: { segment: { time: "1h" } } });
    const policy = await policyTells("audited", ({ status }) =>
      expect(status?.topics).to.deep.equal({ matched: 2, compliant: 0, pending: 0 }),
    );
    ready("True", "Audited")(policy);
    expect(policy.status?.violations?.map(({ name, message }) => [name, message])).to.deep.equal([
      ["alike", 'segment.ms is "604800000", the policy wants "3600000"'],
      [
        "audited",
        'retention.ms is "604800000", the policy wants "86400000". segment.ms is "604800000", the policy wants "3600000"',
      ],
    ]);
    expect((await operator.writes()).kafka).to.equal(before.kafka);
    await operator.patchPolicy("audited", { spec: { enforcement: "Enforce" } });
    await eventually(
      () => configOf("audited"),
      (config) => expect(config).to.include({ "retention.ms": String(DAY_MS), "segment.ms": "3600000" }),
    );
    const enforced = await policyTells("audited", ready("True", "Enforced"));
    expect(enforced.status?.topics).to.deep.equal({ matched: 2, compliant: 2, pending: 0 });
    expect(enforced.status?.violations).to.equal(undefined);
  });

  it("with bounds that are tightened later judges changes only: what is there stays, and is told", async () => {
    await operator.createPolicy("bounded", {
      retention: { time: "5d" },
      bounds: { retentionTime: { max: "14d" } },
      appliesTo: { domains: ["bounded"] },
    });
    await operator.createTopic("bounded", { retention: { time: "14d" } });
    await eventually(() => operator.topic("bounded"), ready("True", "Created"));
    await operator.patchPolicy("bounded", { spec: { bounds: { retentionTime: { max: "7d" } } } });
    const policy = await policyTells("bounded", ({ status }) => expect(status?.violations).to.have.length(1));
    expect(policy.status?.violations?.[0]?.message).to.include("spec.retention.time is 14d").and.include("0s to 7d");
    await operator.patchTopic("bounded", { spec: { config: { "flush.ms": 5 } } });
    const topic = await eventually(() => operator.topic("bounded"), ready("True", "UpToDate"));
    expect(topic.status?.conditions?.[0]?.message).to.include("Tolerated");
    await operator.patchTopic("bounded", { spec: { retention: { time: "13d" } } });
    await eventually(() => operator.topic("bounded"), ready("False", "PolicyViolation"));
    expect((await configOf("bounded"))["retention.ms"]).to.equal(String(14 * DAY_MS));
    await operator.patchTopic("bounded", { spec: { retention: { time: "7d" } } });
    await eventually(() => operator.topic("bounded"), ready("True", "UpToDate"));
    await policyTells("bounded", ({ status }) => expect(status?.violations).to.equal(undefined));
  });

  it("reaches what it comes to select, and leaves to the next source what it selects no longer", async () => {
    await operator.createPolicy("moving", { retention: { time: "20d" }, appliesTo: { domains: ["before"] } });
    for (const name of ["before", "after"]) {
      await operator.createTopic(name);
      await eventually(() => operator.topic(name), ready("True", "Created"));
    }
    expect((await configOf("before"))["retention.ms"]).to.equal(String(20 * DAY_MS));
    await operator.patchPolicy("moving", { spec: { appliesTo: { domains: ["after"] } } });
    for (const [name, days] of [
      ["after", 20],
      // The profile's.
      ["before", 7],
    ] as const) {
      await eventually(
        () => configOf(name),
        (config) => expect(config["retention.ms"], name).to.equal(String(days * DAY_MS)),
      );
    }
    await policyTells("moving", ({ status }) => expect(status?.topics?.matched).to.equal(1));
  });

  it("is chosen by priority; a tie is told to those that have none yet, and keeps the others' policy", async () => {
    const appliesTo = { domains: ["tied", "late"] };
    await operator.createPolicy("tie-a", { retention: { time: "11d" }, appliesTo });
    await operator.createTopic("tied");
    await eventually(() => operator.topic("tied"), ready("True", "Created"));
    await operator.createPolicy("tie-b", { retention: { time: "12d" }, appliesTo });
    await operator.createTopic("late");
    const late = await eventually(() => operator.topic("late"), ready("False", "RetentionPolicyAmbiguous"));
    const message = late.status?.conditions?.[0]?.message;
    for (const name of ["tie-a", "tie-b"]) expect(message).to.include(operator.policyName(name));
    expect((await operator.topic("tied")).status?.retentionPolicy?.name).to.equal(operator.policyName("tie-a"));
    await operator.patchPolicy("tie-b", { spec: { priority: 1 } });
    await eventually(() => operator.topic("late"), ready("True", "Created"));
    for (const name of ["tied", "late"]) {
      await eventually(
        () => configOf(name),
        (config) => expect(config["retention.ms"], name).to.equal(String(12 * DAY_MS)),
      );
    }
  });

  it("may be named only from the namespaces that it allows", async () => {
    await operator.createPolicy("private", { retention: { time: "3d" }, allowedNamespaces: { names: ["elsewhere"] } });
    const ref = { retentionPolicyRef: { name: operator.policyName("private") } };
    await operator.createTopic("uninvited", ref);
    await eventually(() => operator.topic("uninvited"), ready("False", "PolicyViolation"));
    await operator.patchPolicy("private", { spec: { allowedNamespaces: { names: [operator.id] } } });
    await eventually(() => operator.topic("uninvited"), ready("True", "Created"));
  });

  it("reports too few replicas of what is there, and refuses them to what is new", async () => {
    const ref = { retentionPolicyRef: { name: operator.policyName("durable") } };
    await operator.createPolicy("durable", {});
    await operator.createTopic("single", ref);
    await eventually(() => operator.topic("single"), ready("True", "Created"));
    await operator.patchPolicy("durable", { spec: { durability: { minReplicationFactor: 2 } } });
    await operator.createTopic("refused", ref);
    await eventually(() => operator.topic("refused"), ready("False", "PolicyViolation"));
    const policy = await policyTells("durable", ({ status }) => expect(status?.violations).to.have.length(1));
    expect(policy.status?.violations?.[0]).to.deep.include({ namespace: operator.id, name: "single" });
    ready("True", "Created")(await operator.topic("single"));
  });
});
