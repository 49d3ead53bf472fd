// A real Kubernetes control plane for tests, demo and bench: etcd and kube-apiserver with RBAC on loopback, ready in
// seconds, and on request the controllers that collect garbage and end namespaces. No nodes, no scheduler.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ApiClient, ApiError, type ApiResponse, type Method, type RequestOptions } from "./api-client.ts";
import { apiServerProcess, writeApiServerFiles, type ApiServerFiles } from "./api-server.ts";
import { applyManifests, type ManifestSource } from "./apply-manifests.ts";
import { readAuditLog, type AuditedRequest } from "./audit-log.ts";
import type { ControlledProcess } from "./controlled-process.ts";
import { controllerManagerProcess } from "./controller-manager.ts";
import { compact, etcdProcess, etcdUrl } from "./etcd.ts";
import { findFreePorts, withFreshPorts } from "./free-ports.ts";
import { knownSecrets } from "./known-secrets.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { Sandbox } from "./sandbox.ts";

const TOKEN_LIFETIME_SECONDS = 24 * 3_600;
/** Of a path that nobody may read. */
const MARKER = "/audit-marker-";
const MARKER_POLL_MS = 5;

export interface ControlPlaneOptions {
  /** Start the controller-manager at once; better after the CRDs, by `startControllerManager()`. Default false. */
  readonly controllerManager?: boolean;
  /** Log every request of a ServiceAccount, for `auditedRequests()`. Default false. */
  readonly audit?: boolean;
}

