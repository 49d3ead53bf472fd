// A double of Strimzi's User Operator, for tests of rights beside it: it serves the KafkaUsers of one namespace and one
// cluster against a real Kafka with an authorizer. What it does is in user-operator.ts; its periodic pass is `pass()`.

import kafkajs, { type AclEntry } from "kafkajs";

import { ApiError } from "../environment/api-client.ts";
import type { ControlPlane } from "../environment/control-plane.ts";
import type { GuardedKafka } from "../environment/guarded-kafka.ts";
import { KafkaUsers, type KafkaUserAcl } from "./kafka-users.ts";
import { PollingDouble } from "./polling-double.ts";
import { UserOperator } from "./user-operator.ts";

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

export class UserOperatorDouble extends PollingDouble {
  readonly #users: KafkaUsers;
  readonly #operator: UserOperator<AclEntry>;

  constructor({ cluster, controlPlane, ignoredUsers, kafka, namespace }: UserOperatorOptions) {
    super();
    const users = new KafkaUsers(controlPlane, namespace, cluster);
    this.#users = users;
    this.#operator = new UserOperator(ignoredUsers, {
      acls: () => kafka.acls(),
      createAcls: (acls) => kafka.createAcls([...acls]),
      deleteAcls: (acls) => kafka.deleteAcls([...acls]),
      aclsIn: entriesOf,
      keyOf,
      writeSecret: async (name) => {
        const metadata = { name, namespace, labels: { "strimzi.io/kind": "KafkaUser" } };
        const secret = { apiVersion: "v1", kind: "Secret", metadata, stringData: { password: "made" } };
        await controlPlane.applyManifests(secret);
      },
      setStatus: ({ metadata }, status) => users.patchStatus(metadata.name, status),
      isOutdated: (error) => error instanceof ApiError && [404, 409].includes(error.status),
    });
  }

  /** Users, and principals that have none. */
  pass(): void {
    this.#operator.pass();
  }

  protected async look(): Promise<void> {
    await this.#operator.look(await this.#users.list());
  }
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
