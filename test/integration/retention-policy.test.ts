import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

const DAY_MS = 86_400_000;

describe("A RetentionPolicy", () => {
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(60_000);
    operator = await startOperatorUnderTest({ createsBus: false });
    await operator.createBus({
      profile: "Development",
      topicDefaults: { retentionPolicyRef: { name: operator.policyName("default") } },
    });
  });
  after(() => operator.stop());

  const retentionOf = async (topic: string): Promise<string | null | undefined> =>
    (await operator.probe.topicConfig(operator.topicName(topic)))["retention.ms"];

  it("lets a topic wait that is yet to be made, until it exists", async () => {
    await operator.createTopic("waiting");
    const topic = await eventually(() => operator.topic("waiting"), ready("False", "RetentionPolicyNotFound"));
    expect(topic.status?.conditions?.[0]?.message).to.include(operator.policyName("default"));
    expect(topic.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Reconciling"]);
    expect(await operator.probe.describeTopic(operator.topicName("waiting"))).to.equal(null);
    await operator.createPolicy("default", { retention: { time: "5d" } });
    await eventually(() => operator.topic("waiting"), ready("True", "Created"));
    expect(await retentionOf("waiting")).to.equal(String(5 * DAY_MS));
    const config = await operator.probe.topicConfig(operator.topicName("waiting"));
    expect(config["segment.ms"], "segments close in time for records to go").to.equal(String(0.5 * DAY_MS));
  });

  it("reaches the topics that name it, that it selects, or whose bus names it, each from the strongest source", async () => {
    await operator.createPolicy("named", { retention: { time: "90d" } });
    await operator.createPolicy("selected", { retention: { time: "30d" }, appliesTo: { domains: ["selected"] } });
    await operator.createTopic("byref", { retentionPolicyRef: { name: operator.policyName("named") } });
    await operator.createTopic("selected");
    await operator.createTopic("bydefault");
    for (const [name, days] of [
      ["byref", 90],
      ["selected", 30],
      ["bydefault", 5],
    ] as const) {
      const topic = await eventually(() => operator.topic(name), ready("True", "Created"));
      expect(await retentionOf(name), name).to.equal(String(days * DAY_MS));
      const source = topic.status?.effectiveConfig?.find(({ key }) => key === "retention.ms")?.source;
      expect(source).to.equal(`RetentionPolicy/${topic.status?.retentionPolicy?.name}`);
    }
  });

  it("takes its edits to exactly its topics", async () => {
    const before = await operator.writes();
    await operator.patchPolicy("default", { spec: { retention: { time: "6d" } } });
    for (const name of ["bydefault", "waiting"]) {
      await eventually(
        () => retentionOf(name),
        (retention) => expect(retention).to.equal(String(6 * DAY_MS)),
      );
      await eventually(
        () => operator.topic(name),
        ({ status }) => expect(status?.retentionPolicy?.generation).to.equal(2),
      );
    }
    expect(await retentionOf("byref")).to.equal(String(90 * DAY_MS));
    const writes = await operator.writes();
    expect(writes.kubernetes - before.kubernetes, "one status write a topic of the policy").to.equal(2);
    await thenNothing(operator, ["byref", "selected", "bydefault"]);
  });

  it("refuses an override beyond its bounds, and takes one within", async () => {
    await operator.createPolicy("bounded", {
      retention: { time: "7d" },
      bounds: { retentionTime: { min: "1d", max: "14d" } },
    });
    const ref = { retentionPolicyRef: { name: operator.policyName("bounded") } };
    await operator.createTopic("bounded", { ...ref, retention: { time: "15d" } });
    const refused = await eventually(() => operator.topic("bounded"), ready("False", "PolicyViolation"));
    expect(refused.status?.conditions?.[0]?.message).to.include("1d to 14d");
    await operator.patchTopic("bounded", { spec: { retention: { time: "14d" } } });
    await eventually(() => operator.topic("bounded"), ready("True", "Created"));
    expect(await retentionOf("bounded")).to.equal(String(14 * DAY_MS));
  });

  it("holds back what would let Kafka delete records that are there, and applies it where none are", async () => {
    await operator.createTopic("full", { retentionPolicyRef: { name: operator.policyName("bounded") } });
    await operator.createTopic("empty", { retentionPolicyRef: { name: operator.policyName("bounded") } });
    for (const name of ["full", "empty"]) await eventually(() => operator.topic(name), ready("True", "Created"));
    const old = Date.now() - 3 * DAY_MS;
    await operator.probe.produce(operator.topicName("full"), [
      { value: "a", timestamp: old },
      { value: "b", timestamp: old },
    ]);
    for (const name of ["full", "empty"]) await operator.patchTopic(name, { spec: { retention: { time: "2d" } } });
    const held = await eventually(() => operator.topic("full"), ready("False", "ApprovalRequired"));
    expect(held.status?.conditions?.[0]?.message).to.include("2 records");
    expect(await retentionOf("full")).to.equal(String(7 * DAY_MS));
    await eventually(() => operator.topic("empty"), ready("True", "UpToDate"));
    expect(await retentionOf("empty")).to.equal(String(2 * DAY_MS));
    await thenNothing(operator, ["full", "empty"]);
  });

  it("leaves its topics as they are when it is deleted, and says so", async () => {
    await operator.deletePolicy("named");
    await eventually(() => operator.topic("byref"), ready("False", "RetentionPolicyNotFound"));
    expect(await retentionOf("byref")).to.equal(String(90 * DAY_MS));
    await thenNothing(operator, ["byref"]);
  });

  it("that is only audited changes nothing", async () => {
    await operator.createPolicy("audited", {
      retention: { time: "1d" },
      enforcement: "Audit",
      appliesTo: { domains: ["audited"] },
    });
    await operator.createTopic("audited");
    await eventually(() => operator.topic("audited"), ready("True", "Created"));
    expect(await retentionOf("audited"), "the profile's").to.equal(String(7 * DAY_MS));
  });

  it("tells how many topics it governs", async function () {
    this.timeout(40_000);
    await eventually(
      () => operator.policy("default"),
      ({ status }) => expect(status?.topics).to.deep.equal({ matched: 2, compliant: 2, pending: 0 }),
      30_000,
    );
    await eventually(() => operator.policy("default"), ready("True", "Enforced"));
  });
});
