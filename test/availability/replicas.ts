// Three replicas of the shipped bundle, each with an account of its own, so that the audit log tells who wrote what, and
// each behind a proxy of its own, so that one can be cut off.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";

import { NODE_FLAGS } from "../../hack/shipped-form.ts";
import { ApiError } from "../environment/api-client.ts";
import type { AuditedRequest } from "../environment/audit-log.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import { ApiProxy } from "../faults/api-proxy.ts";

const SYSTEM = "event-bus-system";
const RBAC = "rbac.authorization.k8s.io";
const BLOCKER = new URL("blocker.mjs", import.meta.url).href;
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${SYSTEM}/leases/event-bus-operator`;

export class Replica implements AsyncDisposable {
  readonly account: string;
  readonly proxy: ApiProxy;
  readonly #kubeconfig: string;
  readonly #program: string;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown[]> = Promise.resolve([]);
  log = "";

  private constructor(
    account: string,
    proxy: ApiProxy,
    { kubeconfig, program, env }: { kubeconfig: string; program: string; env: Readonly<Record<string, string>> },
  ) {
    this.account = account;
    this.proxy = proxy;
    this.#kubeconfig = kubeconfig;
    this.#program = program;
    this.#env = env;
  }

  static async create(
    controlPlane: ControlPlane,
    account: string,
    options: { readonly program: string; readonly env: Readonly<Record<string, string>> },
  ): Promise<Replica> {
    const direct = await controlPlane.kubeconfigForServiceAccount(SYSTEM, account);
    await controlPlane.applyManifests([
      bind("ClusterRoleBinding", account, "ClusterRole", "event-bus-operator"),
      bind("RoleBinding", account, "Role", "event-bus-operator-lease"),
      bind("RoleBinding", `${account}-secrets`, "Role", "event-bus-operator-secrets", account),
    ]);
    const proxy = await ApiProxy.start(controlPlane.url, controlPlane.caPem);
    const config = JSON.parse(await readFile(direct, "utf8")) as object;
    const clusters = [{ name: "test", cluster: { server: proxy.url, "insecure-skip-tls-verify": true } }];
    await writeFile(`${direct}-proxied`, JSON.stringify({ ...config, clusters }));
    return new Replica(account, proxy, { kubeconfig: `${direct}-proxied`, ...options });
  }

  start(): void {
    const child = fork(this.#program, {
      execArgv: ["--import", BLOCKER, ...NODE_FLAGS],
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], KUBECONFIG: this.#kubeconfig, ...this.#env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.log = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.log += chunk.toString()));
    }
    this.#ended = once(child, "exit");
    this.#child = child;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** It leads or could at once. */
  get isPrepared(): boolean {
    return this.isRunning && this.log.includes("Caches are filled");
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Keeps its event loop busy. */
  block(ms: number): void {
    this.#child?.send({ block: ms });
  }

  /** Nothing of what it asks reaches the API server, and nothing comes back. */
  cutOff(): void {
    this.proxy.faultFor = () => ({ kind: "silence" });
    this.proxy.strike({ kind: "silence" });
  }

  reconnect(): void {
    this.proxy.faultFor = () => undefined;
  }

  /** Exit code, or the signal that ended it. */
  async end(): Promise<unknown> {
    const [code, signal] = await this.#ended;
    return code ?? signal;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) this.kill("SIGKILL");
    await this.#ended;
    await this.proxy.stop();
  }
}

/** Account of the one that renewed or took the lease last; undefined where nobody holds it. */
export async function leader(
  controlPlane: ControlPlane,
  requests: readonly AuditedRequest[],
): Promise<string | undefined> {
  if ((await holder(controlPlane)) === "") return undefined;
  return accountOf(leaseWritesAmong(requests).at(-1)?.user ?? "");
}

/** Those that were granted: takings, renewals, and one that gives it up. */
export function leaseWritesAmong(requests: readonly AuditedRequest[]): AuditedRequest[] {
  return requests.filter(
    ({ resource, verb, code, namespace }) =>
      resource === "leases" && namespace === SYSTEM && (verb === "update" || verb === "create") && code < 300,
  );
}

async function holder(controlPlane: ControlPlane): Promise<string> {
  type Lease = { readonly spec: { readonly holderIdentity: string } };
  try {
    return (await controlPlane.request<Lease>("GET", LEASE)).body.spec.holderIdentity;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return "";
    throw error;
  }
}

export function accountOf(user: string): string {
  return user.replace(`system:serviceaccount:${SYSTEM}:`, "");
}

function bind(kind: string, name: string, roleKind: string, role: string, account = name) {
  return {
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata: kind === "RoleBinding" ? { name, namespace: SYSTEM } : { name },
    roleRef: { apiGroup: RBAC, kind: roleKind, name: role },
    subjects: [{ kind: "ServiceAccount", name: account, namespace: SYSTEM }],
  };
}
