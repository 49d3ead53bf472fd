// KafkaUsers of Strimzi as a person or a test writes and reads them, with the rights of the admin.

import type { ControlPlane } from "../environment/control-plane.ts";
import type { KafkaTopicCondition, StoredKafkaTopic } from "./kafka-topics.ts";

export interface KafkaUserAcl {
  readonly type?: string;
  readonly resource: { readonly type: string; readonly name?: string; readonly patternType?: string };
  readonly host?: string;
  readonly operations: readonly string[];
}

export interface KafkaUserSpec {
  readonly authentication?: { readonly type: string };
  readonly authorization?: { readonly type: "simple"; readonly acls: readonly KafkaUserAcl[] };
  readonly quotas?: Readonly<Record<string, number>>;
}

/** A KafkaUser as the API server holds it. */
export interface StoredKafkaUser {
  readonly metadata: StoredKafkaTopic["metadata"];
  readonly spec: KafkaUserSpec;
  readonly status?: {
    readonly conditions?: readonly KafkaTopicCondition[];
    readonly observedGeneration?: number;
    readonly username?: string;
    readonly secret?: string;
  };
}

const CLUSTER_LABEL = "strimzi.io/cluster";

/** Those of one namespace that belong to one Kafka object. */
export class KafkaUsers {
  readonly #controlPlane: ControlPlane;
  readonly #namespace: string;
  readonly #cluster: string;

  constructor(controlPlane: ControlPlane, namespace: string, cluster: string) {
    this.#controlPlane = controlPlane;
    this.#namespace = namespace;
    this.#cluster = cluster;
  }

  async create(name: string, spec: KafkaUserSpec): Promise<StoredKafkaUser> {
    const metadata = { name, namespace: this.#namespace, labels: { [CLUSTER_LABEL]: this.#cluster } };
    const user = { apiVersion: "kafka.strimzi.io/v1", kind: "KafkaUser", metadata, spec };
    return (await this.#controlPlane.request<StoredKafkaUser>("POST", this.#path(), user)).body;
  }

  async get(name: string): Promise<StoredKafkaUser> {
    return (await this.#controlPlane.request<StoredKafkaUser>("GET", this.#path(name))).body;
  }

  async list(): Promise<readonly StoredKafkaUser[]> {
    const answer = await this.#controlPlane.request<{ readonly items: readonly StoredKafkaUser[] }>(
      "GET",
      this.#path(),
    );
    return answer.body.items.filter(({ metadata }) => metadata.labels?.[CLUSTER_LABEL] === this.#cluster);
  }

  async patch(name: string, patch: object): Promise<void> {
    await this.#controlPlane.request("PATCH", this.#path(name), patch);
  }

  async patchStatus(name: string, status: object): Promise<void> {
    await this.#controlPlane.request("PATCH", `${this.#path(name)}/status`, { status });
  }

  async delete(name: string): Promise<void> {
    await this.#controlPlane.request("DELETE", this.#path(name));
  }

  #path(name?: string): string {
    const path = `/apis/kafka.strimzi.io/v1/namespaces/${this.#namespace}/kafkausers`;
    return name === undefined ? path : `${path}/${name}`;
  }
}
