// An operator whose bus makes topics by KafkaTopics, in a namespace with a double of Strimzi's Topic Operator.

import type { EventBusSpec } from "../../src/api/event-bus.ts";
import {
  startOperatorUnderTest,
  type OperatorUnderTest,
  type UnderTestOptions,
} from "../environment/operator-under-test.ts";
import { createStrimziNamespace, type StrimziNamespace } from "./strimzi-namespace.ts";
import { TopicOperatorDouble } from "./topic-operator-double.ts";

export class DelegatedWorld {
  readonly strimzi: StrimziNamespace;
  readonly operator: OperatorUnderTest;
  readonly double: TopicOperatorDouble;

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

  async stop(): Promise<void> {
    await this.operator.stop();
    await this.double.stop();
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
