// A double of Strimzi's Topic Operator, for tests of our life beside it: it serves the KafkaTopics of one namespace and
// one cluster against the real Kafka, by Kafka's own client. What it does is in topic-operator.ts; its periodic pass is
// `pass()`.

import { ApiError } from "../environment/api-client.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { CallError } from "../environment/json-line-client.ts";
import type { KafkaProbe } from "../environment/kafka-probe.ts";
import { KafkaTopics } from "./kafka-topics.ts";
import { PollingDouble } from "./polling-double.ts";
import { NotServed, TopicOperator, type TopicOperatorPorts } from "./topic-operator.ts";

export interface TopicOperatorOptions {
  readonly controlPlane: ControlPlane;
  readonly probe: KafkaProbe;
  readonly namespace: string;
  /** Value of the label strimzi.io/cluster that selects. */
  readonly cluster: string;
}

const NO_STATUS = { conditions: null, topicName: null, topicId: null };

export class TopicOperatorDouble extends PollingDouble {
  readonly #topics: KafkaTopics;
  readonly #operator: TopicOperator;

  constructor({ cluster, controlPlane, namespace, probe }: TopicOperatorOptions) {
    super();
    this.#topics = new KafkaTopics(controlPlane, namespace);
    this.#operator = new TopicOperator(cluster, portsOf(this.#topics, probe));
  }

  pass(): void {
    this.#operator.pass();
  }

  protected async look(): Promise<void> {
    await this.#operator.look(await this.#topics.list());
  }
}

function portsOf(topics: KafkaTopics, probe: KafkaProbe): TopicOperatorPorts {
  return {
    ...kafkaPorts(probe),
    setFinalizers: ({ metadata }, finalizers) => topics.patch(metadata.name, { metadata: { finalizers } }),
    setStatus: ({ metadata }, status) => {
      const lastTransitionTime = new Date().toISOString();
      const conditions = (status.conditions ?? []).map((condition) => ({ ...condition, lastTransitionTime }));
      return topics.patchStatus(metadata.name, { ...NO_STATUS, ...status, conditions });
    },
    isOutdated: (error) => error instanceof ApiError && [404, 409].includes(error.status),
  };
}

function kafkaPorts(probe: KafkaProbe): Omit<TopicOperatorPorts, "setFinalizers" | "setStatus" | "isOutdated"> {
  return {
    describe: async (name) => {
      const live = await probe.describeTopic(name);
      if (live === null) return undefined;
      const replicas = live.partitions.map((partition) => partition.replicas.length);
      return { id: live.id, replicas, configs: await probe.topicConfig(name) };
    },
    create: async ({ name, configs, partitions, replicas }) => {
      const { id } = await probe.createTopic({
        name,
        configs,
        ...(partitions === undefined ? {} : { partitions }),
        ...(replicas === undefined ? {} : { replicationFactor: replicas }),
      });
      return id;
    },
    alter: (name, change) => probe.alterConfigs({ type: "topic", name }, change),
    grow: (name, partitions) => probe.createPartitions(name, partitions),
    delete: async (name) => {
      try {
        await probe.deleteTopic(name);
      } catch (error) {
        if (!(error instanceof CallError && error.type === "UnknownTopicOrPartitionException")) throw error;
      }
    },
    refusalIn: (error) => {
      if (!(error instanceof CallError)) return undefined;
      // The probe's message begins with its verb and the name of the exception.
      const message = error.message.split(": ").slice(2).join(": ");
      return new NotServed("KafkaError", `org.apache.kafka.common.errors.${error.type}: ${message}`);
    },
  };
}
