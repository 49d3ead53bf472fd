// Access control lists in our words: who may do what with which resource. Pure data.

export type AclResourceType = "cluster" | "topic" | "group" | "transactionalId" | "delegationToken" | "user";

/** As Kafka's own tools spell them. */
export type AclOperation =
  | "All"
  | "Read"
  | "Write"
  | "Create"
  | "Delete"
  | "Alter"
  | "Describe"
  | "ClusterAction"
  | "DescribeConfigs"
  | "AlterConfigs"
  | "IdempotentWrite"
  | "CreateTokens"
  | "DescribeTokens"
  | "TwoPhaseCommit";

/** One entry: a permission of a principal on one resource, or on those whose names begin so. */
export interface AclBinding {
  readonly resourceType: AclResourceType;
  /** `*` of the pattern type literal is every name; of the cluster it is `kafka-cluster`. */
  readonly resourceName: string;
  readonly patternType: "literal" | "prefixed";
  /** `User:<name>`. */
  readonly principal: string;
  /** Address of clients; `*` is every one. */
  readonly host: string;
  readonly operation: AclOperation;
  readonly permission: "allow" | "deny";
}

/** Equal for equal bindings only. */
export function aclKey(binding: AclBinding): string {
  const { host, operation, patternType, permission, principal, resourceName, resourceType } = binding;
  return JSON.stringify([resourceType, patternType, resourceName, principal, host, operation, permission]);
}
