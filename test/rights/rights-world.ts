// Everything that the operator does with its rights, once: a real process under an account of its own, whose rights are those
// of config/rbac and config/strimzi* but for what a test takes away. What it asked for, and was denied, is in the audit log.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Manifest } from "../environment/apply-manifests.ts";
import { manifestsIn } from "../environment/helm.ts";
import { startOperatorUnderTest, type OperatorUnderTest } from "../environment/operator-under-test.ts";
import { permissionsIn } from "../environment/permissions.ts";
import { until } from "../environment/until.ts";
import { ApiProxy } from "../faults/api-proxy.ts";
import { installStrimziCrds } from "../strimzi/strimzi-crds.ts";
import { STEPS } from "./rights-steps.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const ACCOUNT = "operator";
const START_MS = 60_000;
const STEP_MS = 15_000;
/** What is asked for when everything has been played. */
const LAST = ["watch secrets", "watch leases"];
const RBAC = "rbac.authorization.k8s.io";
/** Where each shipped role's rules are given in this world; the rest is cluster-wide. */
const NAMESPACED = /-(lease|secrets|bindings|strimzi|strimzi-secrets|strimzi-topics|strimzi-users)$/;
const TENANTS = /-(view|edit)$/;
/** The Secrets of this world, by the role that is for them: otherwise one role would do where another lacks. */
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  "event-bus-operator-secrets": ["user"],
  "event-bus-operator-bindings": ["first", "second"],
  "event-bus-operator-strimzi-secrets": ["linked-cluster-ca-cert"],
};

