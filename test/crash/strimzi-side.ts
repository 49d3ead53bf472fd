// Strimzi's side of a world: its objects in memory, the people who write them, a Topic Operator and a User Operator that act
// on the world's Kafka by its clock. They are no part of the operator, and do not die with it.

import { aclKey, type AclBinding } from "../../src/kafka/model/acl.ts";
import type { KafkaFailure } from "../../src/kafka/model/failure.ts";
import { KubernetesError, type ResourceType } from "../../src/kubernetes/resources.ts";
import type { FakeClock } from "../fakes/fake-clock.ts";
import type { InMemoryKafka } from "../fakes/in-memory-kafka/in-memory-kafka.ts";
import { isFailure } from "../fakes/in-memory-kafka/topic-table.ts";
import type { NewObject } from "../fakes/in-memory-kubernetes.ts";
import type { KafkaTopicSpec, StoredKafkaTopic } from "../strimzi/kafka-topics.ts";
import type { KafkaUserAcl, KafkaUserSpec, StoredKafkaUser } from "../strimzi/kafka-users.ts";
import { NotServed, TopicOperator, type TopicOperatorPorts } from "../strimzi/topic-operator.ts";
import { UserOperator, type UserOperatorPorts } from "../strimzi/user-operator.ts";
import { ClockedOperator, type StrimziKind } from "./clocked-operator.ts";

/** What an EventBus says of it: where Strimzi is, and the Kafka object that its objects belong to. */
export const STRIMZI = { namespace: "kafka", name: "main" } as const;

const KAFKA_TOPIC: ResourceType = {
  group: "kafka.strimzi.io",
  version: "v1",
  plural: "kafkatopics",
  kind: "KafkaTopic",
  isNamespaced: true,
};
const KAFKA_USER: ResourceType = { ...KAFKA_TOPIC, plural: "kafkausers", kind: "KafkaUser" };

interface Surroundings {
  readonly clock: FakeClock;
  readonly kafka: InMemoryKafka;
  readonly kind: (type: ResourceType) => StrimziKind;
}

export class StrimziSide {
  readonly topicOperator: ClockedOperator;
  readonly userOperator: ClockedOperator;
  readonly #topics: StrimziKind;
  readonly #users: StrimziKind;

