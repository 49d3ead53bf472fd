// A namespace in which Strimzi lives, for one test file: its kinds, the operator's rights there (config/strimzi as it is),
// and the objects that Strimzi's Cluster Operator and User Operator would write.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { parseAllDocuments } from "yaml";

import type { Manifest } from "../environment/apply-manifests.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { environment } from "../environment/environment.ts";
import { KafkaTopics } from "./kafka-topics.ts";
import { installStrimziCrds } from "./strimzi-crds.ts";

const CONFIG = join(import.meta.dirname, "..", "..", "config", "strimzi");

export class StrimziNamespace {
  readonly name: string;
  readonly topics: KafkaTopics;
  readonly controlPlane: ControlPlane;

  constructor(controlPlane: ControlPlane, name: string) {
    this.controlPlane = controlPlane;
    this.name = name;
    this.topics = new KafkaTopics(controlPlane, name);
  }

  /** A file of config/strimzi, here. */
  async grant(file: "role.yaml" | "secrets.yaml"): Promise<void> {
    const documents = parseAllDocuments(await readFile(join(CONFIG, file), "utf8"));
    const manifests = documents.map((document) => document.toJS() as Manifest);
    await this.controlPlane.applyManifests(
      manifests.map((manifest) => ({ ...manifest, metadata: { ...manifest.metadata, namespace: this.name } })),
    );
  }
}

/** With the rights of role.yaml, unless `isGranted` is false. */
export async function createStrimziNamespace({ isGranted = true } = {}): Promise<StrimziNamespace> {
  const controlPlane = await environment().controlPlane();
  await installStrimziCrds(controlPlane);
  const name = `strimzi-${randomBytes(4).toString("hex")}`;
  await controlPlane.request("POST", "/api/v1/namespaces", { metadata: { name } });
  const namespace = new StrimziNamespace(controlPlane, name);
  if (isGranted) await namespace.grant("role.yaml");
  return namespace;
}
