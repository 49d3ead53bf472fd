import { expect } from "chai";
import { beforeEach, describe, it } from "mocha";

import { observeTopics, type PresentTopic } from "../../../../src/controllers/event-topic/observe.ts";
import type { Call, KafkaAdmin } from "../../../../src/kafka/admin.ts";
import { failedWith, type Answer } from "../../../../src/kafka/model/failure.ts";
import { InMemoryKafka } from "../../../fakes/in-memory-kafka/in-memory-kafka.ts";

describe("observeTopics()", () => {
  let kafka: InMemoryKafka;
  const call: Call = { signal: new AbortController().signal, deadlineMs: 1_000, priority: "live" };
  beforeEach(() => {
    kafka = new InMemoryKafka({ brokers: 4 });
    for (const name of ["moving", "still"]) {
      kafka.topics.create({ name, partitions: 2, replicationFactor: 2, configs: {} });
    }
    const { replicas: before = [] } = kafka.topics.get("moving")?.partitions[1] ?? {};
    const target = kafka.brokers.filter((broker) => !before.includes(broker));
    kafka.reassign("moving", 1, target);
  });
  const replicas = async (looksMoving?: (topic: PresentTopic) => boolean): Promise<Answer<number[]>> => {
    const answer = await observeTopics("moving", ["still"], kafka.admin(), call, looksMoving);
    if (answer.status !== "ok") return answer;
    const { source } = answer.value;
    const partitions = source.kind === "present" ? source.topic.partitions : [];
    return { status: "ok", value: partitions.map((partition) => partition.replicas.length) };
  };
  const asked = (): number => kafka.requestCount("listReassignments");

  it("sees replicas as they are, and asks nothing more, where they look right", async () => {
    expect(await replicas(() => false)).to.deep.include({ value: [2, 4] });
    expect(asked()).to.equal(0);
  });

  it("sees the target of partitions that are being moved, where they look wrong", async () => {
    expect(await replicas(({ topic }) => topic.name === "moving")).to.deep.include({ value: [2, 2] });
    expect(asked()).to.equal(1);
  });

  it("sees replicas as they are where it may not ask", async () => {
    kafka.denies = (verb) => verb === "listReassignments";
    expect(await replicas(() => true)).to.deep.include({ value: [2, 4] });
  });

  it("sees nothing where the answer does not come: what is unknown is not concluded from", async () => {
    const lost = failedWith({ kind: "unreachable", name: "ETIMEDOUT", message: "No answer" });
    const admin: KafkaAdmin = new Proxy(kafka.admin(), {
      get: (target, verb: keyof KafkaAdmin) =>
        verb === "listReassignments" ? () => Promise.resolve(lost) : target[verb].bind(target),
    });
    const answer = await observeTopics("moving", [], admin, call, () => true);
    expect(answer).to.deep.equal(lost);
  });
});
