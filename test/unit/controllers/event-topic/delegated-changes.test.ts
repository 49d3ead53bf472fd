import { expect } from "chai";
import { describe, it } from "mocha";

import type { EventTopicStatus } from "../../../../src/api/event-topic.ts";
import type { TopicAction } from "../../../../src/controllers/event-topic/actions.ts";
import { delegationOf, type Delegation } from "../../../../src/controllers/strimzi/own-kafka-topics.ts";
import type { KafkaTopic } from "../../../../src/controllers/strimzi/strimzi-kinds.ts";
import { ok } from "../../../../src/kafka/model/failure.ts";
import { measured, records } from "../../../builders/guarded-run.ts";
import { aKafkaTopic, told, UNMANAGED } from "../../../builders/kafka-topics.ts";
import { anEventBus } from "../../../builders/objects.ts";
import { bound } from "../../../builders/planned-topic.ts";
import { runTopic, shown, type RunGiven } from "../../../builders/topic-run.ts";
import { aTopicInKafka } from "../../../builders/topics.ts";

const NAME = "billing.usage.events";
const PLACE = { namespace: "kafka", cluster: "main" };
const KEY = `kafka/${NAME}`;

const saying = (spec: KafkaTopic["spec"], metadata: Partial<KafkaTopic["metadata"]> = {}): KafkaTopic =>
  aKafkaTopic({ spec, status: told("Ready", "True") }, { name: NAME, ...metadata });

function delegated(owned: readonly KafkaTopic[], isDirect = false): { readonly delegation: Delegation | undefined } {
  const names = { wanted: [NAME], recorded: [NAME] };
  return { delegation: delegationOf("team/orders", isDirect ? undefined : PLACE, owned, names) };
}

const ready = (more: EventTopicStatus = {}): EventTopicStatus => bound(more);
/** With the finalizer on, so that nothing has to be put on record. */
const run = (source: ReturnType<typeof aTopicInKafka>, given: RunGiven) =>
  runTopic(source, { finalizers: ["eventbus.dev/kafka"], status: ready(), ...given });

const types = ({ written }: { readonly written: readonly TopicAction[] }): string[] => written.map(({ type }) => type);

