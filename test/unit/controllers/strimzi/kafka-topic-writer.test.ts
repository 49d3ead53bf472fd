import { expect } from "chai";
import { describe, it } from "mocha";

import { KafkaTopicEditor } from "../../../../src/controllers/strimzi/kafka-topic-editor.ts";
import { KafkaTopicWriter } from "../../../../src/controllers/strimzi/kafka-topic-writer.ts";
import { delegationOf } from "../../../../src/controllers/strimzi/own-kafka-topics.ts";
import type { KafkaTopic } from "../../../../src/controllers/strimzi/strimzi-kinds.ts";
import type { KafkaAdmin, WriteCall } from "../../../../src/kafka/admin.ts";
import { ok, type Answer } from "../../../../src/kafka/model/failure.ts";
import { KubernetesError } from "../../../../src/kubernetes/resources.ts";
import { aKafkaTopic, KafkaTopicsInMemory, told, UNMANAGED } from "../../../builders/kafka-topics.ts";
import { strimziStores } from "../../../builders/strimzi.ts";
import { FakeClock, settle } from "../../../fakes/fake-clock.ts";

const KEY = "kafka/orders";
const NEW = { name: "orders", partitions: 2, replicationFactor: 1, configs: { "flush.ms": "5" } };
const SERVED = told("Ready", "True");

interface Given {
  readonly topics?: readonly KafkaTopic[];
  readonly isDirect?: boolean;
  readonly mayWrite?: boolean;
  readonly othersKeys?: readonly string[];
}

function setUp({ topics = [], isDirect = false, mayWrite = true, othersKeys = [] }: Given = {}) {
  const place = isDirect ? undefined : { namespace: "kafka", cluster: "main" };
  const kubernetes = new KafkaTopicsInMemory(topics);
  const clock = new FakeClock();
  const stores = { ...strimziStores({}), topics: kubernetes.store };
  const ports = {
    namespaces: new Map([["kafka", stores]]),
    writes: new Map([["kafka", { topics: kubernetes.writes, users: {} as never }]]),
    clock,
  };
  const asked: string[] = [];
  const direct = (verb: string) => (topic: unknown) => {
    asked.push(`${verb} ${JSON.stringify(topic)}`);
    return Promise.resolve(ok(undefined));
  };
  const admin = { deleteTopic: direct("delete"), alterConfigs: direct("alter") } as unknown as KafkaAdmin;
  const delegation = delegationOf("team/orders", place, topics, { wanted: ["orders"], recorded: [] });
  if (delegation === undefined) throw new Error("There is none");
  const aborter = new AbortController();
  const call: WriteCall = { signal: aborter.signal, deadlineMs: 60_000, priority: "live", clusterId: "c" };
  const editor = new KafkaTopicEditor(ports, "team/orders", () => mayWrite);
  const writer = new KafkaTopicWriter(editor, delegation, admin, () => new Set(othersKeys));
  /** What is answered when the Topic Operator says this of what is written, or for long enough nothing. */
  const answered = async <T>(answer: Promise<Answer<T>>, says?: (held: KafkaTopic) => KafkaTopic["status"]) => {
    await settle();
    if (says !== undefined && kubernetes.get(KEY) !== undefined) {
      kubernetes.change(KEY, (held) => ({ ...held, status: says(held) }));
    }
    await clock.advance(3_000);
    return await answer;
  };
  return { kubernetes, clock, asked, aborter, call, writer, answered };
}

const ready = ({ metadata }: KafkaTopic): KafkaTopic["status"] => told("Ready", "True", metadata.generation);

