// KafkaTopics of Strimzi as a person or a test writes and reads them, with the rights of the admin.

import type { ControlPlane } from "../environment/control-plane.ts";

export interface KafkaTopicSpec {
  readonly topicName?: string;
  readonly partitions?: number;
  readonly replicas?: number;
  readonly config?: Readonly<Record<string, ConfigValue>>;
}

/** Whatever the schema lets through. */
export type ConfigValue =
  | string
  | number
  | boolean
  | null
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

export interface KafkaTopicCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface KafkaTopicStatus {
  readonly conditions?: readonly KafkaTopicCondition[];
  readonly observedGeneration?: number;
  readonly topicName?: string;
  readonly topicId?: string;
}

/** A KafkaTopic as the API server holds it. */
export interface StoredKafkaTopic {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly generation: number;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: KafkaTopicSpec;
  readonly status?: KafkaTopicStatus;
}

/** The KafkaTopics of one namespace. */
export class KafkaTopics {
  readonly #controlPlane: ControlPlane;
  readonly #path: string;
  readonly #version: string;
  readonly #namespace: string;

  constructor(controlPlane: ControlPlane, namespace: string, version: "v1" | "v1beta2" = "v1") {
    this.#controlPlane = controlPlane;
    this.#namespace = namespace;
    this.#version = version;
    this.#path = `/apis/kafka.strimzi.io/${version}/namespaces/${namespace}/kafkatopics`;
  }

  async create(
    name: string,
    spec: KafkaTopicSpec,
    metadata: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<StoredKafkaTopic> {
    const apiVersion = `kafka.strimzi.io/${this.#version}`;
    const topic = { apiVersion, kind: "KafkaTopic", metadata: { name, namespace: this.#namespace, ...metadata }, spec };
    return (await this.#controlPlane.request<StoredKafkaTopic>("POST", this.#path, topic)).body;
  }

  async get(name: string): Promise<StoredKafkaTopic> {
    return (await this.#controlPlane.request<StoredKafkaTopic>("GET", `${this.#path}/${name}`)).body;
  }

  async list(): Promise<readonly StoredKafkaTopic[]> {
    const { body } = await this.#controlPlane.request<{ readonly items: readonly StoredKafkaTopic[] }>(
      "GET",
      this.#path,
    );
    return body.items;
  }

  async patch(name: string, patch: object): Promise<void> {
    await this.#controlPlane.request("PATCH", `${this.#path}/${name}`, patch);
  }

  async patchStatus(name: string, status: object): Promise<void> {
    await this.#controlPlane.request("PATCH", `${this.#path}/${name}/status`, { status });
  }

  async annotate(name: string, annotations: Readonly<Record<string, string | null>>): Promise<void> {
    await this.patch(name, { metadata: { annotations } });
  }

  async delete(name: string): Promise<void> {
    await this.#controlPlane.request("DELETE", `${this.#path}/${name}`);
  }
}

/** The name that the topic has in Kafka. */
export function effectiveTopicName({ metadata, spec }: StoredKafkaTopic): string {
  return spec.topicName ?? metadata.name;
}
