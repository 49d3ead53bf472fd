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
import { KafkaTopics } from "../strimzi/kafka-topics.ts";
import { installStrimziCrds } from "../strimzi/strimzi-crds.ts";
import { KAFKA_USER_STEPS } from "./kafka-user-steps.ts";

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

/** All that the operator itself is granted, one by one; rights on single names are rights on any here. */
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
  await until(async () => Date.now() > end || (await isMissed()) || (await hasAll(LAST)), 2 * START_MS);
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
  const rules = permissions.map(({ permission }) => {
    const [verb = "", group = "", resource = ""] = permission.split(/ |\/(.*)/s).filter((part) => part !== undefined);
    return { apiGroups: [group], resources: [resource], verbs: [verb] };
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

interface Manageable {
  readonly metadata: { readonly generation?: number | undefined };
  readonly status?:
    | { readonly observedGeneration?: number | undefined; readonly conditions?: readonly Condition[] | undefined }
    | undefined;
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

export interface Step {
  does(operator: OperatorUnderTest): Promise<void>;
  isDone(operator: OperatorUnderTest): Promise<boolean>;
}

const isSettled = ({ status, metadata }: Manageable): boolean => status?.observedGeneration === metadata.generation;
const isReady = (object: Manageable): boolean =>
  isSettled(object) &&
  object.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
const isGone = (reading: Promise<unknown>): Promise<boolean> =>
  reading.then(
    () => false,
    () => true,
  );

/** Plays the Topic Operator as far as it lets go of a topic. */
async function letGo(topics: KafkaTopics, name: string): Promise<void> {
  const { metadata } = await topics.get(name);
  if (metadata.annotations?.["strimzi.io/managed"] !== "false") return;
  await topics.patchStatus(name, { conditions: [{ type: "Unmanaged", status: "True" }] });
}

const DELEGATED: readonly Step[] = [
  {
    does: async (operator) => {
      const { bootstrapServers, id } = operator;
      const strimzi = { namespace: id, name: "main" };
      const kafka = { bootstrapServers: [...bootstrapServers] };
      await operator.createBus({ kafka, strimzi, topicManagement: "KafkaTopic" }, `${id}-delegated`);
      await operator.createTopic("kt", { busRef: { name: `${id}-delegated` }, domain: `${id}-kt`, partitions: 1 });
    },
    isDone: async (operator) =>
      (await kafkaTopicsOf(operator).get(`${operator.id}.${operator.id}-kt`)).spec.partitions === 1,
  },
  {
    does: (operator) => operator.patchTopic("kt", { spec: { partitions: 2 } }),
    isDone: async (operator) =>
      (await kafkaTopicsOf(operator).get(`${operator.id}.${operator.id}-kt`)).spec.partitions === 2,
  },
  {
    does: (operator) => operator.deleteTopic("kt"),
    isDone: async (operator) => {
      if (await isGone(operator.topic("kt"))) return true;
      await letGo(kafkaTopicsOf(operator), `${operator.id}.${operator.id}-kt`);
      return false;
    },
  },
];

function kafkaTopicsOf({ controlPlane, id }: OperatorUnderTest): KafkaTopics {
  return new KafkaTopics(controlPlane, id);
}
const STEPS: readonly Step[] = [
  ...DELEGATED,
  {
    does: async (operator) => {
      await operator.createPolicy("p", { retention: { time: "7d" } });
      await operator.createTopic("t", { partitions: 2, deletionPolicy: "Delete" });
      const groupId = `${operator.id}-g`;
      const topics = [{ eventTopicRef: { name: "t" } }];
      await operator.createGroup("g", {
        groupId,
        topics,
        deletionPolicy: "DeleteGroup",
        binding: { secretName: "first" },
      });
    },
    isDone: async (operator) =>
      isReady(await operator.topic("t")) && isReady(await operator.group("g")) && isSettled(await operator.policy("p")),
  },
  {
    // Secrets of an EventBus, and a connection by Strimzi's objects.
    does: async (operator) => {
      const { controlPlane, id, bootstrapServers } = operator;
      await controlPlane.request("POST", `/api/v1/namespaces/${id}/secrets`, {
        metadata: { name: "user" },
        stringData: { username: "u", password: "p" },
      });
      const sasl = { mechanism: "SCRAM-SHA-512", credentialsSecretRef: { name: "user" } } as const;
      const security = { protocol: "SASL_PLAINTEXT", sasl } as const;
      await operator.createBus({ kafka: { bootstrapServers: [...bootstrapServers], security } }, `${id}-secured`);
      await operator.patchGroup("g", { spec: { client: { maxPollRecords: 7 } } });
      await operator.patchTopic("t", { spec: { partitions: 1 } });
    },
    isDone: async (operator) =>
      isSettled(await operator.topic("t")) &&
      isSettled(await operator.group("g")) &&
      isSettled(await operator.bus(`${operator.id}-secured`)),
  },
  {
    // The same refusal twice is one event that is told to have happened again.
    does: (operator) => operator.patchTopic("t", { spec: { partitions: 2 } }),
    isDone: async (operator) => isSettled(await operator.topic("t")),
  },
  {
    does: async (operator) => {
      await operator.patchTopic("t", { spec: { partitions: 1 } });
      await operator.patchGroup("g", { spec: { binding: { secretName: "second" } } });
    },
    isDone: async (operator) => isSettled(await operator.topic("t")) && isSettled(await operator.group("g")),
  },
  ...KAFKA_USER_STEPS,
  {
    does: async (operator) => {
      await operator.deleteGroup("g");
      await operator.deleteTopic("t");
    },
    isDone: async (operator) => (await isGone(operator.topic("t"))) && (await isGone(operator.group("g"))),
  },
];
