// A double of Strimzi's User Operator, for tests of rights beside it: it serves the KafkaUsers of one namespace and one
// cluster against a real Kafka with an authorizer. What it does stands in the public reference and the source of 1.2.0:
// - the ACLs of a user's principal are made equal to spec.authorization.acls: missing ones are made, all others deleted,
//   also those that somebody else has made; without authorization there are none
// - the principal is User:CN=<name> with authentication tls and tls-external, else User:<name>
// - tls and scram-sha-512 give a Secret of the user's name, whatever there was under it; status.secret and username
// - a KafkaUser that is gone loses its ACLs; strimzi.io/pause-reconciliation: "true" stops all of this
// - every pass it walks the principals in Kafka and deletes the ACLs of those that have no KafkaUser, but for those that
//   STRIMZI_IGNORED_USERS_PATTERN names
// - Ready with observedGeneration; a refusal is Ready=False with the exception's name and message
// Left out: SCRAM credentials and certificates themselves, quotas, batching, caches. Its periodic pass is `pass()`.

import { setTimeout as sleep } from "node:timers/promises";

import kafkajs, { type AclEntry } from "kafkajs";

import { ApiError } from "../environment/api-client.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import type { GuardedKafka } from "../environment/guarded-kafka.ts";
import { KafkaUsers, type KafkaUserAcl, type StoredKafkaUser } from "./kafka-users.ts";

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

export interface UserOperatorOptions {
  readonly controlPlane: ControlPlane;
  readonly kafka: GuardedKafka;
  readonly namespace: string;
  /** Value of the label strimzi.io/cluster that selects. */
  readonly cluster: string;
  /** Names without User:. */
  readonly ignoredUsers: RegExp;
}

const POLL_MS = 50;

export class UserOperatorDouble implements AsyncDisposable {
  readonly #options: UserOperatorOptions;
  readonly #users: KafkaUsers;
  /** Version of each object as it was last served, by its name. */
  readonly #served = new Map<string, { readonly version: string; readonly principal: string }>();
  #running: Promise<void> | undefined;
  #isStopped = true;
  #isPassDue = false;
  #failure: unknown;

  constructor(options: UserOperatorOptions) {
    this.#options = options;
    this.#users = new KafkaUsers(options.controlPlane, options.namespace, options.cluster);
  }

  start(): void {
    this.#isStopped = false;
    this.#running = this.#run();
  }

