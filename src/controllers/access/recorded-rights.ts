// Bindings as a status records them, and back. What is recorded is always single permissions, so less than a binding says
// is kept. Pure.

import { aclKey, type AclBinding } from "../../kafka/model/acl.ts";
import type { AccessStatus, RecordedRight } from "./access-world.ts";

/** On this cluster: what was recorded on another is not ours to touch here. */
export function recordedRights(status: AccessStatus | undefined, clusterId: string | undefined): AclBinding[] {
  const { access } = status ?? {};
  if (access === undefined || access.clusterId !== clusterId) return [];
  return (access.rights ?? []).map(({ principal, operation, resourceName, resourceType }): AclBinding => ({
    resourceType: resourceType as AclBinding["resourceType"],
    resourceName,
    patternType: "literal",
    principal,
    host: "*",
    operation: operation as AclBinding["operation"],
    permission: "allow",
  }));
}

/** Sorted, each once; undefined for none. */
export function toRecord(clusterId: string, bindings: readonly AclBinding[]): AccessStatus["access"] {
  const distinct = [...new Map(bindings.map((binding) => [aclKey(binding), binding])).values()];
  if (distinct.length === 0) return undefined;
  const rights = distinct
    .map(({ principal, operation, resourceName, resourceType }): RecordedRight => ({
      principal,
      operation,
      resourceType,
      resourceName,
    }))
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  return { clusterId, rights };
}

function orderOf({ principal, operation, resourceName, resourceType }: RecordedRight): string {
  return [principal, operation, resourceType, resourceName].join("\n");
}
