// A real Kafka with an authorizer: who connects without SASL (tests, brokers) may do all, users of its SASL listener only
// what they are granted. Rights are granted and read by a client of its own, kafkajs.

import kafkajs, { Kafka, logLevel, type AclEntry, type Admin } from "kafkajs";

import type { ConnectionSecurity } from "../../src/kafka/model/connection.ts";
import { startKafka, type KafkaCluster } from "./kafka.ts";
import { knownSecrets } from "./known-secrets.ts";

const PASSWORD = "right-horse";
const LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule";

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** One permission for a user, on everything of a type unless named. */
export interface Grant {
  readonly resource: "cluster" | "topic" | "group";
  /** Default: every one. */
  readonly name?: string;
  /** As Kafka's own tools spell it. */
  readonly operation: string;
}

export class GuardedKafka implements AsyncDisposable {
  readonly cluster: KafkaCluster;
  readonly #admin: Admin;

  constructor(cluster: KafkaCluster, admin: Admin) {
    this.cluster = cluster;
    this.#admin = admin;
  }

  /** Of every user. */
  readonly password = knownSecrets.add("password of every user", PASSWORD);

  get saslServers(): readonly string[] {
    return this.cluster.bootstrapServersOf("SASL");
  }

  securityOf(user: string): ConnectionSecurity {
    return { protocol: "SASL_PLAINTEXT", sasl: { mechanism: "PLAIN", username: user, password: PASSWORD } };
  }

  async grant(user: string, grants: readonly Grant[]): Promise<void> {
    if (grants.length > 0) await this.#admin.createAcls({ acl: grants.map((grant) => entryOf(user, grant)) });
  }

  async revoke(user: string, grants: readonly Grant[]): Promise<void> {
    if (grants.length > 0) await this.#admin.deleteAcls({ filters: grants.map((grant) => entryOf(user, grant)) });
  }

  /** Every ACL in the cluster. */
  async acls(): Promise<AclEntry[]> {
    const { resources } = await this.#admin.describeAcls({
      resourceType: AclResourceTypes.ANY,
      resourcePatternType: ResourcePatternTypes.ANY,
      operation: AclOperationTypes.ANY,
      permissionType: AclPermissionTypes.ANY,
    });
    return resources.flatMap(({ acls, resourceType, resourceName, resourcePatternType }) =>
      acls.map((acl) => ({ resourceType, resourceName, resourcePatternType, ...acl })),
    );
  }

  async createAcls(acl: AclEntry[]): Promise<void> {
    if (acl.length > 0) await this.#admin.createAcls({ acl });
  }

  async deleteAcls(filters: AclEntry[]): Promise<void> {
    if (filters.length > 0) await this.#admin.deleteAcls({ filters });
  }

  /** Every permission in the cluster as `principal operation type:name`, sorted. */
  async permissions(): Promise<string[]> {
    return (await this.acls())
      .map(
        ({ operation, principal, resourceName, resourceType }) =>
          `${principal} ${wordOf(AclOperationTypes, operation)} ${wordOf(AclResourceTypes, resourceType)}:${resourceName}`,
      )
      .toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.disconnect();
    await this.cluster.stop();
  }
}

/** `users`: who may connect by SASL. */
export async function startGuardedKafka(users: readonly string[]): Promise<GuardedKafka> {
  const accounts = users.map((user) => `user_${user}="${PASSWORD}"`).join(" ");
  const cluster = await startKafka({
    listeners: [{ name: "SASL", protocol: "SASL_PLAINTEXT" }],
    properties: {
      "sasl.enabled.mechanisms": "PLAIN",
      "listener.name.sasl.plain.sasl.jaas.config": `${LOGIN} required ${accounts};`,
      "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
      "super.users": "User:ANONYMOUS",
      "allow.everyone.if.no.acl.found": "false",
    },
  });
  const kafka = new Kafka({ brokers: [...cluster.bootstrapServers], clientId: "rights", logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  return new GuardedKafka(cluster, admin);
}

function wordOf(words: object, code: number): string {
  return Object.entries(words).find(([, value]) => value === code)?.[0] ?? String(code);
}

function entryOf(user: string, { name = "*", operation, resource }: Grant): AclEntry {
  const word = operation.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase() as keyof typeof AclOperationTypes;
  return {
    resourceType: AclResourceTypes[resource.toUpperCase() as keyof typeof AclResourceTypes],
    resourceName: resource === "cluster" ? "kafka-cluster" : name,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${user}`,
    host: "*",
    operation: AclOperationTypes[word],
    permissionType: AclPermissionTypes.ALLOW,
  };
}