  /** Rejects with what went wrong inside of the double meanwhile. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** Everything is looked at again, as once in two minutes: users, and principals that have none. */
  pass(): void {
    this.#isPassDue = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#serveAll();
      } catch (error) {
        this.#failure ??= error;
      }
      await sleep(POLL_MS);
    }
  }

  async #serveAll(): Promise<void> {
    const isPass = this.#isPassDue;
    this.#isPassDue = false;
    const users = await this.#users.list();
    const names = new Set(users.map(({ metadata }) => metadata.name));
    for (const [name, { principal }] of this.#served) {
      if (names.has(name)) continue;
      await this.#align(principal, []);
      this.#served.delete(name);
    }
    for (const user of users) {
      const { name, resourceVersion } = user.metadata;
      if (!isPass && this.#served.get(name)?.version === resourceVersion) continue;
      this.#served.set(name, { version: resourceVersion, principal: principalOf(user) });
      await this.#serve(user).catch((error: unknown) => {
        // Changed or gone meanwhile: the next look finds what it is now.
        if (!(error instanceof ApiError && [404, 409].includes(error.status))) throw error;
      });
    }
    if (isPass) await this.#dropStrangers(new Set(users.map(principalOf)));
  }

  async #serve(user: StoredKafkaUser): Promise<void> {
    const { annotations, name } = user.metadata;
    if (annotations?.["strimzi.io/pause-reconciliation"] === "true") {
      await this.#tell(user, [{ type: "ReconciliationPaused", status: "True" }]);
      return;
    }
    const { authentication, authorization } = user.spec;
    const principal = principalOf(user);
    if (authentication?.type === "tls" || authentication?.type === "scram-sha-512") await this.#writeSecret(name);
    try {
      await this.#align(
        principal,
        (authorization?.acls ?? []).flatMap((acl) => entriesOf(acl, principal)),
      );
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await this.#tell(user, [{ type: "Ready", status: "False", reason: "InvalidRequestException", message }]);
      return;
    }
    await this.#tell(user, [{ type: "Ready", status: "True" }]);
  }

  /** The ACLs of the principal become these and no others. */
  async #align(principal: string, wanted: readonly AclEntry[]): Promise<void> {
    const { kafka } = this.#options;
    const there = (await kafka.acls()).filter((acl) => acl.principal === principal);
    const [isThere, isWanted] = [new Set(there.map(keyOf)), new Set(wanted.map(keyOf))];
    await kafka.createAcls(wanted.filter((acl) => !isThere.has(keyOf(acl))));
    await kafka.deleteAcls(there.filter((acl) => !isWanted.has(keyOf(acl))));
  }

  async #dropStrangers(known: ReadonlySet<string>): Promise<void> {
    const { ignoredUsers, kafka } = this.#options;
    const strangers = (await kafka.acls()).filter(
      ({ principal }) => !known.has(principal) && !ignoredUsers.test(principal.replace(/^User:/, "")),
    );
    await kafka.deleteAcls(strangers);
  }

  async #writeSecret(name: string): Promise<void> {
    const { controlPlane, namespace } = this.#options;
    const metadata = { name, namespace, labels: { "strimzi.io/kind": "KafkaUser" } };
    await controlPlane.applyManifests({ apiVersion: "v1", kind: "Secret", metadata, stringData: { password: "made" } });
  }

  async #tell(
    { metadata, spec, status }: StoredKafkaUser,
    conditions: NonNullable<StoredKafkaUser["status"]>["conditions"],
  ): Promise<void> {
    const hasSecret = ["tls", "scram-sha-512"].includes(spec.authentication?.type ?? "");
    const told = {
      conditions,
      observedGeneration: metadata.generation,
      username: principalOf({ metadata, spec }).replace("User:", ""),
      secret: hasSecret ? metadata.name : null,
    };
    const before = { secret: null, ...status };
    if (JSON.stringify(sorted(before)) === JSON.stringify(sorted(told))) return;
    await this.#users.patchStatus(metadata.name, told);
  }
}

function sorted(value: object): unknown {
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** `User:<what brokers make of its credentials>`. */
function principalOf({ metadata, spec }: Pick<StoredKafkaUser, "metadata" | "spec">): string {
  const isTls = ["tls", "tls-external"].includes(spec.authentication?.type ?? "");
  return `User:${isTls ? "CN=" : ""}${metadata.name}`;
}

function entriesOf({ host = "*", operations, resource, type = "allow" }: KafkaUserAcl, principal: string): AclEntry[] {
  const resourceType = wordOf(resource.type);
  return operations.map((operation) => ({
    principal,
    host,
    operation: AclOperationTypes[wordOf(operation) as keyof typeof AclOperationTypes],
    permissionType: type === "deny" ? AclPermissionTypes.DENY : AclPermissionTypes.ALLOW,
    resourceType: AclResourceTypes[resourceType as keyof typeof AclResourceTypes],
    resourceName: resource.name ?? "*",
    resourcePatternType:
      resource.patternType === "prefix" ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
  }));
}

/** DescribeConfigs as DESCRIBE_CONFIGS. */
function wordOf(operation: string): string {
  return operation.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

function keyOf(acl: AclEntry): string {
  const { host, operation, permissionType, principal, resourceName, resourcePatternType, resourceType } = acl;
  return JSON.stringify([resourceType, resourcePatternType, resourceName, principal, host, operation, permissionType]);
}
