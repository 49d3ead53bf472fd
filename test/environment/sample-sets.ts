// The sets of config/samples as objects, as they are or made an operator's own.

import { readdir, readFile } from "node:fs/promises";

import { parseAllDocuments } from "yaml";

import type { Manifest } from "./apply-manifests.ts";
import type { OperatorUnderTest } from "./operator-under-test.ts";

const SAMPLES = new URL("../../config/samples/", import.meta.url);

/** Names of all sets. */
export async function sampleSets(): Promise<string[]> {
  const entries = await readdir(SAMPLES, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** In the order of its files. */
export async function manifestsOf(set: string, edit = (text: string): string => text): Promise<Manifest[]> {
  const folder = new URL(`${set}/`, SAMPLES);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).toSorted();
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), "utf8")));
  return texts.flatMap((text) => parseAllDocuments(edit(text)).map((document) => document.toJS() as Manifest));
}

/**
 * Applies a set with the operator's Kafka, looked at more often, and with the operator's id in the place of `name`, which
 * bus, namespace, policies and topics of the set have in common: so it shares API server and Kafka with other tests.
 */
export async function applySample(operator: OperatorUnderTest, set: string, name: string): Promise<void> {
  const { bootstrapServers, controlPlane, id } = operator;
  const manifests = await manifestsOf(set, (text) =>
    text.replaceAll(new RegExp(`\\b${name}\\b`, "g"), id).replace("localhost:9092", bootstrapServers[0] ?? ""),
  );
  await controlPlane.applyManifests(manifests.map((manifest) => watchedBy(manifest, id)));
}

function watchedBy(manifest: Manifest, id: string): Manifest {
  if (manifest.kind !== "EventBus") return manifest;
  const spec = { ...(manifest["spec"] as object), resyncInterval: "500ms" };
  return { ...manifest, metadata: { ...manifest.metadata, labels: { test: id } }, spec };
}
