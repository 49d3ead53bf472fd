// Whether ACLs permit what a single right permits, as Kafka's authorizer judges it: by name, by beginning, by "everything",
// and unless something forbids it. Pure.

import type { AclBinding, AclOperation } from "../kafka/model/acl.ts";

/** Who may do one of these may describe as well. */
const IMPLY_DESCRIBE: ReadonlySet<AclOperation> = new Set(["Read", "Write", "Delete", "Alter"]);

/** `acls`: of the right's principal. A refusal that holds on some hosts only counts as one. */
export function coversRight(acls: readonly AclBinding[], right: AclBinding): boolean {
  const onIt = acls.filter((acl) => isAbout(acl, right));
  const isForbidden = onIt.some(({ operation, permission }) => permission === "deny" && isThat(operation, right));
  return (
    !isForbidden &&
    onIt.some(
      ({ host, operation, permission }) =>
        permission === "allow" && host === "*" && (isThat(operation, right) || implies(operation, right)),
    )
  );
}

function isAbout({ patternType, resourceName, resourceType }: AclBinding, right: AclBinding): boolean {
  if (resourceType !== right.resourceType) return false;
  if (patternType === "prefixed") return right.resourceName.startsWith(resourceName);
  return resourceName === "*" || resourceName === right.resourceName;
}

function isThat(operation: AclOperation, right: AclBinding): boolean {
  return operation === "All" || operation === right.operation;
}

function implies(operation: AclOperation, right: AclBinding): boolean {
  return right.operation === "Describe" && IMPLY_DESCRIBE.has(operation);
}