  constructor({ clock, kafka, kind }: Surroundings) {
    this.#topics = kind(KAFKA_TOPIC);
    this.#users = kind(KAFKA_USER);
    const topics = new TopicOperator(STRIMZI.name, topicPorts(this.#topics, kafka));
    const users = new UserOperator(/^$/, userPorts(this.#users, kafka));
    this.topicOperator = new ClockedOperator(clock, this.#topics, {
      look: () => topics.look(this.topics),
      pass: () => topics.pass(),
    });
    this.userOperator = new ClockedOperator(clock, this.#users, {
      look: () =>
        users.look(this.users.filter(({ metadata }) => metadata.labels?.["strimzi.io/cluster"] === STRIMZI.name)),
      pass: () => users.pass(),
    });
  }

  get topics(): readonly StoredKafkaTopic[] {
    return this.#topics.objects as unknown as readonly StoredKafkaTopic[];
  }

  get users(): readonly StoredKafkaUser[] {
    return this.#users.objects as unknown as readonly StoredKafkaUser[];
  }

  topic(name: string): StoredKafkaTopic | undefined {
    return this.topics.find(({ metadata }) => metadata.name === name);
  }

  // People who keep objects of their own, or touch those of the operator.

  createTopic(name: string, spec: KafkaTopicSpec, more: Pick<NewObject, "annotations"> = {}): void {
    this.#topics.create(name, spec, { ...OF_CLUSTER, ...more });
  }

  editTopic(name: string, spec: KafkaTopicSpec): void {
    this.#topics.edit(keyOf(name), spec);
  }

  annotateTopic(name: string, annotations: Readonly<Record<string, string>>): void {
    this.#topics.annotate(keyOf(name), annotations);
  }

  deleteTopic(name: string): void {
    this.#topics.remove(keyOf(name));
  }

  createUser(name: string, acls: readonly KafkaUserAcl[]): void {
    this.#users.create(name, specWith(acls), OF_CLUSTER);
  }

  /** What stands in it besides stays. */
  editUser(name: string, acls: readonly KafkaUserAcl[]): void {
    this.#users.edit(keyOf(name), specWith(acls));
  }

  deleteUser(name: string): void {
    this.#users.remove(keyOf(name));
  }
}

const OF_CLUSTER: NewObject = { namespace: STRIMZI.namespace, labels: { "strimzi.io/cluster": STRIMZI.name } };

function keyOf(name: string): { readonly namespace: string; readonly name: string } {
  return { namespace: STRIMZI.namespace, name };
}

function specWith(acls: readonly KafkaUserAcl[]): KafkaUserSpec {
  return { authorization: { type: "simple", acls } };
}

/** What brokers show late, Strimzi knows at once: it asks for its own changes, and waits for them. */
function topicPorts(objects: StrimziKind, kafka: InMemoryKafka): TopicOperatorPorts {
  return {
    describe: async (name) => {
      const live = kafka.topics.get(name);
      if (live === undefined) return undefined;
      return { id: live.id, replicas: live.partitions.map(({ replicas }) => replicas.length), configs: live.configs };
    },
    create: async ({ name, configs, partitions, replicas: replicationFactor }) => {
      const created = kafka.topics.create({ name, configs, partitions, replicationFactor });
      refuse(isFailure(created) ? created : undefined);
      return kafka.topics.get(name)?.id ?? "";
    },
    alter: async (name, change) => refuse(kafka.topics.alter(name, change)),
    grow: async (name, partitions) => refuse(kafka.topics.grow(name, partitions)),
    delete: async (name) => {
      const id = kafka.topics.get(name)?.id;
      if (id !== undefined) kafka.deleteTopic(id);
    },
    setFinalizers: async ({ metadata }, finalizers) =>
      void (await objects.patchMetadata(metadata, { finalizers }, CALL)),
    setStatus: async ({ metadata }, { conditions = [], observedGeneration, topicId, topicName }) => {
      const lastTransitionTime = new Date(kafka.clock.now()).toISOString();
      const timed = conditions.map((condition) => ({ ...condition, lastTransitionTime }));
      objects.editStatus(metadata, { conditions: timed, observedGeneration, topicId, topicName });
    },
    refusalIn: (error) => (error instanceof NotServed ? error : undefined),
    isOutdated,
  };
}

function userPorts(objects: StrimziKind, { acls }: InMemoryKafka): UserOperatorPorts<AclBinding> {
  return {
    acls: async () => acls.list(),
    createAcls: async (bindings) => bindings.forEach((binding) => refuse(acls.create(binding))),
    deleteAcls: async (bindings) => bindings.forEach((binding) => acls.delete(binding)),
    aclsIn,
    keyOf: aclKey,
    // Nobody logs in here.
    writeSecret: async () => {},
    setStatus: async ({ metadata }, { conditions, observedGeneration, username }) =>
      void objects.editStatus(metadata, { conditions, observedGeneration, username }),
    isOutdated,
  };
}

const CALL = { signal: new AbortController().signal };

function isOutdated(error: unknown): boolean {
  return error instanceof KubernetesError && [404, 409].includes(error.code);
}

function refuse(failure: KafkaFailure | undefined): void {
  if (failure === undefined) return;
  throw new NotServed("KafkaError", `org.apache.kafka.common.errors.${classOf(failure.name)}: ${failure.message}`);
}

/** The class of Kafka's Java client: INVALID_PARTITIONS as InvalidPartitionsException. */
function classOf(name: string): string {
  if (name === "INVALID_CONFIG") return "InvalidConfigurationException";
  const words = name.replace(/_EXCEPTION$/, "").split("_");
  return `${words.map((word) => word.charAt(0) + word.slice(1).toLowerCase()).join("")}Exception`;
}

/** Each operation that an entry of a KafkaUser is about. */
export function aclsIn(
  { host = "*", operations, resource, type = "allow" }: KafkaUserAcl,
  principal: string,
): AclBinding[] {
  return operations.map((operation) => ({
    resourceType: resource.type as AclBinding["resourceType"],
    resourceName: resource.name ?? "*",
    patternType: resource.patternType === "prefix" ? "prefixed" : "literal",
    principal,
    host,
    operation: operation as AclBinding["operation"],
    permission: type === "deny" ? "deny" : "allow",
  }));
}
