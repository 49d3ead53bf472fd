// What Strimzi's User Operator does with the KafkaUsers of one cluster, for its doubles: the one on a real Kafka with an
// authorizer, and the one in memory. Ports do the rest. What it does stands in the public reference and the source of 1.2.0:
// - the ACLs of a user's principal are made equal to spec.authorization.acls: missing ones are made, all others deleted,
//   also those that somebody else has made; without authorization there are none
// - the principal is User:CN=<name> with authentication tls and tls-external, else User:<name>
// - tls and scram-sha-512 give a Secret of the user's name, whatever there was under it; status.secret and username
// - a KafkaUser that is gone loses its ACLs; strimzi.io/pause-reconciliation: "true" stops all of this
// - every pass it walks the principals in Kafka and deletes the ACLs of those that have no KafkaUser, but for those that
//   STRIMZI_IGNORED_USERS_PATTERN names
// - Ready with observedGeneration; a refusal is Ready=False with the exception's name and message
// Left out: SCRAM credentials and certificates themselves, quotas, batching, caches.

import type { KafkaUserAcl, StoredKafkaUser } from "./kafka-users.ts";

type UserStatus = NonNullable<StoredKafkaUser["status"]>;

/** All of a status, but for the times of its conditions. `secret`: null where there is none. */
export type ToldUserStatus = Omit<UserStatus, "secret"> & { readonly secret: string | null };

/** `Acl`: how an ACL is written there. */
export interface UserOperatorPorts<Acl extends { readonly principal: string }> {
  acls(): Promise<readonly Acl[]>;
  createAcls(acls: readonly Acl[]): Promise<void>;
  deleteAcls(acls: readonly Acl[]): Promise<void>;
  /** Each operation of it for the principal. */
  aclsIn(acl: KafkaUserAcl, principal: string): readonly Acl[];
  /** Equal for equal ones only. */
  keyOf(acl: Acl): string;
  /** Of this name, whatever there was under it. */
  writeSecret(name: string): Promise<void>;
  setStatus(user: StoredKafkaUser, status: ToldUserStatus): Promise<void>;
  /** The object was changed or is gone meanwhile: the next look finds what it is now. */
  isOutdated(error: unknown): boolean;
}

export class UserOperator<Acl extends { readonly principal: string }> {
  readonly #ports: UserOperatorPorts<Acl>;
  readonly #ignoredUsers: RegExp;
  /** Version of each object as it was last served, by its name. */
  readonly #served = new Map<string, { readonly version: string; readonly principal: string }>();
  #isPassDue = false;

  /** `ignoredUsers`: names without User:. */
  constructor(ignoredUsers: RegExp, ports: UserOperatorPorts<Acl>) {
    this.#ignoredUsers = ignoredUsers;
    this.#ports = ports;
  }

  /** The next look is at everything, as once in two minutes: users, and principals that have none. */
  pass(): void {
    this.#isPassDue = true;
  }

  /** Serves what has changed since the last look; `users` are all of the cluster. */
  async look(users: readonly StoredKafkaUser[]): Promise<void> {
    const isPass = this.#isPassDue;
    this.#isPassDue = false;
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
        if (!this.#ports.isOutdated(error)) throw error;
      });
    }
    if (isPass) await this.#dropStrangers(new Set(users.map(principalOf)));
  }

  async #serve(user: StoredKafkaUser): Promise<void> {
    if (user.metadata.annotations?.["strimzi.io/pause-reconciliation"] === "true") {
      await this.#tell(user, [{ type: "ReconciliationPaused", status: "True" }]);
      return;
    }
    const { authorization } = user.spec;
    const principal = principalOf(user);
    if (hasSecret(user)) await this.#ports.writeSecret(user.metadata.name);
    try {
      await this.#align(
        principal,
        (authorization?.acls ?? []).flatMap((acl) => this.#ports.aclsIn(acl, principal)),
      );
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await this.#tell(user, [{ type: "Ready", status: "False", reason: "InvalidRequestException", message }]);
      return;
    }
    await this.#tell(user, [{ type: "Ready", status: "True" }]);
  }

  /** The ACLs of the principal become these and no others. */
  async #align(principal: string, wanted: readonly Acl[]): Promise<void> {
    const ports = this.#ports;
    const keysOf = (acls: readonly Acl[]): ReadonlySet<string> => new Set(acls.map((acl) => ports.keyOf(acl)));
    const there = (await ports.acls()).filter((acl) => acl.principal === principal);
    const [isThere, isWanted] = [keysOf(there), keysOf(wanted)];
    await ports.createAcls(wanted.filter((acl) => !isThere.has(ports.keyOf(acl))));
    await ports.deleteAcls(there.filter((acl) => !isWanted.has(ports.keyOf(acl))));
  }

  async #dropStrangers(known: ReadonlySet<string>): Promise<void> {
    const strangers = (await this.#ports.acls()).filter(
      ({ principal }) => !known.has(principal) && !this.#ignoredUsers.test(principal.replace(/^User:/, "")),
    );
    await this.#ports.deleteAcls(strangers);
  }

  async #tell(user: StoredKafkaUser, conditions: NonNullable<UserStatus["conditions"]>): Promise<void> {
    const { metadata, status } = user;
    const told: ToldUserStatus = {
      conditions,
      observedGeneration: metadata.generation,
      username: principalOf(user).replace("User:", ""),
      secret: hasSecret(user) ? metadata.name : null,
    };
    const before = { secret: null, ...status };
    if (JSON.stringify(sorted(before)) !== JSON.stringify(sorted(told))) await this.#ports.setStatus(user, told);
  }
}

function sorted(value: object): unknown {
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function hasSecret({ spec }: StoredKafkaUser): boolean {
  return ["tls", "scram-sha-512"].includes(spec.authentication?.type ?? "");
}

/** `User:<what brokers make of its credentials>`. */
function principalOf({ metadata, spec }: StoredKafkaUser): string {
  const isTls = ["tls", "tls-external"].includes(spec.authentication?.type ?? "");
  return `User:${isTls ? "CN=" : ""}${metadata.name}`;
}
