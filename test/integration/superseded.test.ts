import { expect } from "chai";
import { after, before, describe, it } from "mocha";

import type { EventTopicSpec } from "../../src/api/event-topic.ts";
import type { KafkaAdmin } from "../../src/kafka/admin.ts";
import type { Answer } from "../../src/kafka/model/failure.ts";
import { connectKafka } from "../../src/kafka/platformatic/kafka-admin.ts";
import { ApiError } from "../environment/api-client.ts";
import { environment } from "../environment/environment.ts";
import { eventually } from "../environment/eventually.ts";
import type { KafkaCluster } from "../environment/kafka.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { ready, thenNothing } from "../environment/topic-expectations.ts";

describe("A run whose EventTopic changes before its write is on the wire", () => {
  let kafka: KafkaCluster;
  let operator: OperatorUnderTest;
  let onCreate:
    | ((admin: KafkaAdmin, ...args: Parameters<KafkaAdmin["createTopic"]>) => ReturnType<KafkaAdmin["createTopic"]>)
    | undefined;
  let onWritten: (() => void) | undefined;

  before(async function () {
    this.timeout(60_000);
    kafka = await environment().kafka();
    operator = await startOperatorUnderTest({
      bus: { profile: "Development", namespaces: [{ deletionPolicies: ["Retain", "Delete"] }] },
      connect: (options) => {
        // Asked right before a request is written.
        const mayWrite = (clusterId: string): boolean => {
          onWritten?.();
          return options.mayWrite(clusterId);
        };
        return intercepted(connectKafka({ ...options, mayWrite }));
      },
    });
    // The connection for writes is there from now on.
    await operator.createTopic("first");
    await eventually(() => operator.topic("first"), ready("True", "Created"));
  });
  after(async () => {
    for (const broker of kafka.brokers) broker.resume();
    await operator.stop();
  });

  const intercepted = (admin: KafkaAdmin): KafkaAdmin =>
    new Proxy(admin, {
      get: (target, verb: keyof KafkaAdmin) => {
        if (verb !== "createTopic") return target[verb].bind(target);
        return (...args: Parameters<KafkaAdmin["createTopic"]>) =>
          onCreate === undefined ? target.createTopic(...args) : onCreate(target, ...args);
      },
    });

  /** Kafka stands still with a request of ours in hand, so that whatever is written next waits in line. */
  const occupy = async (admin: KafkaAdmin, ...[topic, call]: Parameters<KafkaAdmin["createTopic"]>): Promise<void> => {
    const written = new Promise<void>((resolve) => (onWritten = resolve));
    for (const broker of kafka.brokers) broker.pause();
    void admin.createTopic(
      { ...topic, name: operator.topicName("occupies") },
      { ...call, signal: new AbortController().signal },
    );
    await written;
  };

  /** Creates an EventTopic whose create waits in line behind a request that Kafka does not answer. */
  const createInLine = async (
    name: string,
    spec: Partial<EventTopicSpec>,
  ): Promise<{ readonly answer: Promise<Answer<unknown>> }> => {
    const inLine = Promise.withResolvers<{ readonly signal: AbortSignal; readonly answer: Promise<Answer<unknown>> }>();
    onCreate = async (admin, topic, call) => {
      onCreate = undefined;
      await occupy(admin, topic, call);
      const answer = admin.createTopic(topic, call);
      inLine.resolve({ signal: call.signal, answer });
      return await answer;
    };
    await operator.createTopic(name, spec);
    const { signal, answer } = await inLine.promise;
    expect(signal.aborted).to.equal(false);
    return { answer };
  };
  const resume = (): void => {
    for (const broker of kafka.brokers) broker.resume();
  };
  const figure = async (name: string): Promise<string | undefined> =>
    (await operator.metrics(`controller_runtime_reconcile_${name}_total{controller="event-topic"}`))[0]?.split(" ")[1];

  it("sends nothing of it when the object is edited, and the next run makes what is wanted now", async () => {
    const before = await operator.writes();
    const { answer } = await createInLine("edited", { partitions: 3 });
    await operator.patchTopic("edited", { spec: { partitions: 5 } });
    expect((await answer).status).to.equal("notSent");
    resume();
    await eventually(() => operator.topic("edited"), ready("True", "Created"));
    expect((await operator.probe.describeTopic(operator.topicName("edited")))?.partitions).to.have.length(5);
    const { kafka: sent, kubernetes } = await operator.writes();
    // Two creates: what occupied Kafka, and the topic as it is wanted now. One status.
    expect([sent - before.kafka, kubernetes - before.kubernetes]).to.deep.equal([2, 1]);
    expect([await figure("superseded"), await figure("errors")]).to.deep.equal(["1", "0"]);
    await thenNothing(operator, ["edited"]);
  });

  it("sends nothing of it when the object is deleted, and lets the object go", async () => {
    const before = await operator.writes();
    const { answer } = await createInLine("deleted", { deletionPolicy: "Delete" });
    await operator.deleteTopic("deleted");
    expect((await answer).status).to.equal("notSent");
    resume();
    await eventually(
      () => operator.topic("deleted").catch((error: unknown) => error),
      (result) => expect(result).to.be.instanceOf(ApiError).and.include({ status: 404 }),
    );
    expect(await operator.probe.describeTopic(operator.topicName("deleted"))).to.equal(null);
    expect((await operator.writes()).kafka - before.kafka, "what occupied Kafka").to.equal(1);
    expect([await figure("superseded"), await figure("errors")]).to.deep.equal(["2", "0"]);
  });
});
