// The acls of a KafkaUser as single permissions, and back: what changes is one permission at a time, what others have put
// there stays as it is. Pure.

import type { AclBinding, AclOperation, AclResourceType } from "../kafka/model/acl.ts";

/** An entry of `KafkaUser.spec.authorization.acls`. */
export interface UserAcl {
  readonly type?: string | undefined;
  readonly resource: {
    readonly type: string;
    readonly name?: string | undefined;
    readonly patternType?: string | undefined;
  };
  readonly host?: string | undefined;
  readonly operations?: readonly string[] | undefined;
  /** In place of `operations` up to v1beta2. */
  readonly operation?: string | undefined;
}

/** Every permission of the entries, and every refusal. */
export function userRights(acls: readonly UserAcl[], principal: string): AclBinding[] {
  return acls.flatMap((acl) =>
    operationsOf(acl).map((operation) => ({
      resourceType: acl.resource.type as AclResourceType,
      resourceName: acl.resource.name ?? (acl.resource.type === "cluster" ? "kafka-cluster" : "*"),
      patternType: acl.resource.patternType === "prefix" ? ("prefixed" as const) : ("literal" as const),
      principal,
      host: acl.host ?? "*",
      operation: operation as AclOperation,
      permission: acl.type === "deny" ? ("deny" as const) : ("allow" as const),
    })),
  );
}

/** Whether one of ours is there as such: an entry that permits more, or on conditions, is somebody else's. */
export function hasUserRight(acls: readonly UserAcl[], binding: AclBinding): boolean {
  return acls.some((acl) => isPlain(acl) && isOn(acl, binding) && operationsOf(acl).includes(binding.operation));
}

/**
 * The acls with these permissions more and those less, in one order whatever the order of changes: plain entries one a
 * resource and sorted, then what others wrote in other forms. Undefined where that makes no difference.
 */
export function changedUserAcls(
  acls: readonly UserAcl[],
  { grant, revoke }: { readonly grant: readonly AclBinding[]; readonly revoke: readonly AclBinding[] },
): UserAcl[] | undefined {
  const granted = grant.filter((binding) => !hasUserRight(acls, binding));
  const revoked = revoke.filter((binding) => hasUserRight(acls, binding));
  if (granted.length === 0 && revoked.length === 0) return undefined;
  const resources = new Map<string, Set<string>>();
  const operationsOn = (type: string, name: string): Set<string> => {
    const key = JSON.stringify([type, name]);
    const operations = resources.get(key) ?? new Set<string>();
    resources.set(key, operations);
    return operations;
  };
  const plain = acls.filter((acl) => isPlain(acl));
  for (const acl of plain) {
    const operations = operationsOn(acl.resource.type, acl.resource.name ?? "");
    for (const operation of operationsOf(acl)) operations.add(operation);
  }
  for (const right of granted) operationsOn(right.resourceType, right.resourceName).add(right.operation);
  for (const right of revoked) operationsOn(right.resourceType, right.resourceName).delete(right.operation);
  const entries = [...resources]
    .filter(([, operations]) => operations.size > 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [...entries.map(([key, operations]) => entryOf(key, operations)), ...acls.filter((acl) => !isPlain(acl))];
}

function entryOf(key: string, operations: ReadonlySet<string>): UserAcl {
  const [type, name] = JSON.parse(key) as [string, string];
  return {
    type: "allow",
    resource: { type, name, patternType: "literal" },
    host: "*",
    operations: [...operations].toSorted(),
  };
}

function operationsOf({ operation, operations }: UserAcl): readonly string[] {
  return operations ?? (operation === undefined ? [] : [operation]);
}

/** In the form of ours: allowed, from anywhere, on one topic or group. */
function isPlain({ host = "*", resource, type = "allow" }: UserAcl): boolean {
  const { name, patternType = "literal" } = resource;
  const isNamed = name !== undefined && name !== "*" && (resource.type === "topic" || resource.type === "group");
  return type === "allow" && host === "*" && patternType === "literal" && isNamed;
}

function isOn({ resource }: UserAcl, { resourceName, resourceType }: AclBinding): boolean {
  return resource.type === resourceType && resource.name === resourceName;
}
