// Kafka's numbers in access control lists (AclOperation, ResourceType, PatternType, AclPermissionType of 4.3), and our words
// for them.

import {
  AclPermissionTypes,
  ResourcePatternTypes,
  ResourceTypes,
  type Acl,
  type AclOperationValue,
  type AclFilter,
} from "@platformatic/kafka";

import type { AclBinding, AclOperation, AclResourceType } from "../model/acl.ts";

const operationCodes: Readonly<Record<AclOperation, AclOperationValue>> = {
  All: 2,
  Read: 3,
  Write: 4,
  Create: 5,
  Delete: 6,
  Alter: 7,
  Describe: 8,
  ClusterAction: 9,
  DescribeConfigs: 10,
  AlterConfigs: 11,
  IdempotentWrite: 12,
  CreateTokens: 13,
  DescribeTokens: 14,
  TwoPhaseCommit: 15,
};

const operations = Object.entries(operationCodes) as [AclOperation, AclOperationValue][];

const resourceCodes = {
  topic: ResourceTypes.TOPIC,
  group: ResourceTypes.GROUP,
  cluster: ResourceTypes.CLUSTER,
  transactionalId: ResourceTypes.TRANSACTIONAL_ID,
  delegationToken: ResourceTypes.DELEGATION_TOKEN,
  user: ResourceTypes.USER,
} as const satisfies Record<AclResourceType, number>;

const resources = Object.entries(resourceCodes) as [AclResourceType, number][];

/** Of a bit field, as brokers tell what a principal may do (KIP-430); undefined where it was not filled in. */
export function operationsOf(bits: number): readonly AclOperation[] | undefined {
  if (bits < 0) return undefined;
  return operations.filter(([, code]) => (bits & (1 << code)) !== 0).map(([operation]) => operation);
}

/** As a request names exactly this binding, also as a filter. */
export function toAcl(binding: AclBinding): Acl & AclFilter {
  const { host, operation, patternType, permission, principal, resourceName, resourceType } = binding;
  return {
    resourceType: resourceCodes[resourceType],
    resourceName,
    resourcePatternType: patternType === "literal" ? ResourcePatternTypes.LITERAL : ResourcePatternTypes.PREFIXED,
    principal,
    host,
    operation: operationCodes[operation],
    permissionType: permission === "allow" ? AclPermissionTypes.ALLOW : AclPermissionTypes.DENY,
  };
}

/** Undefined for one in words that a newer broker invented. */
export function toBinding(acl: Acl): AclBinding | undefined {
  const resourceType = resources.find(([, code]) => code === acl.resourceType)?.[0];
  const operation = operations.find(([, code]) => code === acl.operation)?.[0];
  if (resourceType === undefined || operation === undefined) return undefined;
  const { host, principal, resourceName } = acl;
  const patternType = acl.resourcePatternType === ResourcePatternTypes.PREFIXED ? "prefixed" : "literal";
  const permission = acl.permissionType === AclPermissionTypes.ALLOW ? "allow" : "deny";
  return { resourceType, resourceName, patternType, principal, host, operation, permission };
}
