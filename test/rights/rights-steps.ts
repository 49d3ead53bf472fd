// What is played with the operator's rights, step by step, so that each of them is used once.

import { findFreePorts } from "../environment/free-ports.ts";
import type { OperatorUnderTest } from "../environment/operator-under-test.ts";
import { createAuthority } from "../fakes/certificate.ts";
import { KafkaTopics } from "../strimzi/kafka-topics.ts";
import { StrimziNamespace } from "../strimzi/strimzi-namespace.ts";
import { KAFKA_USER_STEPS } from "./kafka-user-steps.ts";

interface Manageable {
  readonly metadata: { readonly generation?: number | undefined };
  readonly status?:
    | { readonly observedGeneration?: number | undefined; readonly conditions?: readonly Condition[] | undefined }
    | undefined;
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

export interface Step {
  does(operator: OperatorUnderTest): Promise<void>;
  isDone(operator: OperatorUnderTest): Promise<boolean>;
}

const isSettled = ({ status, metadata }: Manageable): boolean => status?.observedGeneration === metadata.generation;
const isReady = (object: Manageable): boolean =>
  isSettled(object) &&
  object.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
const isGone = (reading: Promise<unknown>): Promise<boolean> =>
  reading.then(
    () => false,
    () => true,
  );

/** An EventBus that finds its brokers and their authority with Strimzi; nobody answers there. */
async function linkToStrimzi(operator: OperatorUnderTest): Promise<void> {
  const { controlPlane, id } = operator;
  const strimzi = new StrimziNamespace(controlPlane, id);
  const [port = 0] = await findFreePorts(1);
  const listener = { name: "tls", port: 9093, type: "internal", tls: true, address: `127.0.0.1:${port}` };
  await strimzi.writeKafka("linked", { listeners: [listener] });
  await strimzi.writeSecret("linked-cluster-ca-cert", { "ca.crt": createAuthority("Strimzi").certPem });
  await operator.createBus({ kafka: undefined, strimzi: { namespace: id, name: "linked" } }, `${id}-linked`);
}

/** Plays the Topic Operator as far as it lets go of a topic. */
async function letGo(topics: KafkaTopics, name: string): Promise<void> {
  const { metadata } = await topics.get(name);
  if (metadata.annotations?.["strimzi.io/managed"] !== "false") return;
  await topics.patchStatus(name, { conditions: [{ type: "Unmanaged", status: "True" }] });
}

const DELEGATED: readonly Step[] = [
  {
    does: async (operator) => {
      const { bootstrapServers, id } = operator;
      const strimzi = { namespace: id, name: "main" };
      const kafka = { bootstrapServers: [...bootstrapServers] };
      await operator.createBus({ kafka, strimzi, topicManagement: "KafkaTopic" }, `${id}-delegated`);
      await operator.createTopic("kt", { busRef: { name: `${id}-delegated` }, domain: `${id}-kt`, partitions: 1 });
    },
    isDone: async (operator) =>
      (await kafkaTopicsOf(operator).get(`${operator.id}.${operator.id}-kt`)).spec.partitions === 1,
  },
  {
    does: (operator) => operator.patchTopic("kt", { spec: { partitions: 2 } }),
    isDone: async (operator) =>
      (await kafkaTopicsOf(operator).get(`${operator.id}.${operator.id}-kt`)).spec.partitions === 2,
  },
  {
    does: (operator) => operator.deleteTopic("kt"),
    isDone: async (operator) => {
      if (await isGone(operator.topic("kt"))) return true;
      await letGo(kafkaTopicsOf(operator), `${operator.id}.${operator.id}-kt`);
      return false;
    },
  },
];

function kafkaTopicsOf({ controlPlane, id }: OperatorUnderTest): KafkaTopics {
  return new KafkaTopics(controlPlane, id);
}

export const STEPS: readonly Step[] = [
  ...DELEGATED,
  {
    does: async (operator) => {
      await operator.createPolicy("p", { retention: { time: "7d" } });
      await operator.createTopic("t", { partitions: 2, deletionPolicy: "Delete" });
      const groupId = `${operator.id}-g`;
      const topics = [{ eventTopicRef: { name: "t" } }];
      await operator.createGroup("g", {
        groupId,
        topics,
        deletionPolicy: "DeleteGroup",
        binding: { secretName: "first" },
      });
    },
    isDone: async (operator) =>
      isReady(await operator.topic("t")) && isReady(await operator.group("g")) && isSettled(await operator.policy("p")),
  },
  {
    // Secrets of an EventBus, and a connection by Strimzi's objects.
    does: async (operator) => {
      const { controlPlane, id, bootstrapServers } = operator;
      await controlPlane.request("POST", `/api/v1/namespaces/${id}/secrets`, {
        metadata: { name: "user" },
        stringData: { username: "u", password: "p" },
      });
      const sasl = { mechanism: "SCRAM-SHA-512", credentialsSecretRef: { name: "user" } } as const;
      const security = { protocol: "SASL_PLAINTEXT", sasl } as const;
      await operator.createBus({ kafka: { bootstrapServers: [...bootstrapServers], security } }, `${id}-secured`);
      await linkToStrimzi(operator);
      await operator.patchGroup("g", { spec: { client: { maxPollRecords: 7 } } });
      await operator.patchTopic("t", { spec: { partitions: 1 } });
    },
    isDone: async (operator) =>
      isSettled(await operator.topic("t")) &&
      isSettled(await operator.group("g")) &&
      isSettled(await operator.bus(`${operator.id}-secured`)) &&
      isSettled(await operator.bus(`${operator.id}-linked`)),
  },
  {
    // The same refusal twice is one event that is told to have happened again.
    does: (operator) => operator.patchTopic("t", { spec: { partitions: 2 } }),
    isDone: async (operator) => isSettled(await operator.topic("t")),
  },
  {
    does: async (operator) => {
      await operator.patchTopic("t", { spec: { partitions: 1 } });
      await operator.patchGroup("g", { spec: { binding: { secretName: "second" } } });
    },
    isDone: async (operator) => isSettled(await operator.topic("t")) && isSettled(await operator.group("g")),
  },
  ...KAFKA_USER_STEPS,
  {
    does: async (operator) => {
      await operator.deleteGroup("g");
      await operator.deleteTopic("t");
    },
    isDone: async (operator) => (await isGone(operator.topic("t"))) && (await isGone(operator.group("g"))),
  },
];
