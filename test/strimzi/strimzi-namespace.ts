// A namespace in which Strimzi lives, for one test file: its kinds, the operator's rights there (config/strimzi as it is),
// and the objects that Strimzi's Cluster Operator and User Operator would write.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { parseAllDocuments } from "yaml";

import type { Manifest } from "../environment/apply-manifests.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { environment } from "../environment/environment.ts";
import { KafkaTopics, type KafkaTopicCondition } from "./kafka-topics.ts";
import { installStrimziCrds } from "./strimzi-crds.ts";

const READY: readonly KafkaTopicCondition[] = [{ type: "Ready", status: "True" }];

/** A Kafka object, its listeners with the addresses that the Cluster Operator publishes. */
export interface KafkaAsWritten {
  readonly listeners: readonly {
    readonly name: string;
    readonly port: number;
    readonly type: string;
    readonly tls: boolean;
    readonly authentication?: { readonly type: string };
    readonly address: string;
  }[];
  readonly entityOperator?: object;
  readonly conditions?: readonly KafkaTopicCondition[];
}

interface Metadata {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const CONFIG = join(import.meta.dirname, "..", "..", "config");

export class StrimziNamespace {
  readonly name: string;
  readonly topics: KafkaTopics;
  readonly controlPlane: ControlPlane;

  constructor(controlPlane: ControlPlane, name: string) {
    this.controlPlane = controlPlane;
    this.name = name;
    this.topics = new KafkaTopics(controlPlane, name);
  }

  /** A Kafka object that its Cluster Operator calls ready; written again as often as a test likes. */
  async writeKafka(name: string, { listeners, conditions = READY, ...spec }: KafkaAsWritten): Promise<void> {
    const declared = listeners.map(({ address: _address, ...listener }) => listener);
    const published = listeners.map((listener) => ({ name: listener.name, bootstrapServers: listener.address }));
    await this.#write("Kafka", "kafkas", { name }, { kafka: { listeners: declared }, ...spec });
    await this.#writeStatus("kafkas", name, { conditions, listeners: published });
  }

  /** A KafkaUser of Kafka object `cluster` that its User Operator calls ready, with a Secret of its name. */
  async writeUser(name: string, cluster: string, type: string, username = name): Promise<void> {
    const labels = { "strimzi.io/cluster": cluster };
    await this.#write("KafkaUser", "kafkausers", { name, labels }, { authentication: { type } });
    await this.#writeStatus("kafkausers", name, { conditions: READY, username, secret: name });
  }

  /** Holds exactly these keys from now on. */
  async writeSecret(name: string, texts: Readonly<Record<string, string>>): Promise<void> {
    const entries = Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
    const metadata = { name, namespace: this.name };
    const secret = { apiVersion: "v1", kind: "Secret", metadata, data: Object.fromEntries(entries) };
    await this.controlPlane.applyManifests(secret);
  }

  /** A file of config, here. */
  async grant(
    file: `${"strimzi" | "strimzi-topics" | "strimzi-users"}/role.yaml` | "strimzi/secrets.yaml",
  ): Promise<void> {
    const documents = parseAllDocuments(await readFile(join(CONFIG, file), "utf8"));
    const manifests = documents.map((document) => document.toJS() as Manifest);
    await this.controlPlane.applyManifests(
      manifests.map((manifest) => ({ ...manifest, metadata: { ...manifest.metadata, namespace: this.name } })),
    );
  }

  async #write(kind: string, plural: string, metadata: Metadata, spec: object): Promise<void> {
    const object = { apiVersion: "kafka.strimzi.io/v1", kind, metadata: { ...metadata, namespace: this.name }, spec };
    const path = `${this.#path(plural)}/${metadata.name}?fieldManager=test&force=true`;
    await this.controlPlane.request("PATCH", path, object, { contentType: "application/apply-patch+yaml" });
  }

  async #writeStatus(plural: string, name: string, status: object): Promise<void> {
    await this.controlPlane.request("PATCH", `${this.#path(plural)}/${name}/status`, { status });
  }

  #path(plural: string): string {
    return `/apis/kafka.strimzi.io/v1/namespaces/${this.name}/${plural}`;
  }
}

/** With Strimzi's kinds and the rights of role.yaml, unless `isInstalled` is false. */
export async function createStrimziNamespace({ isInstalled = true } = {}): Promise<StrimziNamespace> {
  const controlPlane = await environment().controlPlane();
  if (isInstalled) await installStrimziCrds(controlPlane);
  const name = `strimzi-${randomBytes(4).toString("hex")}`;
  await controlPlane.request("POST", "/api/v1/namespaces", { metadata: { name } });
  const namespace = new StrimziNamespace(controlPlane, name);
  if (isInstalled) await namespace.grant("strimzi/role.yaml");
  return namespace;
}