/**
 * Starts etcd and kube-apiserver with the binaries of the toolchain (KUBEBUILDER_ASSETS, where the user has set it).
 *
 * Guarantees: ready to serve when it resolves; everything is gone after `stop()` and after the end of this process.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  return await withFreshPorts(async () => {
    const sandbox = new Sandbox("control-plane");
    try {
      const controlPlane = await launch(sandbox, options);
      if (options.controllerManager === true) await controlPlane.startControllerManager();
      return controlPlane;
    } catch (error) {
      await sandbox.close();
      throw error;
    }
  });
}

async function launch(sandbox: Sandbox, options: ControlPlaneOptions): Promise<ControlPlane> {
  const [port, client, peer] = (await findFreePorts(3)) as [number, number, number];
  const { files, adminToken } = await writeApiServerFiles(sandbox.folder);
  const url = `https://127.0.0.1:${port}`;
  const etcd = await etcdProcess(sandbox, { client, peer });
  const apiServer = await apiServerProcess(sandbox, {
    files,
    port,
    etcdUrl: etcdUrl(client),
    audit: options.audit ?? false,
    isReady: () => isServing(url, files.certificate, adminToken),
  });
  await Promise.all([etcd.start(), apiServer.start()]);
  const caPem = await readFile(files.certificate, "utf8");
  const adminKubeconfig = join(sandbox.folder, "admin.kubeconfig");
  await writeKubeconfig(adminKubeconfig, { url, caPem }, { name: "admin", token: adminToken });
  return new ControlPlane(sandbox, files, {
    url,
    caPem,
    adminToken,
    adminKubeconfig,
    etcdUrl: etcdUrl(client),
    etcd,
    apiServer,
  });
}

interface Parts {
  readonly url: string;
  readonly caPem: string;
  readonly adminToken: string;
  readonly adminKubeconfig: string;
  readonly etcdUrl: string;
  readonly etcd: ControlledProcess;
  readonly apiServer: ControlledProcess;
}

export class ControlPlane implements AsyncDisposable {
  readonly url: string;
  /** Certificate authority of `url`. */
  readonly caPem: string;
  /** Token of a member of system:masters, which API priority and fairness never limits. For tests, not the operator. */
  readonly adminToken: string;
  /** Path of a kubeconfig for the admin. */
  readonly adminKubeconfig: string;
  readonly apiServer: ControlledProcess;
  readonly etcd: ControlledProcess;
  readonly #sandbox: Sandbox;
  readonly #files: ApiServerFiles;
  readonly #etcdUrl: string;
  readonly #api: ApiClient;
  #controllerManager: ControlledProcess | undefined;
  #auditToken: Promise<string> | undefined;

  constructor(sandbox: Sandbox, files: ApiServerFiles, parts: Parts) {
    this.url = parts.url;
    this.caPem = parts.caPem;
    this.adminToken = parts.adminToken;
    this.adminKubeconfig = parts.adminKubeconfig;
    this.apiServer = parts.apiServer;
    this.etcd = parts.etcd;
    this.#sandbox = sandbox;
    this.#files = files;
    this.#etcdUrl = parts.etcdUrl;
    this.#api = new ApiClient({ url: parts.url, caPem: parts.caPem, token: parts.adminToken });
  }

  /** As the admin unless `options.token` says otherwise. Rejects with an ApiError for every status from 400. */
  request<T = unknown>(
    method: Method,
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<ApiResponse<T>> {
    return this.#api.request<T>(method, path, body, options);
  }

  /** See `applyManifests`. */
  applyManifests(sources: ManifestSource | readonly ManifestSource[]): Promise<string[]> {
    return applyManifests(this.#api, sources);
  }

  /** A token of a ServiceAccount, valid for a day; namespace and ServiceAccount are created when absent. */
  async token(namespace: string, serviceAccount: string): Promise<string> {
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    await this.#createIfAbsent("/api/v1/namespaces", namespace);
    await this.#createIfAbsent(accounts, serviceAccount);
    const { body } = await this.request<{ readonly status: { readonly token: string } }>(
      "POST",
      `${accounts}/${serviceAccount}/token`,
      { spec: { expirationSeconds: TOKEN_LIFETIME_SECONDS } },
    );
    return knownSecrets.add(`token of ServiceAccount "${namespace}/${serviceAccount}"`, body.status.token);
  }

  /** Path of a new kubeconfig that reads `token` from a file beside it; `writeToken` (kubeconfig.ts) rotates it. */
  async kubeconfigFor(token: string, options: { readonly namespace?: string } = {}): Promise<string> {
    const path = join(this.#sandbox.folder, `${randomBytes(6).toString("hex")}.kubeconfig`);
    await writeKubeconfig(path, this, { name: "user", token, ...options });
    return path;
  }

  async kubeconfigForServiceAccount(namespace: string, name: string): Promise<string> {
    return await this.kubeconfigFor(await this.token(namespace, name), { namespace });
  }

  /** Garbage collection, namespace deletion, default ServiceAccounts, ClusterRole aggregation. Apply CRDs first. */
  async startControllerManager(): Promise<ControlledProcess> {
    this.#controllerManager ??= await controllerManagerProcess(this.#sandbox, {
      kubeconfig: this.adminKubeconfig,
      signingKey: this.#files.signingKey,
      certificate: this.#files.certificate,
      isReady: () => this.#exists("/api/v1/namespaces/default/serviceaccounts/default"),
    });
    await this.#controllerManager.start();
    return this.#controllerManager;
  }

  /** Every request of a ServiceAccount that has been answered so far. Needs `audit: true`. */
  async auditedRequests(): Promise<AuditedRequest[]> {
    // The log has a request a moment after its answer is out: what came before has been written once a later one has.
    const marker = `${MARKER}${randomBytes(6).toString("hex")}`;
    this.#auditToken ??= this.token("default", "audit-marker");
    await this.request("GET", marker, undefined, { token: await this.#auditToken }).catch(() => {});
    for (;;) {
      const requests = await readAuditLog(this.#files.auditLog);
      if (requests.some(({ uri }) => uri === marker)) return requests.filter(({ uri }) => !uri.startsWith(MARKER));
      await sleep(MARKER_POLL_MS);
    }
  }

  /** See `compact` in etcd.ts. A running API server still serves what its watch cache holds; restart it as well. */
  compactEtcd(): Promise<void> {
    return compact(this.#etcdUrl);
  }

  async stop(): Promise<void> {
    await this.#api.close();
    await this.#sandbox.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #createIfAbsent(collection: string, name: string): Promise<void> {
    if (await this.#exists(`${collection}/${name}`)) return;
    try {
      await this.request("POST", collection, { metadata: { name } });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  }

  async #exists(path: string): Promise<boolean> {
    try {
      await this.request("GET", path);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return false;
      throw error;
    }
  }
}

/** /readyz alone is too early: the namespaces that every test needs come a moment later. */
async function isServing(url: string, certificate: string, token: string): Promise<boolean> {
  let api: ApiClient | undefined;
  try {
    api = new ApiClient({ url, caPem: await readFile(certificate, "utf8"), token });
    await api.request("GET", "/readyz", undefined, { signal: AbortSignal.timeout(5_000) });
    await api.request("GET", "/api/v1/namespaces/default", undefined, { signal: AbortSignal.timeout(5_000) });
    return true;
  } catch {
    return false;
  } finally {
    await api?.close();
  }
}
