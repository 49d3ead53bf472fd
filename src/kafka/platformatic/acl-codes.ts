// Kafka's numbers for operations of access control lists (AclOperation.java of 4.3), in our words.

import type { AclOperation } from "../model/acl.ts";

export const operationCodes: Readonly<Record<AclOperation, number>> = {
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

const operations = Object.entries(operationCodes) as [AclOperation, number][];

/** Of a bit field, as brokers tell what a principal may do (KIP-430); undefined where it was not filled in. */
export function operationsOf(bits: number): readonly AclOperation[] | undefined {
  if (bits < 0) return undefined;
  return operations.filter(([, code]) => (bits & (1 << code)) !== 0).map(([operation]) => operation);
}