describe("An EventTopic whose topics are made through Strimzi", () => {
  it("has nothing to do where its KafkaTopic says what is", () => {
    const source = aTopicInKafka({ partitions: 3, configs: { "flush.ms": "5" } });
    const done = run(source, {
      spec: { partitions: 3, config: { "flush.ms": 5 } },
      ...delegated([saying({ partitions: 3, config: { "flush.ms": 5 } })]),
    });
    expect(types(done)).to.deep.equal([]);
    expect(shown(done)).to.deep.equal(["Ready=True/UpToDate"]);
    expect(done.status?.kafkaTopic).to.equal(KEY);
    expect(done.status?.conditions?.[0]?.message).to.include(`by KafkaTopic "${KEY}"`);
  });

  it("declares a topic that is there just as it is, throttles aside, before anything else", () => {
    const configs = { "flush.ms": "5", "segment.ms": "70000", "leader.replication.throttled.replicas": "0:1" };
    const source = aTopicInKafka({ partitions: 3, replicationFactor: 2, configs });
    const { written } = run(source, { spec: { config: { "flush.ms": 6 } }, ...delegated([]) });
    expect(written).to.have.length(2);
    expect(written[0]).to.deep.equal({
      type: "declareKafkaTopic",
      kafkaTopic: KEY,
      topic: {
        name: NAME,
        partitions: 3,
        replicationFactor: 2,
        configs: { "flush.ms": "5", "segment.ms": "70000" },
      },
      cause: "declared",
    });
    expect(written[1]).to.include({ type: "changeConfig", key: "flush.ms", to: "6" });
  });

  it("declares no replication factor where partitions differ, for Strimzi would refuse each", () => {
    const { written } = run(aTopicInKafka({ replicationFactor: [2, 3] }), delegated([]));
    expect(written[0]).to.have.nested.property("topic.replicationFactor", undefined);
  });

  it("declares anew what it was about to give up, and leaves what others have unmanaged", () => {
    const mark = { ...UNMANAGED, "eventbus.dev/given-up": "true" };
    const source = aTopicInKafka();
    expect(types(run(source, delegated([saying({}, { annotations: mark })])))).to.deep.equal(["declareKafkaTopic"]);
    expect(types(run(source, delegated([saying({}, { annotations: UNMANAGED })])))).to.deep.equal([]);
  });

  it("puts on record that it needs the finalizer and makes the topic, also with Retain", () => {
    const { written } = runTopic({ kind: "absent" }, delegated([]));
    expect(written[0]).to.deep.include({ type: "recordOwnership", finalizer: true });
    expect(written[0]).to.have.property("creation").that.includes(NAME);
    expect(written[1]).to.include({ type: "createTopic" });
  });

  it("writes nothing, and declares nothing, where it is suspended or its bus is read-only", () => {
    const spec = { config: { "flush.ms": 6 } };
    const latent = saying({ config: { "flush.ms": 7 } });
    for (const owned of [[], [latent]]) {
      for (const given of [{ spec: { ...spec, suspend: true } }, { spec, bus: anEventBus({ access: "ReadOnly" }) }]) {
        expect(types(run(aTopicInKafka(), { ...given, ...delegated(owned) }))).to.deep.equal([]);
      }
    }
  });

  const LATENT: readonly {
    readonly why: string;
    readonly said: KafkaTopic["spec"];
    readonly live?: Readonly<Record<string, string>>;
    readonly spec?: RunGiven["spec"];
    readonly status?: EventTopicStatus;
    readonly correction?: object;
  }[] = [
    {
      why: "a value that nobody wants any more",
      said: { config: { "flush.ms": 6 } },
      live: { "flush.ms": "5" },
      spec: { config: { "flush.ms": 5 } },
      correction: { set: { "flush.ms": "5" }, unset: [] },
    },
    {
      why: "a key of ours that is wanted no more, and never came to Kafka",
      said: { config: { "flush.ms": 6 } },
      status: ready({ managedKeys: ["flush.ms"] }),
      correction: { set: {}, unset: ["flush.ms"] },
    },
    {
      why: "a key that was taken out, and is wanted again",
      said: { config: {} },
      live: { "flush.ms": "5" },
      spec: { config: { "flush.ms": 5 } },
      correction: { set: { "flush.ms": "5" }, unset: [] },
    },
    {
      why: "partitions that are wanted no more",
      said: { partitions: 9 },
      correction: { partitions: 1, set: {}, unset: [] },
    },
    { why: "a value that is written anyway", said: { config: { "flush.ms": 7 } }, spec: { config: { "flush.ms": 6 } } },
    { why: "a key that others have put there", said: { config: { "segment.ms": 70_000 } } },
    { why: "another replication factor, which might move data", said: { replicas: 3 } },
    {
      why: "drift that is only reported",
      said: { config: { "flush.ms": 5 } },
      live: { "flush.ms": "7" },
      spec: { config: { "flush.ms": 5 }, drift: "Report" },
      status: ready({ effectiveConfig: [{ key: "flush.ms", value: "5", source: "spec" }] }),
    },
  ];
  for (const { why, said, live = {}, spec = {}, status = ready(), correction } of LATENT) {
    it(`${correction === undefined ? "leaves" : "takes back"} in its KafkaTopic ${why}`, () => {
      const { written } = run(aTopicInKafka({ configs: live }), { spec, status, ...delegated([saying(said)]) });
      const corrected = written.filter(({ type }) => type === "correctKafkaTopic");
      expect(corrected.map((action) => ("correction" in action ? action.correction : undefined))).to.deep.equal(
        correction === undefined ? [] : [{ partitions: undefined, ...correction }],
      );
    });
  }

  it("takes back what the change guard holds after all, and tells why it waits", () => {
    const source = aTopicInKafka({ configs: { "retention.ms": "604800000" } });
    const said = saying({ config: { "retention.ms": "172800000" } });
    const spec = { retention: { time: "2d" } } as const;
    const held = run(source, { spec, ...measured(records(3)), ...delegated([said]) });
    expect(types(held)).to.deep.equal(["correctKafkaTopic"]);
    expect(held.written[0]).to.deep.nested.include({ "correction.set": { "retention.ms": "604800000" } });
    expect(shown(held)).to.include("Ready=False/ApprovalRequired");
  });

  it("keeps on record what it has said to Strimzi, until that is taken back", () => {
    const status = ready({ managedKeys: ["flush.ms"] });
    const { status: after } = run(aTopicInKafka(), { status, ...delegated([saying({ config: { "flush.ms": 6 } })]) });
    expect(after?.managedKeys).to.deep.equal(["flush.ms"]);
  });

  it("waits for Strimzi, which is no failure, and keeps the record of a creation that it has refused", () => {
    const handedOver = { status: "unknown", reason: "not yet", handedOver: "now" } as const;
    const awaited = runTopic(
      { kind: "absent" },
      { ...delegated([]), answer: ({ type }) => (type === "createTopic" ? handedOver : ok(undefined)) },
    );
    expect(shown(awaited)).to.deep.equal(["Ready=False/AwaitingStrimzi", "Reconciling=True/AwaitingStrimzi"]);
    expect(awaited.outcome.kind).to.equal("waiting");
    expect(awaited.status?.creating).to.include(NAME);
    const failure = { kind: "invalid", name: "INVALID_REPLICATION_FACTOR", message: "too many" } as const;
    const refused = runTopic(
      { kind: "absent" },
      {
        ...delegated([]),
        answer: ({ type }) => (type === "createTopic" ? { status: "failed", failure } : ok(undefined)),
      },
    );
    expect(refused.status?.creating).to.include(NAME);
  });

  it("releases all KafkaTopics before anything is written directly", () => {
    const source = aTopicInKafka({ configs: { "flush.ms": "5" } });
    const { written } = run(source, { spec: { config: { "flush.ms": 6 } }, ...delegated([saying({})], true) });
    expect(written.map(({ type }) => type)).to.deep.equal(["releaseKafkaTopic", "changeConfig"]);
    expect(written[0]).to.include({ kafkaTopic: KEY, topicName: NAME });
  });
});