describe("KafkaTopicWriter", () => {
  it("creates by a KafkaTopic, and answers with the id that Strimzi tells", async () => {
    const { answered, call, clock, kubernetes, writer } = setUp();
    const answer = await answered(writer.createTopic(NEW, call), ready);
    expect(answer).to.deep.equal(ok({ id: "id-1", partitions: 2, replicationFactor: 1 }));
    expect(kubernetes.get(KEY)?.spec).to.deep.equal({ partitions: 2, replicas: 1, config: { "flush.ms": "5" } });
    expect(kubernetes.requests).to.deep.equal([`create ${KEY}`]);
    expect(clock.pendingTimers).to.equal(0);
  });

  it("hands over to a Topic Operator that says nothing, and says so without writing again", async () => {
    const { answered, call, kubernetes, writer } = setUp();
    const first = await answered(writer.createTopic(NEW, call));
    expect(first).to.include({ status: "unknown", handedOver: "now" });
    const again = await answered(writer.createTopic(NEW, call));
    expect(again).to.deep.equal({ ...first, handedOver: "before" });
    expect(kubernetes.requests).to.deep.equal([`create ${KEY}`]);
  });

  it("makes a lost topic anew with what others had put on it, and without what was asked for in vain", async () => {
    const spec = { partitions: 1, config: { "flush.ms": 4, "segment.ms": 70_000, "no.key": 1 } };
    const topics = [aKafkaTopic({ spec, status: SERVED })];
    const { answered, call, kubernetes, writer } = setUp({ topics, othersKeys: ["segment.ms"] });
    expect((await answered(writer.createTopic(NEW, call), ready)).status).to.equal("ok");
    const { config } = kubernetes.get(KEY)?.spec ?? {};
    expect(config).to.deep.equal({ "segment.ms": 70_000, "flush.ms": "5" });
  });

  it("declares a topic that is there by a KafkaTopic that says just what it is", async () => {
    const { answered, call, kubernetes, writer } = setUp();
    expect(await answered(writer.declare(NEW, call), ready)).to.deep.equal(ok(undefined));
    expect(kubernetes.get(KEY)?.spec).to.deep.equal({ partitions: 2, replicas: 1, config: { "flush.ms": "5" } });
  });

  it("does not declare over a KafkaTopic that turns out to be there: what others have asked of it stays", async () => {
    const spec = { partitions: 2, replicas: 3, config: { "segment.ms": 70_000 } };
    const { call, kubernetes, writer } = setUp({ topics: [aKafkaTopic({ spec, status: SERVED })] });
    const declared = writer.declare(NEW, call).then(() => "declared", String);
    await settle();
    expect(await declared).to.include(KEY);
    expect(kubernetes.requests).to.deep.equal([]);
    expect(kubernetes.get(KEY)?.spec).to.deep.equal(spec);
  });

  it("declares anew by a KafkaTopic that was about to be given up", async () => {
    const annotations = { ...UNMANAGED, "eventbus.dev/given-up": "true" };
    const former = aKafkaTopic({ status: told("Unmanaged", "True") }, { annotations });
    const { answered, call, kubernetes, writer } = setUp({ topics: [former] });
    expect(await answered(writer.declare(NEW, call), ready)).to.deep.equal(ok(undefined));
    expect(kubernetes.get(KEY)?.metadata.annotations).to.deep.equal({ "eventbus.dev/event-topic": "team/orders" });
    expect(kubernetes.get(KEY)?.spec).to.deep.equal({ partitions: 2, replicas: 1, config: { "flush.ms": "5" } });
  });

  it("does not take what Strimzi said before for an answer to what Kafka is now", async () => {
    const topic = aKafkaTopic({ spec: { config: { "flush.ms": 5 } }, status: SERVED });
    const { answered, call, kubernetes, writer } = setUp({ topics: [topic] });
    const change = { set: { "flush.ms": "5" }, unset: [] };
    const answer = await answered(writer.alterConfigs({ kind: "topic", name: "orders" }, change, call));
    expect(answer).to.include({ status: "unknown", handedOver: "before" });
    expect(kubernetes.requests).to.deep.equal([]);
  });

  it("changes only what it is told to, and leaves what others have put there", async () => {
    const spec = { partitions: 2, config: { "flush.ms": 5, "segment.ms": 70_000, "cleanup.policy": ["compact"] } };
    const metadata = {
      labels: { "strimzi.io/cluster": "main", team: "a" },
      annotations: { "eventbus.dev/event-topic": "team/orders", note: "b" },
      finalizers: ["strimzi.io/topic-operator", "example.com/held"],
    };
    const { answered, call, kubernetes, writer } = setUp({ topics: [aKafkaTopic({ spec, status: SERVED }, metadata)] });
    const change = { set: { "flush.ms": "6" }, unset: ["cleanup.policy"] };
    const answer = await answered(writer.alterConfigs({ kind: "topic", name: "orders" }, change, call), ready);
    expect(answer.status).to.equal("ok");
    const { metadata: kept, spec: changed } = kubernetes.get(KEY) ?? aKafkaTopic();
    expect(changed).to.deep.equal({ partitions: 2, config: { "flush.ms": "6", "segment.ms": 70_000 } });
    expect(kept).to.deep.include(metadata);
  });

  it("has changes of one run follow one another, so that none is refused for the other's sake", async () => {
    const { answered, call, kubernetes, writer } = setUp({ topics: [aKafkaTopic({ status: SERVED })] });
    const grown = writer.createPartitions({ name: "orders", count: 3, currentCount: 1 }, call);
    const change = { set: { "flush.ms": "6" }, unset: [] };
    const altered = writer.alterConfigs({ kind: "topic", name: "orders" }, change, call);
    await settle();
    expect((await answered(grown, ready)).status).to.equal("ok");
    expect((await altered).status).to.equal("ok");
    expect(kubernetes.requests).to.deep.equal([`replace ${KEY}`, `replace ${KEY}`]);
    expect(kubernetes.get(KEY)?.spec).to.deep.equal({ partitions: 3, config: { "flush.ms": "6" } });
  });

  it("looks again where somebody else has written meanwhile", async () => {
    const { answered, call, kubernetes, writer } = setUp({ topics: [aKafkaTopic({ status: SERVED })] });
    kubernetes.before = () => {
      kubernetes.before = () => {};
      kubernetes.change(KEY, (held) => ({ ...held, spec: { ...held.spec, config: { "segment.ms": 1 } } }));
    };
    await answered(writer.createPartitions({ name: "orders", count: 3, currentCount: 1 }, call), ready);
    expect(kubernetes.requests).to.deep.equal([`replace ${KEY}`, `replace ${KEY}`]);
    expect(kubernetes.get(KEY)?.spec).to.deep.equal({ partitions: 3, config: { "segment.ms": 1 } });
  });

  it("writes nothing without permission, or for who has called it off", async () => {
    const forbidden = setUp({ mayWrite: false });
    const denied = await forbidden.answered(forbidden.writer.createTopic(NEW, forbidden.call));
    expect(denied.status).to.equal("notSent");
    const given = setUp();
    given.aborter.abort();
    expect((await given.answered(given.writer.createTopic(NEW, given.call))).status).to.equal("notSent");
    expect([...forbidden.kubernetes.requests, ...given.kubernetes.requests]).to.deep.equal([]);
  });

  it("waits no longer than its caller does", async () => {
    const { aborter, call, kubernetes, writer } = setUp();
    const answer = writer.createTopic(NEW, call);
    await settle();
    expect(kubernetes.get(KEY)).not.to.equal(undefined);
    aborter.abort();
    expect(await answer).to.include({ status: "unknown", handedOver: "now" });
  });

  it("names the Role that is missing", async () => {
    const { answered, call, kubernetes, writer } = setUp();
    kubernetes.before = () => {
      throw new KubernetesError(403, "Forbidden", "may not");
    };
    const answer = await answered(writer.createTopic(NEW, call));
    expect(answer).to.have.nested.property("failure.kind", "denied");
    expect(answer).to.have.nested.property("failure.message").that.includes("event-bus-operator-strimzi-topics");
  });

  it("leaves a KafkaTopic of another owner as it is, and names it", async () => {
    const foreign = aKafkaTopic({}, { annotations: { "eventbus.dev/event-topic": "team/other" } });
    const { answered, call, kubernetes, writer } = setUp({ topics: [foreign] });
    const answer = await answered(writer.createTopic(NEW, call));
    expect(answer).to.have.nested.property("failure.name", "KAFKA_TOPIC_CONFLICT");
    expect(answer).to.have.nested.property("failure.message").that.includes(`"${KEY}"`);
    expect(kubernetes.requests).to.deep.equal([]);
  });

  describe("releasing", () => {
    it("unmanages, waits for Strimzi, and deletes only then", async () => {
      const { answered, call, kubernetes, writer } = setUp({ topics: [aKafkaTopic({ status: SERVED })] });
      const answer = await answered(writer.release(aKafkaTopic(), call), () => told("Unmanaged", "True"));
      expect(answer.status).to.equal("ok");
      expect(kubernetes.requests).to.deep.equal([`replace ${KEY}`, `delete ${KEY}`]);
    });

    it("never deletes while Strimzi has said nothing, or has taken it up again", async () => {
      const { answered, call, kubernetes, writer } = setUp({ topics: [aKafkaTopic({ status: SERVED })] });
      expect(await answered(writer.release(aKafkaTopic(), call))).to.include({ handedOver: "now" });
      expect(await answered(writer.release(aKafkaTopic(), call))).to.include({ handedOver: "before" });
      expect(kubernetes.requests).to.deep.equal([`replace ${KEY}`]);
      const released = aKafkaTopic({ status: told("Unmanaged", "True") }, { annotations: UNMANAGED });
      const other = setUp({ topics: [released] });
      other.kubernetes.before = () => {
        other.kubernetes.change(KEY, (held) => ({ ...held, metadata: aKafkaTopic().metadata }));
      };
      const error: unknown = await other.writer.release(released, other.call).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(KubernetesError).with.property("code", 409);
      expect(other.kubernetes.get(KEY)?.metadata.deletionTimestamp).to.equal(undefined);
    });

    it("is done where there is nothing", async () => {
      const { call, writer } = setUp();
      expect(await writer.release(aKafkaTopic(), call)).to.deep.equal(ok(undefined));
    });
  });

  describe("deleting a topic", () => {
    const doomed = { id: "id-1", name: "orders" };

    it("deletes the KafkaTopic that stands for it, and is done when that is gone", async () => {
      const { answered, asked, call, kubernetes, writer } = setUp({ topics: [aKafkaTopic({ status: SERVED })] });
      const answer = writer.deleteTopic(doomed, call);
      await settle();
      kubernetes.remove(KEY);
      expect((await answered(answer)).status).to.equal("ok");
      expect({ asked, requests: kubernetes.requests }).to.deep.equal({ asked: [], requests: [`delete ${KEY}`] });
    });

    const others: readonly { readonly why: string; readonly status: KafkaTopic["status"] }[] = [
      { why: "of another id", status: { ...SERVED, topicId: "id-2" } },
      { why: "of which nothing is said", status: undefined },
      { why: "that is paused", status: told("ReconciliationPaused", "True") },
    ];
    for (const { why, status } of others) {
      it(`releases a KafkaTopic ${why}, and deletes by id`, async () => {
        const { answered, asked, call, kubernetes, writer } = setUp({ topics: [aKafkaTopic({ status })] });
        const answer = await answered(writer.deleteTopic(doomed, call), () => told("Unmanaged", "True"));
        expect(answer.status).to.equal("ok");
        expect(kubernetes.requests).to.deep.equal([`replace ${KEY}`, `delete ${KEY}`]);
        expect(asked).to.deep.equal(['delete {"id":"id-1"}']);
      });
    }

    it("deletes by id what has no KafkaTopic", async () => {
      const { asked, call, writer } = setUp();
      await writer.deleteTopic(doomed, call);
      expect(asked).to.deep.equal(['delete {"id":"id-1"}']);
    });
  });

  it("asks Kafka itself where topics are written directly", async () => {
    const { asked, call, kubernetes, writer } = setUp({ isDirect: true, topics: [aKafkaTopic()] });
    await writer.alterConfigs({ kind: "topic", name: "orders" }, { set: {}, unset: [] }, call);
    expect(asked).to.deep.equal(['alter {"kind":"topic","name":"orders"}']);
    expect(kubernetes.requests).to.deep.equal([]);
  });
});
