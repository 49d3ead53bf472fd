// Applies manifests as `kubectl apply --server-side --validate=strict` would: files, folders, objects; CRDs first.

import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { parseAllDocuments } from "yaml";

import { ApiError, type ApiClient } from "./api-client.ts";

/** Any object of the API, as a test writes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** A file, a folder (its YAML and JSON files, sorted, folders inside as well; kustomizations are passed over), or an object. */
export type ManifestSource = string | Manifest;

const FIELD_MANAGER = "test-environment";
const ESTABLISHED_TIMEOUT_MS = 15_000;
const DISCOVERY_TIMEOUT_MS = 3_000;
const APPLY_ORDER = ["CustomResourceDefinition", "Namespace"];

/**
 * Server-side apply with `fieldValidation=Strict`, CRDs first (waiting until they are served), then namespaces, then
 * the rest in the order given. Objects without a namespace go to `default`. Returns the warnings of the API server.
 */
export async function applyManifests(
  api: ApiClient,
  sources: ManifestSource | readonly ManifestSource[],
): Promise<string[]> {
  const manifests = (await Promise.all([sources].flat().map(readManifests))).flat();
  const isFirst = ({ kind }: Manifest): boolean => APPLY_ORDER.includes(kind);
  const inOrder = [
    ...APPLY_ORDER.flatMap((kind) => manifests.filter((manifest) => manifest.kind === kind)),
    ...manifests.filter((manifest) => !isFirst(manifest)),
  ];
  const paths = new ResourcePaths(api);
  const warnings: string[] = [];
  for (const manifest of inOrder) {
    const path = `${await paths.of(manifest)}?fieldManager=${FIELD_MANAGER}&force=true&fieldValidation=Strict`;
    const applied = await api.request("PATCH", path, manifest, { contentType: "application/apply-patch+yaml" });
    warnings.push(...applied.warnings);
    if (manifest.kind === "CustomResourceDefinition") await waitUntilServed(api, manifest.metadata.name);
  }
  return warnings;
}

async function readManifests(source: ManifestSource): Promise<Manifest[]> {
  if (typeof source !== "string") return [source];
  if ((await stat(source)).isDirectory()) {
    const entries = await readdir(source, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isDirectory() || /^\.(ya?ml|json)$/.test(extname(entry.name)));
    const paths = files.map((entry) => join(source, entry.name)).toSorted();
    return (await Promise.all(paths.map(readManifests))).flat();
  }
  const documents = parseAllDocuments(await readFile(source, "utf8"));
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`"${source}" is not YAML: ${error.message}`);
    const content = document.toJS() as (Manifest & { readonly items?: readonly Manifest[] }) | null;
    if (content === null || content.apiVersion.startsWith("kustomize.config.k8s.io/")) return [];
    return content.kind === "List" ? (content.items ?? []) : [content];
  });
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Paths of objects, by discovery; each group is asked for once, and again when it does not know a kind. */
class ResourcePaths {
  readonly #api: ApiClient;
  readonly #groups = new Map<string, readonly ApiResource[]>();

  constructor(api: ApiClient) {
    this.#api = api;
  }

  async of({ apiVersion, kind, metadata }: Manifest): Promise<string> {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const resource = this.#find(root, kind) ?? (await this.#discover(root, kind));
    const namespace = resource.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    return `${root}${namespace}/${resource.name}/${metadata.name}`;
  }

  #find(root: string, kind: string): ApiResource | undefined {
    return this.#groups.get(root)?.find((resource) => resource.kind === kind && !resource.name.includes("/"));
  }

  /** A CRD just established may take a moment to be listed. */
  async #discover(root: string, kind: string): Promise<ApiResource> {
    const deadline = Date.now() + DISCOVERY_TIMEOUT_MS;
    for (;;) {
      this.#groups.set(root, await this.#resources(root));
      const found = this.#find(root, kind);
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`The API server serves no kind "${kind}" in ${root}`);
      await sleep(50);
    }
  }

  async #resources(root: string): Promise<readonly ApiResource[]> {
    try {
      const { body } = await this.#api.request<{ readonly resources: readonly ApiResource[] }>("GET", root);
      return body.resources;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  }
}

interface Crd {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function waitUntilServed(api: ApiClient, name: string): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  const deadline = Date.now() + ESTABLISHED_TIMEOUT_MS;
  for (;;) {
    const { body } = await api.request<Crd>("GET", path);
    const conditions = body.status?.conditions ?? [];
    if (conditions.some(({ type, status }) => type === "Established" && status === "True")) return;
    if (Date.now() > deadline) {
      throw new Error(`CustomResourceDefinition "${name}" was not established: ${JSON.stringify(conditions)}`);
    }
    await sleep(20);
  }
}