export interface ShippedPermission {
  /** `<verb> <group>/<resource>[=<name>]`. */
  readonly permission: string;
  readonly role: string;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** All that the operator itself is granted, one by one; rights on single names are rights on any here, Secrets aside. */
export async function shippedPermissions(): Promise<ShippedPermission[]> {
  const files = ["rbac/role.yaml", "rbac/role-lease.yaml", "rbac/role-secrets.yaml", "rbac/role-bindings.yaml"];
  const strimzi = ["strimzi/role.yaml", "strimzi/secrets.yaml", "strimzi-topics/role.yaml", "strimzi-users/role.yaml"];
  const all = [...files, ...strimzi].map((file) => join(ROOT, "config", file));
  const objects = (await Promise.all(all.map((file) => readFile(file, "utf8")))).flatMap(manifestsIn);
  const roles = objects.filter(({ kind, metadata }) => kind.endsWith("Role") && !TENANTS.test(metadata.name));
  return roles.flatMap(({ metadata, ["rules"]: rules }) =>
    (rules as readonly Rule[]).flatMap((rule) =>
      permissionsIn({ apiGroups: rule.apiGroups, resources: rule.resources, verbs: rule.verbs }).map((permission) => ({
        permission,
        role: metadata.name,
      })),
    ),
  );
}

export interface Outcome {
  /** `<verb> <resource>[/<subresource>]` of what was asked, once each. */
  readonly granted: ReadonlySet<string>;
  readonly denied: ReadonlySet<string>;
  readonly log: string;
}

/** As the audit log names it. */
export function audited(permission: string): string {
  return permission.replace(/ [^/]*\//, " ");
}

/** Plays everything with all rights but one; ends early when that one was missed. */
export async function playWithout(missing: ShippedPermission | undefined, name: string): Promise<Outcome> {
  const operator = await startOperatorUnderTest({
    bus: {
      // By labels, which are read live before a right is granted.
      namespaces: [{ selector: {}, deletionPolicies: ["Retain", "Delete", "DeleteGroup"] }],
      resyncInterval: "500ms",
    },
  });
  // Only for its objects: it is the process that reconciles them.
  await operator.stop();
  const { controlPlane, id } = operator;
  await installStrimziCrds(controlPlane);
  const permissions = (await shippedPermissions()).filter(
    ({ permission, role }) => permission !== missing?.permission || role !== missing.role,
  );
  const objects = [
    ...grants(
      id,
      permissions.filter(({ role }) => !NAMESPACED.test(role)),
      { isClusterWide: true, name: `${id}-${name}` },
    ),
    ...grants(
      id,
      permissions.filter(({ role }) => NAMESPACED.test(role)),
      { isClusterWide: false, name },
    ),
  ];
  const kubeconfig = await controlPlane.kubeconfigForServiceAccount(id, ACCOUNT);
  await controlPlane.applyManifests(objects);
  await using proxy = await ApiProxy.start(controlPlane.url, controlPlane.caPem);
  playOldAndLossy(proxy);
  const proxied = await throughProxy(kubeconfig, proxy.url);
  await using running = await startProcess(operator, proxied);
  const outcome = async (): Promise<Outcome> => await outcomeOf(operator, running.log());
  const isMissed = async (): Promise<boolean> =>
    missing !== undefined && (await outcome()).denied.has(audited(missing.permission));
  const hasAll = async (names: readonly string[]): Promise<boolean> => {
    const { granted } = await outcome();
    return names.every((one) => granted.has(one));
  };
  for (const [index, step] of STEPS.entries()) {
    await step.does(operator);
    const deadline = Date.now() + (index === 0 ? START_MS : STEP_MS);
    await until(
      async () => Date.now() > deadline || (await step.isDone(operator).catch(() => false)) || (await isMissed()),
      2 * START_MS,
    );
    if (await isMissed()) return await outcome();
  }
  // It waits for the lease of the first.
  await using standby = await startProcess(operator, proxied);
  // Streams begin a moment after what needs them has been judged.
  const end = Date.now() + START_MS;
  const isOver = missing === undefined ? () => hasAll(LAST) : isMissed;
  await until(async () => Date.now() > end || (await isOver()), 2 * START_MS);
  await Promise.all([standby.stop(), running.stop()]);
  return await outcome();
}

function grants(
  id: string,
  permissions: readonly ShippedPermission[],
  { isClusterWide, name }: { readonly isClusterWide: boolean; readonly name: string },
): Manifest[] {
  const prefix = isClusterWide ? "Cluster" : "";
  const metadata = isClusterWide ? { name } : { name, namespace: id };
  const rules = permissions.map(({ permission, role }) => {
    const [verb = "", group = "", resource = ""] = permission.split(/ |\/(.*)/s).filter((part) => part !== undefined);
    const isNamed = resource === "secrets" && verb !== "create";
    return {
      apiGroups: [group],
      resources: [resource],
      verbs: [verb],
      ...(isNamed && { resourceNames: SECRETS[role] }),
    };
  });
  const roleRef = { apiGroup: RBAC, kind: `${prefix}Role`, name };
  const subjects = [{ kind: "ServiceAccount", name: ACCOUNT, namespace: id }];
  return [
    { apiVersion: `${RBAC}/v1`, kind: `${prefix}Role`, metadata, rules },
    { apiVersion: `${RBAC}/v1`, kind: `${prefix}RoleBinding`, metadata, roleRef, subjects },
  ];
}

/** After a write without an answer the object is read, and so is one that is there already; servers that cannot stream a list are asked for it. */
function playOldAndLossy(proxy: ApiProxy): void {
  const lost = new Set<string>();
  proxy.faultFor = ({ method, path }) => {
    if (path.includes("sendInitialEvents=true")) return { kind: "answer", status: 422, reason: "Invalid" };
    if (method === "POST" && /\/kafkausers(\?|$)/.test(path) && !lost.has("kafkausers")) {
      lost.add("kafkausers");
      return { kind: "answer", status: 409, reason: "AlreadyExists" };
    }
    const [, plural] = /\/(eventbuses|retentionpolicies|consumergroups)\/[^/]+\/status/.exec(path) ?? [];
    if (method !== "PATCH" || plural === undefined || lost.has(plural)) return undefined;
    lost.add(plural);
    return { kind: "lose-answer" };
  };
}

async function throughProxy(kubeconfig: string, server: string): Promise<string> {
  const config = JSON.parse(await readFile(kubeconfig, "utf8")) as object;
  const clusters = [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }];
  const path = `${kubeconfig}-proxied`;
  await writeFile(path, JSON.stringify({ ...config, clusters }));
  return path;
}

async function startProcess({ id }: OperatorUnderTest, kubeconfig: string) {
  const child = spawn(process.execPath, [join(ROOT, "src/main.ts")], {
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      KUBECONFIG: kubeconfig,
      EVENTBUS_BUS_SELECTOR: `test=${id}`,
      EVENTBUS_WATCH_NAMESPACES: id,
      EVENTBUS_STRIMZI_NAMESPACES: id,
      EVENTBUS_SECRET_NAMESPACE: id,
      EVENTBUS_METRICS_ADDRESS: "0",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const ended = once(child, "exit");
  return {
    log: () => log,
    /** In order, so that the lease is given up. */
    stop: async (): Promise<void> => {
      child.kill("SIGTERM");
      await ended;
    },
    [Symbol.asyncDispose]: async (): Promise<void> => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function outcomeOf({ controlPlane, id }: OperatorUnderTest, log: string): Promise<Outcome> {
  const user = `system:serviceaccount:${id}:${ACCOUNT}`;
  const requests = (await controlPlane.auditedRequests()).filter((request) => request.user === user);
  const named = (isDenied: boolean): Set<string> =>
    new Set(
      requests
        .filter(({ code }) => (code === 403) === isDenied)
        .map(
          ({ verb, resource, subresource }) =>
            `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`,
        ),
    );
  return { granted: named(false), denied: named(true), log };
}
