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
