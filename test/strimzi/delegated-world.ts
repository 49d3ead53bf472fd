// An operator whose bus makes topics by KafkaTopics, in a namespace with a double of Strimzi's Topic Operator.

import { expect } from "chai";

import type { EventBusSpec } from "../../src/api/event-bus.ts";
import { ApiError } from "../environment/api-client.ts";
import { isWrite } from "../environment/audit-log.ts";
import { eventually } from "../environment/eventually.ts";
import {
  startOperatorUnderTest,
  type OperatorUnderTest,
  type UnderTestOptions,
} from "../environment/operator-under-test.ts";
import type { StoredKafkaTopic } from "./kafka-topics.ts";
import { createStrimziNamespace, type StrimziNamespace } from "./strimzi-namespace.ts";
import { TopicOperatorDouble } from "./topic-operator-double.ts";

/** Metadata of a KafkaTopic that this world's Topic Operator serves. */
export const MANAGED = { labels: { "strimzi.io/cluster": "main" } };

/** Resolves once the API server knows nothing of it. */
export async function gone(read: () => Promise<unknown>): Promise<void> {
  await eventually(
    () => read().catch((error: unknown) => error),
    (error) => expect(error).to.be.instanceOf(ApiError).with.property("status", 404),
  );
}

export class DelegatedWorld implements AsyncDisposable {
  readonly strimzi: StrimziNamespace;
  readonly operator: OperatorUnderTest;
  readonly double: TopicOperatorDouble;
  #isUp = true;

  constructor(strimzi: StrimziNamespace, operator: OperatorUnderTest) {
    const { controlPlane, probe } = operator;
    this.strimzi = strimzi;
    this.operator = operator;
    this.double = new TopicOperatorDouble({ controlPlane, probe, namespace: strimzi.name, cluster: "main" });
    this.double.start();
  }

  async idOf(domain: string): Promise<string | undefined> {
    return (await this.operator.probe.describeTopic(this.operator.topicName(domain)))?.id;
  }

  /** What is set on the topic itself. */
  async configOf(domain: string): Promise<Readonly<Record<string, string | null>>> {
    return await this.operator.probe.topicConfig(this.operator.topicName(domain));
  }

  async records(domain: string): Promise<number> {
    return (await this.operator.probe.consume(this.operator.topicName(domain))).length;
  }

  async produce(domain: string, count = 50): Promise<void> {
    await this.operator.probe.produce(this.operator.topicName(domain), [{ value: "kept" }], { repeat: count });
  }

  kafkaTopic(domain: string): Promise<StoredKafkaTopic> {
    return this.strimzi.topics.get(this.operator.topicName(domain));
  }

  /** Writes of the operator to KafkaTopics, so far. */
  async kafkaTopicWrites(): Promise<number> {
    const requests = await this.operator.controlPlane.auditedRequests();
    return requests.filter(
      (request) =>
        request.resource === "kafkatopics" &&
        request.namespace === this.strimzi.name &&
        request.userAgent === `test/${this.operator.id}` &&
        isWrite(request),
    ).length;
  }

  /** The Topic Operator ends, as in an update or for ever. */
  async strimziDown(): Promise<void> {
    if (this.#isUp) await this.double.stop();
    this.#isUp = false;
  }

  strimziUp(): void {
    if (!this.#isUp) this.double.start();
    this.#isUp = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async stop(): Promise<void> {
    await this.operator.stop();
    await this.strimziDown();
  }
}

export async function startDelegatedWorld(
  bus: Partial<EventBusSpec> = {},
  options: Partial<UnderTestOptions> = {},
): Promise<DelegatedWorld> {
  const strimzi = await createStrimziNamespace();
  await strimzi.grant("strimzi-topics/role.yaml");
  const operator = await startOperatorUnderTest({
    ...options,
    environment: { EVENTBUS_STRIMZI_NAMESPACES: strimzi.name, ...options.environment },
    bus: {
      strimzi: { namespace: strimzi.name, name: "main" },
      topicManagement: "KafkaTopic",
      namespaces: [{ adoption: "Adopt", deletionPolicies: ["Retain", "Delete"] }],
      ...bus,
    },
  });
  return new DelegatedWorld(strimzi, operator);
}
