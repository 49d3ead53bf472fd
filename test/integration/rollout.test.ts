import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { EventTopic } from "../../src/api/event-topic.ts";
import { eventually } from "../environment/eventually.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";
import { hastyClock } from "../fakes/hasty-clock.ts";

const DAY_MS = 86_400_000;
/** Counts over topics are written every ten seconds. */
const HASTE = 5;
const NAMES = Array.from({ length: 12 }, (_, index) => `paced-${String(index).padStart(2, "0")}`);

describe("The rollout of an edit to many topics", function () {
  this.timeout(90_000);
  let operator: OperatorUnderTest;
  before(async function () {
    this.timeout(90_000);
    // Two at once and then one every two seconds of ours, so that there is something to see; counts come sooner.
    const rollout = { maxTopicsPerMinute: 30 / HASTE, pauseOnFailures: 2 };
    operator = await startOperatorUnderTest({ bus: { rollout }, clock: hastyClock(HASTE) });
    await operator.createPolicy("paced", { retention: { time: "5d" }, appliesTo: { busNames: [operator.id] } });
    await Promise.all(NAMES.map((name) => operator.createTopic(name)));
    for (const name of NAMES) await eventually(() => operator.topic(name), ready("True", "Created"));
  });
  after(() => operator.stop());

  const topics = (): Promise<EventTopic[]> => Promise.all(NAMES.map((name) => operator.topic(name)));
  const configOf = (name: string): Promise<Record<string, string | null>> =>
    operator.probe.topicConfig(operator.topicName(name));
  const retentions = async (): Promise<(string | null | undefined)[]> =>
    (await Promise.all(NAMES.map(configOf))).map((config) => config["retention.ms"]);
  const setPace = (maxTopicsPerMinute: number): Promise<void> =>
    operator.patchBus({ spec: { rollout: { maxTopicsPerMinute } } });

  it("leaves no topic out at its creation, however many there are", async () => {
    expect(new Set(await retentions())).to.deep.equal(new Set([String(5 * DAY_MS)]));
  });

  it("comes to a few topics at once and to the others in turn; the policy tells how far it is", async () => {
    await operator.patchPolicy("paced", { spec: { retention: { time: "6d" } } });
    const policy = await eventually(() => operator.policy("paced"), ready("False", "RollingOut"));
    expect(policy.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Reconciling"]);
    const waiting = await eventually(topics, (all) => {
      expect(withReason(all, "RolloutPending").length).to.be.greaterThan(0);
      expect(withReason(all, "RolloutPending").length + withReason(all, "UpToDate").length).to.equal(NAMES.length);
    });
    const [last] = withReason(waiting, "RolloutPending").toReversed();
    const topic = await operator.topic(last ?? "");
    expect(
      topic.status?.conditions?.map(({ type }) => type),
      "nobody has to act",
    ).to.deep.equal(["Ready"]);
    expect(topic.status?.conditions?.[0]?.message).to.include(`RetentionPolicy "${operator.policyName("paced")}"`);
    expect(topic.status?.retentionPolicy?.generation, "as applied").to.equal(1);
    const counted = await eventually(
      () => operator.policy("paced"),
      ({ status }) => {
        expect(status?.topics?.pending).to.be.greaterThan(0);
        expect((status?.rollout?.pending ?? 0) + (status?.rollout?.applied ?? 0)).to.equal(NAMES.length);
        expect(status?.rollout?.applied).to.be.greaterThan(0);
      },
      20_000,
    );
    const all = NAMES.map((of) => `${operator.id}/${of}`);
    expect(all).to.include.members([...(counted.status?.rollout?.topics ?? [])]);
    expect((await retentions()).filter((value) => value === String(5 * DAY_MS)).length).to.be.greaterThan(0);
  });

  it("does not hold up a topic's own edit, a new topic, or the correction of drift", async () => {
    const [waiting = ""] = withReason(await topics(), "RolloutPending").toReversed();
    await operator.patchTopic(waiting, { spec: { compressionType: "lz4" } });
    await eventually(() => operator.topic(waiting), ready("True", "UpToDate"));
    expect(await configOf(waiting)).to.include({ "compression.type": "lz4", "retention.ms": String(6 * DAY_MS) });
    await operator.createTopic("new");
    await eventually(() => operator.topic("new"), ready("True", "Created"));
    expect((await configOf("new"))["retention.ms"]).to.equal(String(6 * DAY_MS));
    const name = operator.topicName(waiting);
    await operator.probe.alterConfigs({ type: "topic", name }, { set: { "compression.type": "gzip" } });
    await operator.patchTopic(waiting, { metadata: { annotations: { "eventbus.dev/requestedAt": "look" } } });
    await eventually(
      () => configOf(waiting),
      (config) => expect(config).to.include({ "compression.type": "lz4" }),
    );
    expect(withReason(await topics(), "RolloutPending"), "the others still wait").not.to.deep.equal([]);
  });

  it("ends when it has come to all of them, sooner where the pace is raised meanwhile", async () => {
    await setPace(6_000);
    await eventually(retentions, (all) => expect(new Set(all)).to.deep.equal(new Set([String(6 * DAY_MS)])));
    const policy = await eventually(() => operator.policy("paced"), ready("True", "Enforced"), 30_000);
    expect(policy.status?.rollout).to.equal(undefined);
    expect(policy.status?.topics).to.deep.equal({ matched: 13, compliant: 13, pending: 0 });
    await thenNothing(operator, NAMES);
  });

  it("pauses when the brokers reject it on topics in a row, and tells on which", async () => {
    // Kafka wants at least 1 MiB.
    await operator.patchPolicy("paced", { spec: { segment: { bytes: 1_000 } } });
    const policy = await eventually(() => operator.policy("paced"), ready("False", "RolloutPaused"), 30_000);
    expect(policy.status?.conditions?.map(({ type }) => type)).to.deep.equal(["Ready", "Stalled"]);
    const all = await topics();
    const rejected = withReason(all, "InvalidConfig");
    expect(rejected).to.have.length(2);
    for (const name of rejected) expect(policy.status?.conditions?.[0]?.message).to.include(`${operator.id}/${name}`);
    expect(withReason(all, "RolloutPending")).to.have.length(NAMES.length - 2);
    await thenNothing(operator, NAMES);
  });

  it("tries again when that is asked for, and goes on when it is corrected", async () => {
    const requestedAt = { metadata: { annotations: { "eventbus.dev/requestedAt": "again" } } };
    await operator.patchPolicy("paced", requestedAt);
    await eventually(() => operator.policy("paced"), ready("False", "RollingOut"));
    await eventually(() => operator.policy("paced"), ready("False", "RolloutPaused"), 30_000);
    expect(withReason(await topics(), "InvalidConfig")).to.have.length(2);
    await operator.patchPolicy("paced", { spec: { segment: { bytes: 2_000_000 } } });
    await eventually(
      () => Promise.all(NAMES.map(configOf)),
      (all) => expect(new Set(all.map((config) => config["segment.bytes"]))).to.deep.equal(new Set(["2000000"])),
    );
    await eventually(() => operator.policy("paced"), ready("True", "Enforced"), 30_000);
  });

  it("is told by an EventBus of its own edits", async function () {
    await setPace(30);
    await operator.patchBus({ spec: { topicDefaults: { maxMessageBytes: 2_000_000 } } });
    const bus = await eventually(
      () => operator.bus(),
      ({ status }) => {
        expect(status?.rollout?.pending).to.be.greaterThan(0);
        expect(status?.rollout?.applied).to.be.greaterThan(0);
      },
      30_000,
    );
    ready("True", "Connected")(bus);
    await setPace(6_000);
    await eventually(
      () => Promise.all(NAMES.map(configOf)),
      (all) => expect(new Set(all.map((config) => config["max.message.bytes"]))).to.deep.equal(new Set(["2000000"])),
    );
    await eventually(
      () => operator.bus(),
      ({ status }) => expect(status?.rollout).to.equal(undefined),
      30_000,
    );
  });

  it("of a suspended policy waits for the end of the suspension", async () => {
    await operator.patchPolicy("paced", { spec: { suspend: true, retention: { time: "8d" } } });
    await eventually(() => operator.policy("paced"), ready("True", "Suspended"));
    const waiting = await eventually(() => operator.topic("paced-00"), ready("True", "RolloutPending"));
    expect(waiting.status?.conditions?.[0]?.message).to.include("is suspended");
    expect(new Set(await retentions())).to.deep.equal(new Set([String(6 * DAY_MS)]));
    await operator.patchPolicy("paced", { spec: { suspend: false } });
    await eventually(retentions, (all) => expect(new Set(all)).to.deep.equal(new Set([String(8 * DAY_MS)])));
  });
});

function withReason(all: readonly EventTopic[], reason: string): string[] {
  const isReadyBy = ({ status }: EventTopic): boolean =>
    status?.conditions?.some((condition) => condition.type === "Ready" && condition.reason === reason) === true;
  return all.filter((topic) => isReadyBy(topic)).map(({ metadata }) => metadata.name);
}
